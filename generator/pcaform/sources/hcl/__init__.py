"""Reads Terraform files without Terraform: our lexer, python-hcl2's expression grammar, and a small evaluator."""

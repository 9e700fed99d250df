"""Terraform files as far as they are literal; our tokenizer, python-hcl2's grammar, and a small evaluator."""

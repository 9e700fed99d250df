"""Spec -> the plan of a stack: which files and modules to write with which values, without text or disk."""

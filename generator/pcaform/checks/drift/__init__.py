"""Drift: the differences between a spec and its account, and what becomes of each."""

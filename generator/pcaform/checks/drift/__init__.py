"""Drift: a spec and an account in, where they differ out, and what becomes of each difference."""

"""Spec -> stack: what to write is planned, then rendered as text, then written to disk as a whole."""

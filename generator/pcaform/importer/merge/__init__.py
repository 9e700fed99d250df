"""Merges an imported spec into an existing one: keeps the user's edits, marks conflicts, and reports all changes."""

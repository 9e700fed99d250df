"""Spec -> what to write: pure decisions, no text and no disk."""

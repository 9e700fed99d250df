"""Edits YAML text so that it has new data: only what differs is changed, all other bytes and comments stay."""

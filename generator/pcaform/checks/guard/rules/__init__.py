"""The rules of the guard: one file for each kind, and in it one `Rule` for each id."""

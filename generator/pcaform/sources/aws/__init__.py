"""Live AWS: the only place of the program, beside the sandbox, that calls it."""

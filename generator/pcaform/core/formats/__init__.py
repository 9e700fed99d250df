"""The output formats of all commands: what a check says comes in as findings and lines, and leaves escaped."""

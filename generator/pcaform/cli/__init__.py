"""The command line: one file per command in `commands/`, the options and steps that several share, and the demo."""

"""The command line: words -> calls of the commands; each module adds its commands to the one application."""

"""One file per command: its options, its call and its exit code.

`command` holds what the command line knows: options and help. `run` is the same without the command line, and returns
the exit code. `run` imports what it needs by itself, so that `--help` stays quick: each library is loaded when used.
"""

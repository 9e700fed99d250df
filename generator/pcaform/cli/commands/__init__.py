"""One file per command: its options, what it does, and its exit code.

`command` is what the command line calls, and can be called without it: the defaults are those of the options. It
imports what it needs by itself, so that `--help` stays quick: each library is loaded when used.
"""

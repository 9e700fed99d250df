"""The exit codes of all commands; README.md lists them for users."""

OK = 0
ERROR = 1
FINDINGS = 2
"""Differences or findings: the command did its work, and the result needs attention."""
UNEXPECTED = 3
"""A defect of pcaform itself."""
INTERRUPTED = 130
"""Ctrl-C or SIGTERM; the number that shells use for it."""

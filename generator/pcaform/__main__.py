"""The program as a process: `pcaform` and `python -m pcaform`."""

import _signal  # type: ignore[import-not-found] # `signal` without its enumerations, which take a while to load

if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # until `run` has a message for Ctrl-C, it leaves no traceback

from pcaform.cli.main import run

if __name__ == "__main__":
    run()

"""The program: runs a command and turns each way it can end into an exit code."""

import os
import signal
import sys

import typer

from pcaform.cli.app import app
from pcaform.cli.exit_codes import ERROR, INTERRUPTED, OK, UNEXPECTED
from pcaform.core.problems import Failure, Invalid

_ISSUES = "https://github.com/pcaform/pcaform/issues"


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code; the only place where failures become messages."""
    try:
        code = app(args=arguments, prog_name="pcaform", standalone_mode=False)
    except Invalid as invalid:
        return _fail("\n".join(problem.with_source() for problem in invalid.problems))
    except Failure as failure:
        return _fail(f"pcaform: {failure}")
    except typer.TyperException as usage:
        return _fail(f"pcaform: {usage.format_message()}\nTry 'pcaform --help'.")
    except (KeyboardInterrupt, typer.Abort):
        return _fail("pcaform: interrupted", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception:  # noqa: BLE001 - the boundary: an unforeseen error is reported, never lost
        import traceback

        return _fail(
            f"{traceback.format_exc()}\npcaform: unexpected error. Please report the lines above: {_ISSUES}",
            UNEXPECTED,
        )
    if code == INTERRUPTED:  # Typer has caught the interrupt itself
        return _fail("pcaform: interrupted", code)
    return code if isinstance(code, int) else OK


def run() -> None:
    """Console script: run `main` as a process. SIGTERM ends it like Ctrl-C: servers and child processes are stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())


def _fail(message: str, code: int = ERROR) -> int:
    sys.stderr.write(f"{message}\n")
    return code

"""The program: every end of a command -> an exit code.

0 fine, 1 error, 2 differences or findings, 3 unexpected, 130 interrupted. Commands are imported when they are called,
so that `--help` stays quick.
"""

import os
import signal
import sys

import typer

from pcaform.cli import accounts, adoption, forward, imports, judgements, live, sandboxes
from pcaform.cli.app import app
from pcaform.core.problems import Failure, Invalid

_UNEXPECTED = 3
_INTERRUPTED = 130
_ISSUES = "https://github.com/pcaform/pcaform/issues"
COMMANDS = (forward, imports, live, adoption, judgements, accounts, sandboxes)
"""The modules whose import adds commands to the application, in the order in which help lists them."""


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code; the one place where failures become messages."""
    try:
        code = app(args=arguments, prog_name="pcaform", standalone_mode=False)
    except Invalid as invalid:
        return _failed("\n".join(problem.with_source() for problem in invalid.problems))
    except Failure as failure:
        return _failed(f"pcaform: {failure}")
    except typer.TyperException as usage:
        return _failed(f"pcaform: {usage.format_message()}\nTry 'pcaform --help'.")
    except (KeyboardInterrupt, typer.Abort):
        return _failed("pcaform: interrupted", _INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 - the boundary: what nobody foresaw is reported, never lost
        import traceback

        return _failed(
            f"{traceback.format_exc()}\npcaform: unexpected error. Please report the lines above: {_ISSUES}",
            _UNEXPECTED,
        )
    if code == _INTERRUPTED:  # Typer has caught the interrupt itself
        return _failed("pcaform: interrupted", code)
    return code if isinstance(code, int) else 0


def run() -> None:
    """Console script: `main` as a process, which a polite kill ends like Ctrl-C: servers and children are stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())


def _failed(message: str, code: int = 1) -> int:
    sys.stderr.write(f"{message}\n")
    return code

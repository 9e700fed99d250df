"""The program: every command by its name, as `--help` lists them, and each way it can end as an exit code."""

import errno
import signal
import sys
from importlib import import_module
from typing import Annotated

import typer

from pcaform import __version__
from pcaform.cli import commands
from pcaform.cli.exit_codes import ERROR, INTERRUPTED, OK, UNEXPECTED
from pcaform.cli.options import expand_groups
from pcaform.core import console
from pcaform.core.formats.text import source_lines
from pcaform.core.problems import Failure, Invalid

app = typer.Typer(
    name="pcaform",
    help="YAML in, reviewable Terraform for AWS Private CA out, and existing CAs back into YAML.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_import = typer.Typer(help="Read existing CAs back into a spec.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(_import, name="import")

_COMMANDS = "init validate render guard adopt drift audit access graph stacks affected explain schema sandbox demo"
for _name in _COMMANDS.split():
    _module = import_module(f"{commands.__name__}.{_name}")
    app.command(_name, context_settings=getattr(_module, "SETTINGS", None))(expand_groups(_module.command))
for _name in ("state", "plan", "hcl", "aws"):
    _import.command(_name)(expand_groups(import_module(f"{commands.__name__}.import_{_name}").command))


def _print_version(value: bool) -> None:  # noqa: FBT001 - Typer calls it with the flag
    if value:
        typer.echo(f"pcaform {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


_ISSUES = "https://github.com/pcaform/pcaform/issues"
_OUTPUT_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""Of a write to standard output by Typer, as for --help: it is full."""


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code; the only place where failures become messages."""
    try:
        code = app(args=arguments, prog_name="pcaform", standalone_mode=False)
    except Invalid as invalid:
        return _fail(*(line for problem in invalid.problems for line in source_lines(problem)), *invalid.advice)
    except Failure as failure:
        return _fail(f"pcaform: {failure.lines[0]}", *failure.lines[1:])
    except typer.TyperException as usage:
        return _fail(f"pcaform: {usage.format_message()}", "Try 'pcaform --help'.")
    except (KeyboardInterrupt, typer.Abort):
        return _fail("pcaform: interrupted", code=INTERRUPTED)
    except BrokenPipeError:
        console.discard_output()
        return OK
    except Exception as error:  # noqa: BLE001 - the boundary: an unforeseen error is reported, never lost
        if isinstance(error, OSError) and error.errno in _OUTPUT_ERRORS and error.filename is None:
            code = _fail(f"pcaform: the output cannot be written: {error.strerror}")
            console.discard_output()
            return code
        import traceback

        report = f"pcaform: unexpected error. Please report the lines above: {_ISSUES}"
        return _fail(*traceback.format_exc().split("\n"), report, code=UNEXPECTED)
    if code == INTERRUPTED:  # Typer has caught the interrupt itself
        return _fail("pcaform: interrupted", code=code)
    return code if isinstance(code, int) else OK


def run() -> None:
    """Console script: run `main` as a process. SIGTERM, and the end of its terminal, end it like Ctrl-C.

    So servers and child processes are stopped, and copies of states deleted; `nohup` keeps its meaning.
    """
    for number in filter(None, (signal.SIGTERM, getattr(signal, "SIGHUP", None))):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    console.escape_unencodable()
    sys.exit(main())


def _fail(*lines: str, code: int = ERROR) -> int:
    console.print_status(*lines)
    return code

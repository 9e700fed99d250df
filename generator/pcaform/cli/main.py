"""The program: every command by its name, as `--help` lists them, and each way it can end as an exit code."""

import errno
import os
import platform
import signal
import sys
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar

import typer

from pcaform import __version__
from pcaform.cli.exit_codes import ERROR, INTERRUPTED, OK, UNEXPECTED
from pcaform.cli.help import WIDEST, Group, describe
from pcaform.cli.options import COMPLETION, QUIET, VERBOSE, Verbosity
from pcaform.core import console
from pcaform.core.formats.text import source_lines
from pcaform.core.problems import Failure, Invalid


class Import(Group):
    """Write a spec of CAs that exist: at AWS, in a state, in files.

    Nothing that exists is changed. Without --out or --into the spec is printed.

    $ pcaform import aws --stack corp-pki --out corp-pki.yaml
    $ pcaform import aws --into corp-pki.yaml --dry-run
    $ pcaform import state terraform.tfstate --stack corp-pki --out corp-pki.yaml
    > import.md
    """

    sections: ClassVar = {"Sources": "aws state hcl plan"}
    prefix: ClassVar = "import_"


class Pcaform(Group):
    """YAML in, reviewable Terraform for AWS Private CA out, and existing CAs back into YAML.

    $ pcaform init
    $ pcaform render specs --out stacks
    $ pcaform COMMAND --help
    - NO_COLOR
    > https://github.com/pcaform/pcaform
    """

    sections: ClassVar = {
        "Write specs and render stacks": "init validate graph render",
        "Check before you apply": "guard access",
        "Work with what exists": "import adopt drift audit report report+merge",
        "Many stacks": "stacks affected lock pipeline",
        "Learn, and set up": "explain demo sandbox schema completion",
    }
    groups: ClassVar = {"import": Import}


app = typer.Typer(
    name="pcaform",
    cls=Pcaform,
    **describe(Pcaform),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)


def _print_version(value: bool) -> None:  # noqa: FBT001 - Typer calls it with the flag
    if value:
        from pcaform.terraform.runner import describe_versions

        typer.echo(f"pcaform {__version__}\nPython {platform.python_version()}")
        typer.echo("\n".join(describe_versions()))
        raise typer.Exit


@app.callback()
def _main(
    *,
    is_quiet: Annotated[bool, typer.Option("--quiet", "-q", help=QUIET)] = False,
    is_verbose: Annotated[bool, typer.Option("--verbose", "-v", help=VERBOSE)] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_print_version,
            is_eager=True,
            help="Print the versions of pcaform, Python and Terraform, and of the providers of the stack here.",
        ),
    ] = False,
) -> None:
    del version
    Verbosity(is_quiet, is_verbose).set()


_ISSUES = "https://github.com/pcaform/pcaform/issues"
_OUTPUT_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""Of a write to standard output by Typer, as for --help: it is full."""


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code; the only place where failures become messages."""
    console.set_verbosity(0)
    if COMPLETION in os.environ:
        from typer._completion_classes import completion_init

        completion_init()
    try:
        code = app(args=arguments, prog_name="pcaform", standalone_mode=False)
    except Invalid as invalid:
        return _fail(*(line for problem in invalid.problems for line in source_lines(problem)), *invalid.advice)
    except Failure as failure:
        return _fail(f"pcaform: {failure.lines[0]}", *failure.lines[1:])
    except typer.TyperException as usage:
        context: Any = getattr(usage, "ctx", None)
        return _fail(f"pcaform: {_describe(usage)}", f"Try '{context.command_path if context else 'pcaform'} --help'.")
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
    for number in filter(None, (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None))):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    console.escape_unencodable()
    sys.exit(main())


def _describe(usage: typer.TyperException) -> str:
    """Return the message of a usage error in our words, with the option that is nearly spelled so."""
    message = usage.format_message().partition(" (Possible options: ")[0].partition(", unable to parse")[0]
    close = get_close_matches(
        getattr(usage, "option_name", ""), getattr(usage, "possibilities", None) or (), n=1, cutoff=0.7
    )
    hint = f". Did you mean '{close[0]}'?" if close else ""
    return message.replace("Value error, ", "").replace("Input should be", "it must be") + hint


def _fail(*lines: str, code: int = ERROR) -> int:
    console.print_status(*lines)
    return code

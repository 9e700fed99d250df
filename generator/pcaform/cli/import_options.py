"""The options that all imports share: where the spec goes, and how the report is printed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli.options import ImportFormat
from pcaform.core.problems import Failure

Stack = Annotated[
    str,
    typer.Option("--stack", metavar="NAME", help="The stack's name, which nothing that exists has. Not for --into."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE|DIR", help="A new file, or a directory for one file each; else it is printed."),
]
Into = Annotated[
    Path | None, typer.Option("--into", metavar="SPEC", help="Change only what differs in a spec that exists.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing; print a unified diff; exit 2 if there is one.")]
Format = Annotated[ImportFormat, typer.Option("--format", help="How the report is printed; json on standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file that --out names.")]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Where the spec goes, and the name of its stack, which no source has.

    `out` is a new file, or a directory with one file per stack; `into` is a spec that exists. `form` is the report's.
    """

    stack: str = ""
    out: Path | None = None
    into: Path | None = None
    is_dry_run: bool = False
    form: str = "text"
    force: bool = False


def check_options(options: ImportOptions) -> None:
    """Raise Failure for options that contradict each other, before anything is read."""
    if options.into is not None and options.out is not None:
        raise Failure("--into changes a spec that exists, --out writes a new one: give one of them")
    if options.into is None and not options.stack:
        raise Failure(
            "--stack NAME is missing: nothing that exists has the stack's name, only a spec given with --into"
        )
    if options.into is None and options.out is None:
        if options.is_dry_run:
            raise Failure("--dry-run shows what would change in a file: give --into SPEC or --out FILE with it")
        if options.form == "json":
            raise Failure("--format json prints the report where the spec goes: give --out FILE or --into SPEC with it")

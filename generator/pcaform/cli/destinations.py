"""The options that all imports share: where the spec goes, and how the report is printed."""

from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli.options import ReportFormat

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
Form = Annotated[ReportFormat, typer.Option("--format", help="How the report is printed; json on standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file that --out names.")]

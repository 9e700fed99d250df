"""Commands that take specs: render, validate, schema."""

from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli.app import app
from pcaform.cli.options import Described, Format


@app.command("render")
def _render(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC...", help="Files, directories, or '-'.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the stacks' directories are written.")],
    *,
    modules: Annotated[
        str,
        typer.Option(
            "--modules",
            metavar="vendored|shared|SOURCE",
            help="Copies in the stack, one copy in DIR/modules, or a module source of your own.",
        ),
    ] = "vendored",
    force: Annotated[bool, typer.Option("--force", help="Lose what was edited by hand in rendered files.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; name what is stale; exit 2 if any.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; print a unified diff; exit 2 if any.")] = False,
) -> int:
    """Write the Terraform stack of each spec to DIR/<stack>/."""
    from pcaform.cli.commands import render

    return render.run(specs, out, modules=modules, force=force, check=check, show=diff)


@app.command("validate")
def _validate(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC...", help="Files, directories, or '-'.")],
    *,
    form: Annotated[Format, typer.Option("--format", help="How problems are printed.")] = Format.text,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
) -> int:
    """Print every problem of every spec, at its place."""
    from pcaform.cli.commands import validate

    return validate.run(specs, form=form.value, strict=strict)


@app.command("schema")
def _schema(
    of: Annotated[
        Described, typer.Argument(metavar="[spec|guard|access|import|adopt]", help="What to describe.")
    ] = Described.spec,
) -> int:
    """Print the JSON Schema of the spec, for editors, or of what guard, access, import and adopt print as JSON."""
    from pcaform.cli.commands import schema

    return schema.run(of.value)

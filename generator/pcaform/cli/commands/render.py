"""`pcaform render`: writes the Terraform stack of each spec, or shows what would change on disk."""

from pathlib import Path
from typing import Annotated

import typer

from pcaform.core.garbage_collection import gc_paused


@gc_paused()
def command(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC...", help="Files, directories, or '-'.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The directory for the stacks.")],
    *,
    modules: Annotated[
        str,
        typer.Option(
            "--modules",
            metavar="vendored|shared|SOURCE",
            help="Copies in each stack, one copy in DIR/modules, or your own module source.",
        ),
    ] = "vendored",
    force: Annotated[bool, typer.Option("--force", help="Overwrite rendered files that were edited by hand.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; list stale files; exit 2 if any.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; print a unified diff; exit 2 if any.")] = False,
) -> int:
    """Write the Terraform stack of each spec to DIR/<stack>/."""
    from pcaform.cli.stacks import compare, finish_all, render_specs, write
    from pcaform.render.plan.module_call import parse_module_source

    stacks = render_specs(specs, out, modules=parse_module_source(modules))
    if check or diff:
        return finish_all(stacks, lambda stack: compare(stack, out, as_diff=diff))
    return finish_all(stacks, lambda stack: write(stack, out, force=force))

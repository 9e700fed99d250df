"""`pcaform render`: writes the Terraform stack of each spec, or shows what would change on disk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli.exit_codes import ERROR, FINDINGS, OK
from pcaform.core.garbage_collection import gc_paused


def command(
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
    return run(specs, out, modules=modules, force=force, is_dry=check or diff, as_diff=diff)


@gc_paused()
def run(
    specs: Sequence[str],
    out: Path,
    *,
    modules: str = "vendored",
    force: bool = False,
    is_dry: bool = False,
    as_diff: bool = False,
) -> int:
    """Render the specs in files, directories (or `-`) into `out`/<stack>/.

    With `is_dry` nothing is written, and the differences are printed: as a list, or with `as_diff` as a diff. A spec
    with errors stops everything. A stack that cannot be written does not stop the others: 1 is returned at the end.
    Return 2 where `is_dry` finds a difference.
    """
    from pcaform.cli import stacks
    from pcaform.render.plan.module_source import parse_module_source

    source = parse_module_source(modules)
    loaded = stacks.load(specs)
    checked = stacks.check(loaded)
    planned = stacks.plan(checked, out, modules=source)
    rendered = stacks.render(planned, modules=source)
    outcome = stacks.compare(rendered, out, as_diff=as_diff) if is_dry else stacks.write(rendered, out, force=force)
    if outcome.refused:
        return ERROR
    return FINDINGS if outcome.stale else OK

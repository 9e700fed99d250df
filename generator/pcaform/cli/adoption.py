"""The command that takes over what exists: adopt."""

from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli.app import app
from pcaform.cli.options import Difference

_Accept = Annotated[
    list[Difference] | None,
    typer.Option(
        "--accept",
        metavar="tags|force-destroy|timeouts|wording",
        help="Let apply change these; repeatable. Policies whose wording changes mean the same before and after.",
    ),
]


@app.command("adopt")
def _adopt(
    stack: Annotated[Path, typer.Argument(metavar="STACK", help="The directory of a rendered, initialised stack.")],
    *,
    spec: Annotated[
        str | None, typer.Option("--spec", metavar="SPEC", help="Stop unless the stack is what SPEC renders to.")
    ] = None,
    accept: _Accept = None,
    proof: Annotated[
        Path | None, typer.Option("--proof", metavar="FILE", help="Write what was proven as JSON.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Keep the states before and after in DIR.")
    ] = None,
    emit: Annotated[
        Path | None,
        typer.Option("--emit", metavar="DIR", help="Push nothing: write the state to DIR, and print how to push it."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Prove, and push nothing.")] = False,
    recreate: Annotated[
        bool,
        typer.Option("--recreate", help="Delete permissions at AWS for 'terraform apply' to make: a gap in renewal."),
    ] = False,
    finish: Annotated[
        str | None,
        typer.Option("--finish", metavar="SPEC", help="Only take the moves out of SPEC that the state has absorbed."),
    ] = None,
) -> int:
    """Take over what Terraform cannot import: prove that nothing would change, then push the state."""
    if finish is not None:
        from pcaform.cli.commands import adopt_finish
        from pcaform.core.problems import Failure

        if spec or accept or proof or keep or emit or dry_run or recreate:
            raise Failure("--finish only changes the spec, other options belong to taking over: give one of them")
        return adopt_finish.run(finish, stack)
    from pcaform.cli.commands import adopt

    wanted = adopt.AdoptOptions(
        spec=spec,
        accept=tuple(each.value for each in accept or ()),
        proof=proof,
        keep=keep,
        emit=emit,
        is_dry=dry_run,
        is_recreating=recreate,
    )
    return adopt.run(stack, wanted)

"""`pcaform render`: writes the Terraform stack of each spec, or shows what would change on disk."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pcaform.core.console import print_status
from pcaform.core.problems import Failure


def command(
    specs: Annotated[list[str], "SPEC...: Files, directories, or '-'."],
    out: Annotated[Path, "--out DIR: The directory for the stacks."],
    *,
    modules: Annotated[
        str,
        "--modules vendored|shared|SOURCE: Copies in each stack, one copy in DIR/modules, or your own module source.",
    ] = "vendored",
    force: Annotated[bool, "--force: Overwrite rendered files that were edited by hand."] = False,
    applied: Annotated[bool, "--applied: Say that the last render was applied: its history ends."] = False,
    never_applied: Annotated[bool, "--never-applied: Say that no render was ever applied: start over."] = False,
    state: Annotated[str | None, "--state FILE: What was applied: output of 'terraform state pull', or '-'."] = None,
    check: Annotated[bool, "--check: Write nothing; list stale files; exit 2 if any."] = False,
    diff: Annotated[bool, "--diff: Write nothing; print a unified diff; exit 2 if any."] = False,
    no_cache: Annotated[bool, "--no-cache: Render every stack, whatever an earlier render found."] = False,
    form: Annotated[Literal["text", "json"], "--format: Lines, or JSON with what is with each file."] = "text",
) -> int:
    """Write the Terraform stack of each spec to DIR/STACK.

    With --check or --diff nothing is written, and the exit code is 2 if a stack is not what its spec renders to.

    $ pcaform render specs --out stacks
    $ pcaform render specs --out stacks --check
    $ pcaform render specs --out stacks --check --format json
    > spec.md
    """
    from pcaform.cli.batch import Task, render_all
    from pcaform.cli.stacks import compare, read_state, write
    from pcaform.render.evidence import Confirmation
    from pcaform.render.plan.module_call import parse_module_source

    if diff and form == "json":
        raise Failure("--diff prints a diff, and --format json what --check finds: leave one out")
    if applied + never_applied + (state is not None) > 1:
        raise Failure("'--applied', '--never-applied' and '--state' exclude each other: a state shows what was applied")
    confirmation = Confirmation(applied, never_applied, None if state is None else read_state(state))
    source = parse_module_source(modules)
    if source.is_unpinned:
        print_status(f"pcaform: '{modules}' has no '?ref=TAG': whoever pushes there changes the modules of this stack")
    finish = partial(compare, as_diff=diff) if check or diff else partial(write, force=force)
    task = Task(out, source, confirmation, finish, form, is_check=check or diff, is_cached=not no_cache)
    return render_all(specs, task)

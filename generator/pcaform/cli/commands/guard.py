"""`pcaform guard`: checks what a plan, or a change of specs, would break at AWS, before it is applied."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pcaform.cli.exit_codes import ERROR, FINDINGS, OK
from pcaform.cli.options import Format
from pcaform.core import console


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PLAN|NEW", help="A plan: its file, its JSON, or '-'. With --spec OLD: the new spec."),
    ] = None,
    *,
    spec: Annotated[
        str | None, typer.Option("--spec", metavar="SPEC|OLD", help="The spec of the plan's stack, or the old spec.")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="REVISION", help="With --spec NEW: the git revision with the old specs."),
    ] = None,
    chdir: Annotated[
        Path | None,
        typer.Option("--chdir", metavar="DIR", help="Where Terraform reads a plan file. Default: its directory."),
    ] = None,
    form: Format = "text",
    fail_on: Annotated[
        Literal["breaks-trust", "widens-access", "notice"],
        typer.Option("--fail-on", help="The lowest level that fails."),
    ] = "breaks-trust",
) -> int:
    """Refuse what would break trust (exit 2): check a plan, or the change from one spec to another."""
    from pcaform.checks.guard.report import format_verdict
    from pcaform.checks.guard.verdict import Level
    from pcaform.cli.guard_cases import apply_case_waivers, check_cases, join_results, report_cases

    level = Level(fail_on)
    cases = apply_case_waivers(check_cases(paths or [], spec=spec, base=base, chdir=chdir))
    result = join_results(cases)
    report_cases(cases).print(form)
    for kind, notes in (("note", result.notes), ("undecided", result.doubts)):
        for note in notes:
            console.print_status(": ".join(part for part in (kind, note.address, note.message) if part))
    if any(undecided.level.reaches(level) for undecided in result.doubts):  # then even the findings may not be all
        console.print_status(f"undecided, do not apply this: {format_verdict(result)}")
        return ERROR
    if any(finding.level.reaches(level) for finding in result.findings):
        console.print_status(f"do not apply this: {format_verdict(result)}")
        return FINDINGS
    console.print_status(format_verdict(result))
    return OK

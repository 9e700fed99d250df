"""`pcaform guard`: a plan, or two specs -> what it would break at AWS, before anybody applies it."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pcaform.checks.guard import report
from pcaform.checks.guard.annotations import SourcePositions, positions_of_spec, problems
from pcaform.checks.guard.check import check_plan
from pcaform.checks.guard.levels import Level
from pcaform.checks.guard.markdown import format_markdown, format_verdict
from pcaform.checks.guard.plan_json import read
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec
from pcaform.checks.guard.verdict import GuardResult
from pcaform.checks.guard.waivers import apply_waivers
from pcaform.cli.commands.guard_specs import Case, check_case, of_base, of_paths
from pcaform.core import console
from pcaform.core import formatters as printers
from pcaform.core.files import STDIN, display_name, read_bytes
from pcaform.core.problems import Failure, Problem
from pcaform.terraform.environment import user_environment
from pcaform.terraform.runner import Terraform, TerraformError, find_binary

_FINDINGS = 2
_PLAN_FILE = b"PK\x03\x04"
_USAGE = (
    "name a plan ('guard PLAN', with '--spec SPEC' for what it leaves unknown), two specs ('guard --spec OLD NEW'), or "
    "specs and a revision ('guard --spec SPEC... --base origin/main')"
)
_TEXTS = {"text": report.format_text, "markdown": format_markdown, "json": report.format_json}


def run(
    paths: Sequence[str],
    *,
    spec: str | None = None,
    base: str | None = None,
    chdir: Path | None = None,
    form: str = "text",
    fail_on: str = Level.BREAKS_TRUST,
) -> int:
    """Print what is wrong with a plan, or with the step from one spec to another.

    Return 2 for findings of the level `fail_on` or above, 1 where something of that weight cannot be judged, else 0.
    """
    today = datetime.now(tz=UTC).date()
    every = cases(paths, spec=spec, base=base, chdir=chdir)
    settled = [replace(case, result=apply_waivers(case.result, case.waivers, today=today)) for case in every]
    whole = join_results(settled)
    written = _TEXTS[form](whole) if form in _TEXTS else printers.FORMATS[form](_problems(settled))
    if written:
        console.print_result(written)
    for kind, remarks in (("note", whole.notes), ("cannot judge", whole.doubts)):
        for remark in remarks:
            console.print_status(": ".join(part for part in (kind, remark.address, remark.message) if part))
    code = exit_code(whole, Level(fail_on))
    console.print_status(summary(whole, code))
    return code


def cases(paths: Sequence[str], *, spec: str | None, base: str | None, chdir: Path | None) -> list[Case]:
    """Return what is judged: each stack of the specs, or the one plan. Raises Failure for a call that means neither."""
    if base is not None and spec is not None:
        return of_base(base, [spec, *paths])
    if base is not None or len(paths) != 1:
        raise Failure(_USAGE)
    (path,) = paths
    if spec is None:
        return [of_plan(path, chdir=chdir)]
    if Path(path).is_dir() or not _is_plan(text := read_bytes(path)):
        return of_paths(spec, path)
    return [of_plan(path, spec=spec, chdir=chdir, text=text)]


def of_plan(path: str, *, spec: str | None = None, chdir: Path | None = None, text: bytes | None = None) -> Case:
    """Judge a plan, in JSON or as Terraform saves it; its spec says what it leaves unknown."""
    found = read_bytes(path) if text is None else text
    plan = read(shown_by_terraform(path, chdir) if found.startswith(_PLAN_FILE) else found, display_name(path))
    if spec is None:
        return Case(display_name(path), check_plan(plan), (), SourcePositions(display_name(path)))
    known = check_case(spec)
    if known.spec is None:
        raise Failure(f"{spec}: there is no spec in it")
    places = positions_of_spec(display_name(spec), known.spec, known.document)
    return Case(known.spec.stack, check_plan_with_spec(plan, known.spec), known.spec.waivers, places)


def shown_by_terraform(path: str, chdir: Path | None) -> bytes:
    """Return a saved plan as JSON, with Terraform in the caller's environment; raises Failure where that fails."""
    if path == STDIN:
        raise Failure("a saved plan is read by Terraform from its file: name the file, or pipe in its JSON")
    directory = chdir or Path(path).parent
    terraform = Terraform(find_binary(), directory, user_environment(os.environ))
    try:
        return json.dumps(terraform.show(Path(path).resolve())).encode()
    except TerraformError as error:
        raise Failure(
            f"{path}: Terraform cannot show this plan in '{directory}': name the directory it was made in with "
            f"'--chdir', after 'terraform init' there\n{error}"
        ) from None


def join_results(every: Sequence[Case]) -> GuardResult:
    """Return one judgement of all cases; with more than one, addresses say which stack they are of."""
    if len(every) == 1:
        return every[0].result
    named = [_named(case) for case in every]
    return GuardResult(
        findings=tuple(found for each in named for found in each.findings),
        notes=tuple(note for each in named for note in each.notes),
        doubts=tuple(doubt for each in named for doubt in each.doubts),
        waived=tuple(one for each in named for one in each.waived),
    )


def _named(case: Case) -> GuardResult:
    def at(address: str) -> str:
        return f"{case.name}: {address}" if address else case.name

    told = case.result
    return GuardResult(
        findings=tuple(replace(each, address=at(each.address)) for each in told.findings),
        notes=tuple(replace(each, address=at(each.address)) for each in told.notes),
        doubts=tuple(replace(each, address=at(each.address)) for each in told.doubts),
        waived=tuple(
            replace(each, finding=replace(each.finding, address=at(each.finding.address))) for each in told.waived
        ),
    )


def _problems(every: Sequence[Case]) -> list[Problem]:
    return sorted(problem for case in every for problem in problems(case.result, case.places))


def _is_plan(text: bytes) -> bool:
    """Tell a plan from a spec: it is JSON, or the archive that Terraform saves."""
    return text.startswith((_PLAN_FILE, b"\xff\xfe", b"\xfe\xff")) or text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(
        b"{"
    )


def exit_code(result: GuardResult, fail_on: Level = Level.BREAKS_TRUST) -> int:
    """Return the code: a doubt outweighs a finding, since then even the findings may not be all."""
    if any(doubt.level.reaches(fail_on) for doubt in result.doubts):
        return 1
    return _FINDINGS if any(finding.level.reaches(fail_on) for finding in result.findings) else 0


def summary(result: GuardResult, code: int) -> str:
    """Return the last line: whether this may be applied, as far as the guard can tell."""
    said = {0: "", 1: "cannot be judged, do not apply it: ", _FINDINGS: "do not apply this: "}[code]
    return f"{said}{format_verdict(result)}"

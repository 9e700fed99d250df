"""What `pcaform guard` checks: a plan, or each stack of two versions of specs; and their findings as one result."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pcaform.checks.guard import report
from pcaform.checks.guard.annotations import SourcePositions, positions_of_spec, problems
from pcaform.checks.guard.check import check_plan
from pcaform.checks.guard.markdown import format_markdown
from pcaform.checks.guard.plan_json import read
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec
from pcaform.checks.guard.verdict import GuardResult
from pcaform.checks.guard.waivers import apply_waivers
from pcaform.cli.guard_spec_cases import Case, check_base, check_now, check_paths
from pcaform.core import formatters
from pcaform.core.files import STDIN, display_name, read_bytes
from pcaform.core.problems import Failure
from pcaform.terraform.environment import user_environment
from pcaform.terraform.runner import Terraform, TerraformError, find_binary

_PLAN_FILE = b"PK\x03\x04"
_USAGE = (
    "name a plan ('guard PLAN', with '--spec SPEC' for what it leaves unknown), two specs ('guard --spec OLD NEW'), or "
    "specs and a revision ('guard --spec SPEC... --base origin/main')"
)
_FORMATS = {"text": report.format_text, "markdown": format_markdown, "json": report.format_json}


def apply_case_waivers(cases: Iterable[Case]) -> list[Case]:
    """Return the cases without the findings that a waiver of their spec covers today."""
    today = datetime.now(tz=UTC).date()
    return [replace(case, result=apply_waivers(case.result, case.waivers, today=today)) for case in cases]


def format_cases(cases: Sequence[Case], form: str) -> str:
    """Return the findings of all cases in a format of `--format`."""
    if form in _FORMATS:
        return _FORMATS[form](join_results(cases))
    return formatters.FORMATS[form](
        sorted(problem for case in cases for problem in problems(case.result, case.positions))
    )


def check_cases(paths: Sequence[str], *, spec: str | None, base: str | None, chdir: Path | None) -> list[Case]:
    """Check each stack of the specs, or the one plan; raises Failure where the arguments name neither."""
    if base is not None and spec is not None:
        return check_base(base, [spec, *paths])
    if base is not None or len(paths) != 1:
        raise Failure(_USAGE)
    (path,) = paths
    if spec is None:
        return [check_plan_file(path, chdir=chdir)]
    if Path(path).is_dir() or not _is_plan(content := read_bytes(path)):
        return check_paths(spec, path)
    return [check_plan_file(path, spec=spec, chdir=chdir, content=content)]


def check_plan_file(
    path: str, *, spec: str | None = None, chdir: Path | None = None, content: bytes | None = None
) -> Case:
    """Check a plan, in JSON or as Terraform saves it; its spec provides what the plan leaves unknown."""
    saved = read_bytes(path) if content is None else content
    plan = read(show_plan(path, chdir) if saved.startswith(_PLAN_FILE) else saved, display_name(path))
    if spec is None:
        return Case(display_name(path), check_plan(plan), (), SourcePositions(display_name(path)))
    loaded = check_now(spec)
    if loaded.spec is None:
        raise Failure(f"{spec}: there is no spec in it")
    positions = positions_of_spec(display_name(spec), loaded.spec, loaded.document)
    return Case(loaded.spec.stack, check_plan_with_spec(plan, loaded.spec), loaded.spec.waivers, positions)


def show_plan(path: str, chdir: Path | None) -> bytes:
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


def join_results(cases: Sequence[Case]) -> GuardResult:
    """Return one result of all cases; with more than one, each address starts with the name of its stack."""
    if len(cases) == 1:
        return cases[0].result
    results = [_prefix_addresses(case) for case in cases]
    return GuardResult(
        findings=tuple(finding for result in results for finding in result.findings),
        notes=tuple(note for result in results for note in result.notes),
        doubts=tuple(undecided for result in results for undecided in result.doubts),
        waived=tuple(waived for result in results for waived in result.waived),
    )


def _prefix_addresses(case: Case) -> GuardResult:
    def prefix(address: str) -> str:
        return f"{case.name}: {address}" if address else case.name

    result = case.result
    return GuardResult(
        findings=tuple(replace(finding, address=prefix(finding.address)) for finding in result.findings),
        notes=tuple(replace(note, address=prefix(note.address)) for note in result.notes),
        doubts=tuple(replace(undecided, address=prefix(undecided.address)) for undecided in result.doubts),
        waived=tuple(
            replace(waived, finding=replace(waived.finding, address=prefix(waived.finding.address)))
            for waived in result.waived
        ),
    )


def _is_plan(content: bytes) -> bool:
    """Tell a plan from a spec: it is JSON, or the archive that Terraform saves."""
    starts = (_PLAN_FILE, b"\xff\xfe", b"\xfe\xff")
    return content.startswith(starts) or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")

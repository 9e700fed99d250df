"""What `pcaform guard` checks: a plan, or each stack of two versions of specs; and their findings as one result."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pcaform.checks.guard.check import apply_waivers, check_plan
from pcaform.checks.guard.plan_json import read
from pcaform.checks.guard.report import AnyOutcome, SourcePositions, add_locations, build_report, positions_of_spec
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec
from pcaform.checks.guard.verdict import GuardResult
from pcaform.cli.guard_spec_cases import Case, check_base, check_now, check_paths
from pcaform.core.files import STDIN, display_name, read_bytes
from pcaform.core.formats.report import Report
from pcaform.core.problems import Failure
from pcaform.terraform.environment import user_environment
from pcaform.terraform.runner import Terraform, TerraformError, find_binary

_PLAN_FILE = b"PK\x03\x04"
_USAGE = (
    "name a plan ('guard PLAN', with '--spec SPEC' for what it leaves unknown), two specs ('guard --spec OLD NEW'), or "
    "specs and a revision ('guard --spec SPEC... --base origin/main')"
)


def apply_case_waivers(cases: Iterable[Case]) -> list[Case]:
    """Return the cases without the findings that a waiver of their spec covers today."""
    today = datetime.now(tz=UTC).date()
    return [replace(case, result=apply_waivers(case.result, case.waivers, today=today)) for case in cases]


def report_cases(cases: Sequence[Case]) -> Report:
    """Return the report of all cases."""
    located = [add_locations(case.result, case.positions) for case in cases]
    annotations = [each for result in located for each in (*result.findings, *result.doubts)]
    results = [replace(case, result=result) for case, result in zip(cases, located, strict=True)]
    return build_report(join_results(results), annotations)


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
        raise Failure("Terraform reads a saved plan from its file: name the file, or pipe in its JSON")
    directory = chdir or Path(path).parent
    terraform = Terraform(find_binary(), directory, user_environment(os.environ))
    try:
        return json.dumps(terraform.show(Path(path).resolve())).encode()
    except TerraformError as error:
        raise Failure(
            f"{path}: Terraform cannot show this plan in '{directory}': name the directory it was made in with "
            "'--chdir', after 'terraform init' there",
            error,
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
    def prefix(outcome: AnyOutcome) -> AnyOutcome:
        return replace(outcome, subject=f"{case.name}: {outcome.subject}" if outcome.subject else case.name)

    return GuardResult(
        findings=tuple(map(prefix, case.result.findings)),
        notes=tuple(map(prefix, case.result.notes)),
        doubts=tuple(map(prefix, case.result.doubts)),
        waived=tuple(replace(waived, finding=prefix(waived.finding)) for waived in case.result.waived),
    )


def _is_plan(content: bytes) -> bool:
    """Tell a plan from a spec: it is JSON, or the archive that Terraform saves."""
    starts = (_PLAN_FILE, b"\xff\xfe", b"\xfe\xff")
    return content.startswith(starts) or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")

"""What `pcaform guard` checks: a plan, or each stack of two versions of specs; and their findings as one result.

The versions are files, directories, or a git revision and what is there now.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from pcaform.checks.guard.check import check_plan, collect_result
from pcaform.checks.guard.dependents import add_dependents, index_users
from pcaform.checks.guard.existing import doubts_of_account, find_in_account
from pcaform.checks.guard.report import AnyOutcome, SourcePositions, add_locations, build_report, positions_of_spec
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec, check_specs, stack_removed
from pcaform.checks.guard.spec_diff.match import EarlierSpec, match_specs
from pcaform.checks.guard.verdict import GuardResult, Level, Undecided, note, undecided
from pcaform.checks.guard.waivers import apply_waivers
from pcaform.cli.guard_base import BaseMatch, match_base
from pcaform.core.files import STDIN, base_directory, display_name, is_directory, read_bytes
from pcaform.core.formats.report import Report
from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.manifest import Record
from pcaform.rules.load import load_checked, load_specs, require_all
from pcaform.rules.together import SpecFile
from pcaform.sources.aws.session import Caller
from pcaform.spec.sections import Waiver
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Plan, read
from pcaform.terraform.runner import Terraform, TerraformError, find_binary, user_environment

_PLAN_FILE = b"PK\x03\x04"
_BASE = "git.base"
"""The address of what is said of a revision as a whole."""
_USAGE = (
    "name a plan ('guard PLAN', with '--spec SPEC' for what it leaves unknown), two specs ('guard --spec OLD NEW'), or "
    "specs and a revision ('guard --spec SPEC... --base origin/main'); '--account' is for a plan"
)


@dataclass(frozen=True, slots=True)
class Case:
    """One stack or plan: its name, the result before waivers, the waivers, and where its findings are in the spec."""

    name: str
    result: GuardResult
    waivers: Sequence[Waiver]
    positions: SourcePositions


def apply_case_waivers(cases: Sequence[Case], shared: Sequence[Waiver] = ()) -> list[Case]:
    """Return the cases without what a waiver of their spec accepts today, or one for all of them.

    A shared waiver accepts nothing only if it is noted so for every case.
    """
    today = datetime.now(tz=UTC).date()
    own = [apply_waivers(case.result, case.waivers, today=today) for case in cases]
    both = [apply_waivers(result, shared, today=today) for result in own]
    unused = set.intersection(*(set(after.notes) - set(before.notes) for before, after in zip(own, both, strict=True)))
    notes = [result.notes for result in own]
    notes[0] = (*notes[0], *sorted(unused))
    return [
        replace(case, result=replace(result, notes=told, waived=(*first.waived, *result.waived)))
        for case, first, result, told in zip(cases, own, both, notes, strict=True)
    ]


def report_cases(cases: Sequence[Case], level: Level, *, is_quiet: bool) -> Report:
    """Return the report of all cases."""
    located = [add_locations(case.result, case.positions) for case in cases]
    annotations = [each for result in located for each in (*result.findings, *result.doubts)]
    results = [replace(case, result=result) for case, result in zip(cases, located, strict=True)]
    return build_report(join_results(results), annotations, level=level, is_quiet=is_quiet)


def check_cases(
    paths: Sequence[str],
    *,
    spec: str | None,
    base: str | None,
    chdir: Path | None,
    caller: Caller | None,
    dependents: Sequence[str] = (),
) -> list[Case]:
    """Check each stack of the specs, or the one plan; raises Failure where the arguments name neither.

    Of the plan's account `caller` is who asks it, None for nobody. `dependents` are specs that may use the plan's CAs.
    """
    if base is not None and spec is not None and caller is None:
        now = load_all([spec, *paths])
        return _check_stacks(now, match_base(base, [spec, *paths], now))
    if base is not None or len(paths) != 1:
        raise Failure(_USAGE)
    (path,) = paths
    content = b"" if spec is not None and is_directory(path) else read_bytes(path)
    if spec is not None and not _is_plan(content):
        if caller is not None:
            raise Failure(_USAGE)
        earlier = [EarlierSpec(old, before) for old, before, _ in load_specs([spec], is_judged=False)]
        now = load_all([path])
        matches, gone = match_specs(earlier, {new: spec for new, spec, _ in now})
        return _check_stacks(now, BaseMatch(matches, gone, []))
    case, loaded = _check_plan_file(path, content, spec=spec, chdir=chdir, caller=caller)
    others = load_all(dependents)
    if others and loaded is None:
        raise Failure("'--dependents' needs '--spec': it has the keys and the name of the plan's stack")
    users = index_users(spec for _, spec, _ in others)
    return [replace(case, result=add_dependents(case.result, loaded, users)) if loaded else case]


def _check_plan_file(
    path: str, saved: bytes, *, spec: str | None, chdir: Path | None, caller: Caller | None
) -> tuple[Case, Spec | None]:
    """Check a plan, in JSON or as Terraform saves it; its spec provides what the plan leaves unknown."""
    plan = read(show_plan(path, chdir) if saved.startswith(_PLAN_FILE) else saved, display_name(path))
    now, document = (None, None) if spec is None else load_checked(spec)
    existing, doubts = _find_existing(plan, now, caller)
    if spec is None or now is None:
        result, name, waivers = check_plan(plan, existing), display_name(path), tuple[Waiver, ...]()
        positions = SourcePositions(name)
    else:
        name, waivers, positions = now.stack, now.waivers, positions_of_spec(display_name(spec), now, document)
        result = check_plan_with_spec(plan, now, _find_record(chdir or base_directory(path), now), existing)
    return Case(name, collect_result([*result.outcomes, *doubts]), waivers, positions), now


def _find_existing(plan: Plan, spec: Spec | None, caller: Caller | None) -> tuple[dict[str, str], list[Undecided]]:
    """Return the CAs of the account that the plan creates a second time, if it is asked."""
    if caller is None:
        return {}, []
    from pcaform.checks.drift.check import refuse_other_account, select_regions
    from pcaform.cli.account_session import open_account
    from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot

    account = open_account(select_regions(spec, caller) if spec else caller)
    if spec is not None:
        refuse_other_account(spec, account)
    snapshot = read_snapshot(account, SnapshotRequest())
    return find_in_account(plan, snapshot), list(doubts_of_account(plan, snapshot))


def _find_record(directory: Path, spec: Spec) -> Record:
    """Return what the manifest of a plan's stack records: in its directory, or in one of the stack's name there."""
    account = {"account_id": spec.aws.account_id, "region": spec.aws.region}
    records = (manifest.read(place / manifest.NAME).record for place in (directory, directory / spec.stack))
    return next((each for each in records if each.place.get(manifest.AWS) == account), Record())


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

    def prefix(outcome: AnyOutcome, name: str) -> AnyOutcome:
        return replace(outcome, subject=f"{name}: {outcome.subject}" if outcome.subject else name)

    named = [(each.name, each.result) for each in cases]
    return GuardResult(
        findings=tuple(prefix(each, name) for name, result in named for each in result.findings),
        notes=tuple(prefix(each, name) for name, result in named for each in result.notes),
        doubts=tuple(prefix(each, name) for name, result in named for each in result.doubts),
        waived=tuple(
            replace(each, finding=prefix(each.finding, name)) for name, result in named for each in result.waived
        ),
    )


def _is_plan(content: bytes) -> bool:
    """Tell a plan from a spec: it is JSON, or the archive that Terraform saves."""
    starts = (_PLAN_FILE, b"\xff\xfe", b"\xfe\xff")
    return content.startswith(starts) or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def load_all(paths: Sequence[str]) -> list[SpecFile]:
    """Return all specs that arguments name; raises Invalid if one has errors, or two are of one stack."""
    now = load_specs(paths)
    require_all(now)
    return now


def _check_stacks(now: Sequence[SpecFile], base: BaseMatch) -> list[Case]:
    cases: list[Case] = []
    users = index_users(spec for _, spec, _ in now)
    for path, spec, document in now:
        doubts = [undecided(_BASE, message) for owner, message in base.doubts if owner == path]
        earlier = [(each.path, each.spec) for each in base.before[path]]
        renamed = [(name, each.stack) for name, each in earlier if each.stack != spec.stack]
        notes = [note(_BASE, f"'{spec.stack}' is compared with '{stack}', {name}") for name, stack in renamed]
        notes += [note(_BASE, base.note)] if base.note and not cases else []
        results = [check_specs(each, spec) for _, each in earlier] or [check_specs(None, spec)]
        result = collect_result(chain(doubts, notes, base.files.get(path, ()), *(each.outcomes for each in results)))
        for _, each in earlier:
            result = add_dependents(result, each, users)
        cases.append(Case(spec.stack, result, spec.waivers, positions_of_spec(display_name(path), spec, document)))
    gone = [
        (each.spec.stack, add_dependents(stack_removed(each.spec), each.spec, users), each.path) for each in base.gone
    ]
    if lost := [undecided(_BASE, message) for owner, message in base.doubts if not owner]:
        gone.append(("base", collect_result(lost), now[0][0]))
    return [*cases, *(Case(name, result, (), SourcePositions(path)) for name, result, path in gone)]

"""Compares many specs with their accounts: each is read once, several at a time, and one that fails is named."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pcaform.checks.drift.check import compare, list_regions, read_account, refuse_other_account, restrict
from pcaform.checks.drift.difference import Drift
from pcaform.checks.report.merged import Merged, merge
from pcaform.checks.report.parts import Part, part_of_drift
from pcaform.cli.account_session import find_reader
from pcaform.cli.exit_codes import ERROR, FINDINGS, OK
from pcaform.core.files import display_name
from pcaform.core.finding import Finding, Location, Severity
from pcaform.core.grouping import grouped
from pcaform.core.problems import Failure
from pcaform.core.shards import Shard, select
from pcaform.rules.load import check_files
from pcaform.rules.together import check_together, list_claims
from pcaform.sources.aws.parallel import run_each
from pcaform.sources.aws.session import Account, Caller, RateLimiter, open_account
from pcaform.sources.aws.snapshot import show_progress
from pcaform.spec.stack import Spec

_AT_ONCE = 8
"""Accounts that are read at the same time."""
_Group = tuple[tuple[str, Caller], list[tuple[str, Spec]]]
"""The id of an account, who reads it, and the specs with their files."""


def compare_all(paths: Iterable[str], caller: Caller, *, role: str, shard: Shard | None, expiring: timedelta) -> Merged:
    """Compare the specs of a shard; raises Failure where the caller's own credentials do not work.

    What is wrong with specs is said in every shard: all are loaded, since bases and specs are told apart together.
    """
    results, valid = check_files(paths)
    together = list(check_together(map(list_claims, valid)))
    invalid = [each for result in results if result.valid is None for each in result.problems]
    failed = [each for each in invalid if each.severity is Severity.ERROR] + [problem for problem, *_ in together]
    parts = [Part("specs", "", found=tuple(("drift", each) for each in failed))] if failed else []
    twice = {path for _, *both in together for path in both}
    chosen = select([each for each in valid if each[0] not in twice], lambda each: os.path.relpath(each[0]), shard)
    has_failed = bool(failed)
    for (path, spec), drift in _compare_each(
        [(display_name(path), spec) for path, spec, _ in chosen], caller, role, expiring
    ):
        if isinstance(drift, Failure):
            has_failed = True
            finding = Finding("not-compared", "", "; ".join(drift.lines), location=Location(path))
            parts.append(Part(f"stack {spec.stack}", path, found=(("drift", finding),)))
        else:
            parts.append(part_of_drift(drift, path))
    code = ERROR if has_failed else FINDINGS if any(each.found for each in parts) else OK
    return merge(sorted(parts, key=lambda each: each.name), "drift", code, shard)


def _compare_each(
    specs: Sequence[tuple[str, Spec]], caller: Caller, role: str, expiring: timedelta
) -> Iterator[tuple[tuple[str, Spec], Drift | Failure]]:
    """Yield each spec with its drift, or with why there is none, in the order in which accounts are read."""
    if not specs:
        return
    own = _open_own(caller, _regions_of(specs))
    groups = grouped(
        ((spec.aws.account_id, find_reader(spec, caller, own, role)), (path, spec)) for path, spec in specs
    )

    def work(group: _Group) -> list[Drift]:
        (_, reader), same = group
        # Credentials are asked for in a region that is known to work.
        account = own if reader == caller else open_account(replace(reader, regions=own.regions[:1]), RateLimiter())
        refuse_other_account(same[0][1], account)
        account = replace(account, regions=_regions_of(same), rate_limiter=RateLimiter())
        snapshot, now = read_account([spec for _, spec in same], account), datetime.now(UTC)
        return [compare(spec, restrict(snapshot, spec), now=now, expiring=expiring) for _, spec in same]

    with show_progress("accounts") as tell:
        for number, ((_, same), done) in enumerate(run_each(groups.items(), work, _AT_ONCE), start=1):
            tell(number, len(groups))
            yield from zip(same, [done] * len(same) if isinstance(done, Failure) else done, strict=True)


def _open_own(caller: Caller, regions: tuple[str, ...]) -> Account:
    """Return the caller's own account, asked in the region of its environment, else in the first of some."""
    try:
        return open_account(caller, RateLimiter())
    except Failure:
        return open_account(replace(caller, regions=regions[:1]), RateLimiter())


def _regions_of(specs: Iterable[tuple[str, Spec]]) -> tuple[str, ...]:
    """Return the regions of some specs, that of most first."""
    return tuple(each for each, _ in Counter(each for _, spec in specs for each in list_regions(spec)).most_common())

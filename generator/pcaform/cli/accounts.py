"""Reads many accounts, a few at once: which they are, what is made of each, and how the reading of each ended.

Each account has rates of its own, so that one which AWS throttles delays no other. One that denies or fails is named.
Of an account only that is kept what is made of its snapshot.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from pcaform.checks.drift.check import list_regions
from pcaform.cli.exit_codes import ERROR, FINDINGS
from pcaform.cli.options import ManyOptions
from pcaform.core import console
from pcaform.core.accounts import AccountStatus, sort_statuses
from pcaform.core.files import display_name, read_bytes
from pcaform.core.formats.text import count
from pcaform.core.grouping import grouped
from pcaform.core.problems import Failure
from pcaform.core.shards import parse_shard, select
from pcaform.rules.load import load_specs
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.aws import session
from pcaform.sources.aws.organization import list_accounts
from pcaform.sources.aws.parallel import Checkpoint, open_checkpoint, run_jobs
from pcaform.sources.aws.session import Caller, RateLimiter
from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot, show_progress
from pcaform.sources.inventory import ImportNote

T = TypeVar("T")
Notes = Sequence[ImportNote]
Reduce = Callable[[AccountSnapshot], tuple[T, Notes]]
"""Makes of a snapshot what is kept of it, and all notes."""
_AT_ONCE = 8
_LINE = re.compile(r"(?:-\s+)?[\"']?(?P<id>[0-9]+)[\"']?(?:[:,]?\s+(?P<name>\S.*))?")
_DIGITS = 12
_EXPECTED = "expected 12 digits, and behind them a name if you like"


@dataclass(frozen=True, slots=True)
class _Target:
    """An account to be read; without regions in those of the caller."""

    account_id: str
    name: str = ""
    regions: tuple[str, ...] = ()


class Accounts:
    """The accounts that options name. `statuses` says how the reading of each ended, once all are read."""

    def __init__(self, many: ManyOptions, caller: Caller) -> None:
        """Open the caller's own account; raises Failure for credentials and lists that do not work."""
        shard = parse_shard(many.shard)
        targets = _list_file(many.accounts) if many.accounts else _list_specs(many.specs or ())
        first = next((each.regions for each in targets if each.regions), ())
        self._caller = caller
        base = replace(caller, regions=caller.regions or first)
        self._base = session.open_account(base, RateLimiter(), is_base=True)
        if many.organization:
            targets = [_Target(*each) for each in list_accounts(self._base, many.organization).items()]
        if not targets:
            raise Failure(f"{many.accounts or many.organization or ', '.join(many.specs or ())}: there is no account")
        found = sorted(select(targets, lambda each: each.account_id, shard), key=lambda each: each.account_id)
        self._targets = found
        self._role = f"arn:{self._base.partition}:iam::{{}}:role/{(many.role or '').lstrip('/')}"
        self._directory = many.checkpoint
        self._memories: dict[str, Checkpoint] = {}
        self._without_ca: list[str] = []
        self.statuses: list[AccountStatus] = []
        self.shard = shard
        part = f" of {len(targets)}, shard {shard}" if shard else ""
        console.print_progress(f"{count(len(found), 'account')}{part}, read as {self._base.arn} by role {many.role}")

    def read(self, request: SnapshotRequest, reduce: "Reduce[T]") -> Iterator[tuple[AccountStatus, T, Notes]]:
        """Yield what is made of each account of which something was read, and its notes, in the order of their ids."""
        jobs = {each.account_id: partial(self._read, each, request, reduce) for each in self._targets}
        order, waiting = list(jobs), dict[str, tuple[AccountStatus, T | None, Notes]]()
        try:
            with show_progress("accounts") as tell:
                finished = run_jobs(jobs, self._base.rate_limiter, threads=_AT_ONCE)
                for number, (account_id, outcome) in enumerate(finished, start=1):
                    tell(number, len(jobs))
                    waiting[account_id] = outcome
                    while order and order[0] in waiting:
                        status, result, notes = waiting.pop(order.pop(0))
                        self.statuses.append(status)
                        if result is not None:
                            yield status, result, notes
        except BaseException:
            for memory in list(self._memories.values()):
                memory.save()
            raise
        for path in (self._path(each.account_id) for each in self.statuses if each.status == "read"):
            if path is not None:
                path.unlink(missing_ok=True)

    def end(self, code: int) -> int:
        """Print what was not read, and return the exit code: an account that failed is an error."""
        ended = Counter(each.status for each in self.statuses)
        failed = (each for each in sort_statuses(self.statuses) if each.status == "failed")
        console.print_status(*(f"{each.label}: {each.reason}" for each in failed))
        others = {"in part": ended["partial"], "not read": ended["failed"], "without a CA": len(self._without_ca)}
        parts = [f"{ended['read']} read", *(f"{number} {words}" for words, number in others.items() if number)]
        console.print_progress(f"{count(len(self.statuses), 'account')}: {', '.join(parts)}")
        return ERROR if ended["failed"] else FINDINGS if ended["partial"] else code

    def _read(
        self, target: _Target, request: SnapshotRequest, reduce: "Reduce[T]"
    ) -> tuple[AccountStatus, T | None, Notes]:
        try:
            snapshot = self._read_snapshot(target, request)
            result, notes = reduce(snapshot)
        except Failure as failure:
            reason = f"not read: {' '.join(line.strip() for line in failure.lines)}"
            return AccountStatus(target.account_id, target.name, "failed", reason), None, ()
        unknown = [f"{note.address}: {note.reason}" for note in notes if note.kind == "unknown"]
        reason = f"{unknown[0]}; {len(unknown) - 1} more" if len(unknown) > 1 else "".join(unknown)
        if snapshot.unlisted >= {*snapshot.regions}:
            return AccountStatus(target.account_id, target.name, "failed", f"not read: {reason}"), None, ()
        if not snapshot.authorities and not unknown:
            self._without_ca.append(target.account_id)
        return AccountStatus(target.account_id, target.name, "partial" if unknown else "read", reason), result, notes

    def _read_snapshot(self, target: _Target, request: SnapshotRequest) -> AccountSnapshot:
        """Read an account; its answers are kept until all accounts are read, so that a later run has them."""
        is_own = target.account_id == self._base.account_id
        role = None if is_own else self._role.format(target.account_id)
        regions = self._caller.regions or target.regions
        account = session.enter_account(self._base, replace(self._caller, assume_role=role, regions=regions))
        with open_checkpoint(target.account_id, self._path(target.account_id)) as memory:
            self._memories[target.account_id] = memory
            try:
                snapshot = read_snapshot(account, request, checkpoint=memory)
                memory.save()
            finally:
                del self._memories[target.account_id]
        return snapshot

    def _path(self, account_id: str) -> Path | None:
        return self._directory and self._directory / f"{account_id}.json"


def _list_file(path: str) -> list[_Target]:
    """Return the accounts of a list, each once; raises Failure for a line that names none."""
    name, targets = display_name(path), dict[str, _Target]()
    for number, text in enumerate(read_bytes(path).decode("utf-8-sig", "replace").splitlines(), start=1):
        if not (line := text.partition("#")[0].strip()):
            continue
        if (match := _LINE.fullmatch(line)) is None:
            raise Failure(f"{name}:{number}: '{line}' is not an account: {_EXPECTED}")
        if len(account_id := match["id"]) != _DIGITS:
            raise Failure(f"{name}:{number}: '{account_id}' has {len(account_id)} digits: {_EXPECTED}")
        if account_id in targets:
            console.print_progress(f"{name}:{number}: account {account_id} is there already, and is read once")
        targets.setdefault(account_id, _Target(account_id, match["name"] or ""))
    return list(targets.values())


def _list_specs(paths: Sequence[str]) -> list[_Target]:
    """Return the accounts of specs with the regions that these name; raises Invalid for a spec with errors."""
    specs = (spec for _, spec, _ in load_specs(paths)) if paths else ()
    regions = grouped((spec.aws.account_id, region) for spec in specs for region in list_regions(spec))
    return [_Target(account_id, regions=tuple(dict.fromkeys(names))) for account_id, names in regions.items()]

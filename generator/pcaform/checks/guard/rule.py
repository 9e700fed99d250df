"""What a rule of the guard is: one object with its id, level, text, source and check.

A file below `rules` holds the rules of one kind, each written as its check with the rest above it:

    @rule("ca-disabled", Level.BREAKS_TRUST, types=(AUTHORITY,), change="disables a CA", consequence="…", source="…")
    def ca_disabled(change: Change, context: PlanContext) -> Iterator[Outcome]:
        if ...:
            yield ca_disabled.finding(change, "…", advice="…")
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pcaform.checks.guard.findings import address_of, cause, differences
from pcaform.checks.guard.levels import Level
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.verdict import Finding, Outcome, Undecided

if TYPE_CHECKING:
    from pcaform.checks.guard.context import PlanContext

Check = Callable[[Change, "PlanContext"], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `check` is run on every change of the resource types in `types`.

    `change` ends the sentence "a change that …", `consequence` says what it does, `source` is the URL that says so.
    """

    id: str
    level: Level
    types: tuple[str, ...]
    change: str
    consequence: str
    source: str
    check: Check

    def finding(
        self,
        change: Change,
        message: str,
        *,
        advice: str,
        affected: Iterable[str] = (),
        arguments: Sequence[str] = (),
        level: Level | None = None,
    ) -> Finding:
        """Return a finding; `arguments` are those to show where none forces a replacement, `level` is the rule's."""
        return Finding(
            address=address_of(change),
            rule=self.id,
            level=level or self.level,
            actions=change.actions,
            cause=cause(change),
            paths=change.paths,
            differences=differences(change, change.paths or arguments),
            message=message,
            affected=tuple(affected),
            advice=advice,
        )

    def undecided(self, change: Change, message: str) -> Undecided:
        """Return that the change cannot be decided, and may be one that the rule finds."""
        return Undecided(address_of(change), message, self.level)


def rule(
    name: str, level: Level, *, types: Sequence[str], change: str, consequence: str, source: str
) -> Callable[[Check], Rule]:
    """Make a check a rule, under the check's name."""

    def make(check: Check) -> Rule:
        return Rule(name, level, tuple(types), change, consequence, source, check)

    return make

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
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.verdict import GuardFinding, Level, Outcome, Undecided, undecided
from pcaform.core import rules

if TYPE_CHECKING:
    from pcaform.checks.guard.context import PlanContext

Check = Callable[[Change, "PlanContext"], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class Rule(rules.Rule[Check]):
    """One rule: `check` is run on every change of the resource types in `types`.

    `change` ends the sentence "a change that …", `text` says what it does.
    """

    level: Level
    types: tuple[str, ...]
    change: str

    def finding(
        self,
        change: Change,
        message: str,
        *,
        advice: str,
        affected: Iterable[str] = (),
        arguments: Sequence[str] = (),
        level: Level | None = None,
    ) -> GuardFinding:
        """Return a finding; `arguments` are those to show where none forces a replacement, `level` is the rule's."""
        level = level or self.level
        return GuardFinding(
            self.id,
            address_of(change),
            message,
            advice,
            severity=level.severity,
            level=level,
            actions=change.actions,
            cause=cause(change),
            paths=change.paths,
            differences=differences(change, change.paths or arguments),
            affected=tuple(affected),
        )

    def undecided(self, change: Change, message: str) -> Undecided:
        """Return that the change cannot be decided, and may be one that the rule finds."""
        return undecided(address_of(change), message, self.level)


def rule(
    name: str, level: Level, *, types: Sequence[str], change: str, consequence: str, source: str
) -> Callable[[Check], Rule]:
    """Make a check a rule, under the check's name."""
    return lambda check: Rule(name, consequence, source, check, level, tuple(types), change)

"""The rule about waivers: an expired waiver accepts nothing, and is a finding itself."""

from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.registry import all_rules
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.spec_diff import change_types
from pcaform.checks.guard.verdict import Level, Outcome


@rule(
    "waiver-expired",
    Level.BREAKS_TRUST,
    types=[change_types.WAIVER],
    change="relies on an expired waiver",
    consequence="what the waiver accepted counts again",
    source="docs/guard.md#waivers",
)
def waiver_expired(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find an expired waiver; the level is that of the rule that it names."""
    del context
    what, until, why = (change.after[name] for name in ("what", "until", "why"))
    message = f"the waiver of '{what}' ended on {until}: {why}"
    advice = "remove the waiver, or decide again and write a later day"
    level = all_rules()[what].level if what in all_rules() else None
    yield waiver_expired.finding(change, message, advice=advice, level=level)

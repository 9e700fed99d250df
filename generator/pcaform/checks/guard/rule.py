"""What a rule of the guard is: one object with its id, level, text, source and check; and all rules.

A file below `rules` holds the rules of one kind, registered by being there. Each is written as its check:

    @rule("ca-disabled", Level.BREAKS_TRUST, types=[AUTHORITY])
    def ca_disabled(change: Change, context: PlanContext) -> Iterator[Outcome]:
        \"\"\"Disables a CA.

        Consequence: it issues and renews nothing, and publishes no revocation
        Source: https://...
        \"\"\"
        if ...:
            yield ca_disabled.finding(change, "…", advice="…")
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc
from typing import Any

from pcaform.checks.guard import rules
from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.verdict import Difference, GuardFinding, Level, Outcome, Undecided, rank, undecided
from pcaform.core.rules import Rule as AnyRule
from pcaform.core.rules import collect
from pcaform.core.unicode import visible
from pcaform.spec.yaml_reader import has_step
from pcaform.terraform.plan_json import Change, is_marked

Check = Callable[[Change, PlanContext], Iterator[Outcome]]
_CAUSES = {
    "delete_because_no_resource_config": "its block is no longer in the configuration",
    "delete_because_no_module": "its module is no longer in the configuration",
    "delete_because_wrong_repetition": "'count' or 'for_each' was added or removed",
    "delete_because_count_index": "its index is beyond 'count'",
    "delete_because_each_key": "its key is no longer in 'for_each'",
    "delete_because_enabled_false": "its 'lifecycle' has 'enabled = false'",
    "delete_because_no_move_target": "it was moved to an address that is not declared",
    "replace_because_tainted": "it is marked as tainted",
    "replace_by_request": "'-replace' asks for it",
    "replace_by_triggers": "'replace_triggered_by' asks for it",
    "forgot_because_lifecycle_destroy_in_config": "its 'lifecycle' has 'destroy = false'",
    "forgot_because_lifecycle_destroy_in_state": "its 'lifecycle' had 'destroy = false' when it was last applied",
}
"""Reasons of Terraform and OpenTofu: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation.

Another one is shown as it is: it explains what a plan does, and decides nothing.
"""

FORGET = "a 'removed' block with 'destroy = false'"
"""How an object leaves the state and stays at AWS."""
_LONGEST = 200
_HIDDEN = "(secret)"


@dataclass(frozen=True, slots=True)
class Rule(AnyRule[Check]):
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
            change.full_address,
            message,
            advice,
            severity=level.severity,
            level=level,
            actions=change.actions,
            cause=_cause(change),
            paths=change.paths,
            differences=tuple(_difference(change, path) for path in change.paths or arguments),
            affected=tuple(affected),
        )

    def undecided(self, change: Change, message: str) -> Undecided:
        """Return that the change cannot be decided, and may be one that the rule finds."""
        return undecided(change.full_address, message, self.level)


def rule(name: str, level: Level, *, types: Sequence[str]) -> Callable[[Check], Rule]:
    """Make a check a rule; its docstring names the change, what happens then, and the page that says so."""

    def make(check: Check) -> Rule:
        change, _, rest = cleandoc(check.__doc__ or "").partition(".\n\nConsequence: ")
        consequence, _, source = rest.partition("\nSource: ")
        return Rule(name, consequence, source, check, level, tuple(types), change[:1].lower() + change[1:])

    return make


@cache
def all_rules() -> Mapping[str, Rule]:
    """Return the rules by id: by level, then by the name of their file, then as they are in it."""
    return {rule.id: rule for rule in sorted(collect(rules, Rule), key=lambda rule: rank(rule.level))}


@cache
def rules_for(kind: str) -> tuple[Rule, ...]:
    """Return the rules that look at changes of a resource type."""
    return tuple(rule for rule in all_rules().values() if kind in rule.types)


def waivable_rules() -> tuple[str, ...]:
    """Return the ids that a waiver may name: all but that of the rule about waivers."""
    return tuple(rule.id for rule in all_rules().values() if ChangeType.WAIVER not in rule.types)


def _cause(change: Change) -> str:
    """Return what forces the change, in words; empty if Terraform gives no reason."""
    if change.paths:
        return f"{', '.join(repr(path) for path in change.paths)} {'change' if len(change.paths) > 1 else 'changes'}"
    return _CAUSES.get(change.reason, change.reason)


def _difference(change: Change, path: str) -> Difference:
    steps = list(_steps(path))
    is_secret = any(_at(mask, steps, is_mask=True) is True for mask in change.secret)
    is_unknown = _at(change.unknown, steps, is_mask=True) is True
    before = _HIDDEN if is_secret else _format_value(_at(change.before, steps))
    after = _HIDDEN if is_secret else "(known after apply)" if is_unknown else _format_value(_at(change.after, steps))
    return Difference(path, before, after)


def _steps(path: str) -> Iterator[str | int]:
    for part in path.replace("[", ".").split("."):
        index = part.removesuffix("]")
        yield int(index) if index != part and index.isdigit() else index


def _at(value: Any, steps: Sequence[str | int], *, is_mask: bool = False) -> Any:
    """Return the value at a path; in a mask the first `true` on the way holds for everything below it."""
    for step in steps:
        if is_mask and value is True:
            return True
        if not has_step(value, step):
            return None
        value = value[step]
    return is_marked(value) if is_mask else value


def _format_value(value: Any) -> str:
    text = visible(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

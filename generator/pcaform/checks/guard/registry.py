"""All rules of the guard: every `Rule` in a module of the package `rules` is one, by being there.

The modules are imported at the first call, so that importing the registry costs nothing.
"""

from collections.abc import Mapping
from functools import cache

from pcaform.checks.guard import rules
from pcaform.checks.guard.rule import Rule
from pcaform.checks.guard.spec_diff import change_types
from pcaform.checks.guard.verdict import rank
from pcaform.core.rules import collect


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
    return tuple(rule.id for rule in all_rules().values() if change_types.WAIVER not in rule.types)

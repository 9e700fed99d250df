"""All rules of the guard: every `Rule` in a module of the package `rules` is one, by being there.

The modules are imported at the first call, so that importing the registry costs nothing.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from pcaform.checks.guard import rules
from pcaform.checks.guard.levels import rank
from pcaform.checks.guard.rule import Rule
from pcaform.checks.guard.spec_diff import change_types


@cache
def all_rules() -> Mapping[str, Rule]:
    """Return the rules by id: by level, then by the name of their file, then as they are in it."""
    found: dict[str, Rule] = {}
    for rule in sorted(_rules(), key=lambda each: rank(each.level)):
        if rule.id in found:
            raise ValueError(f"two rules of the guard have the id '{rule.id}'")
        found[rule.id] = rule
    return found


@cache
def rules_for(kind: str) -> tuple[Rule, ...]:
    """Return the rules that look at changes of a resource type."""
    return tuple(rule for rule in all_rules().values() if kind in rule.types)


def waivable_rules() -> tuple[str, ...]:
    """Return the ids that a waiver may name: all but that of the rule about waivers."""
    return tuple(rule.id for rule in all_rules().values() if change_types.WAIVER not in rule.types)


def _rules() -> Iterator[Rule]:
    for module in sorted(pkgutil.iter_modules(rules.__path__), key=lambda each: each.name):
        values = vars(import_module(f"{rules.__name__}.{module.name}")).values()
        yield from (value for value in values if isinstance(value, Rule))

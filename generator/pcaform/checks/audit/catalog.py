"""All rules of `checks/audit/rules/`."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from pcaform.checks.audit import rules
from pcaform.checks.audit.rule import Rule


def _discover() -> Iterator[Rule]:
    for module in iter_modules(rules.__path__, f"{rules.__name__}."):
        yield from (value for value in vars(import_module(module.name)).values() if isinstance(value, Rule))


RULES: tuple[Rule, ...] = tuple(_discover())
"""Files in alphabetical order, the rules of each as they are defined."""

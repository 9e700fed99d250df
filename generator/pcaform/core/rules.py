"""What the rules of a spec, of the guard and of the audit have in common, and how they are found."""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Generic, TypeVar

Check = TypeVar("Check")
AnyRule = TypeVar("AnyRule", bound="Rule[Any]")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Check]):
    """One rule. Findings, documentation and `ignore` name it by its id, which is written only at its decorator.

    `text` states what must hold or what is wrong, `source` is the page that says so, empty where the text has the
    reason; `check` finds what the rule is about.
    """

    id: str
    text: str
    source: str
    check: Check


def page(source: str) -> str:
    """Return the whole address of a source; a page of AWS's documentation is given by its path there."""
    return f"https://docs.aws.amazon.com/{source}" if source and "://" not in source else source


def collect(package: ModuleType, kind: type[AnyRule]) -> tuple[AnyRule, ...]:
    """Import the modules of a package, by name, and return the rules of `kind` in each, as they are defined.

    Raises ValueError for two rules with one id.
    """
    modules = sorted(iter_modules(package.__path__, f"{package.__name__}."), key=lambda module: module.name)
    rules: dict[str, AnyRule] = {}
    for rule in (value for module in modules for value in vars(import_module(module.name)).values()):
        if isinstance(rule, kind):
            if rule.id in rules:
                raise ValueError(f"two rules have the id '{rule.id}'")
            rules[rule.id] = rule
    return tuple(rules.values())

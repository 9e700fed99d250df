"""What a rule of a spec is: one object with its id, severity, text, source and check.

A function in a file of `rules/spec_rules/` becomes a rule by its decorator, and is registered by being there:

    @error("unknown-parent")
    def parent_exists(spec: Spec) -> Iterator[Violation]:
        \"\"\"A parent is a key of `certificate_authorities`.\"\"\"
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pcaform.core import rules
from pcaform.core.finding import Severity
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec

Check = Callable[[Spec], Iterator[Violation]]


@dataclass(frozen=True, slots=True)
class Rule(rules.Rule[Check]):
    """One rule; `text` states what must hold."""

    severity: Severity
    is_of_whole: bool = False
    """Whether it checks the stack that a spec makes, which exists only if the spec has no other errors."""


def error(rule_id: str, *, source: str = "", is_of_whole: bool = False) -> Callable[[Check], Rule]:
    """Make a check a rule whose findings stop every command; its docstring is the rule's text."""
    return lambda check: Rule(rule_id, check.__doc__ or "", source, check, Severity.ERROR, is_of_whole)


def warning(rule_id: str, *, source: str = "") -> Callable[[Check], Rule]:
    """Make a check a rule whose findings are printed, and stop only `validate --strict`."""
    return lambda check: Rule(rule_id, check.__doc__ or "", source, check, Severity.WARNING)

"""What a rule is: a named function from a spec to findings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pcaform.core.problems import Severity
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in the spec and what is wrong there."""

    loc: Loc
    message: str


Check = Callable[[Spec], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with the id under which messages, documentation and `ignore` know it."""

    id: str
    severity: Severity
    check: Check
    is_of_whole: bool = False
    """Whether it looks at the stack that a spec makes, which only a spec without other errors has."""

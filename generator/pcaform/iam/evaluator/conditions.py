"""The Condition element: the conditions of a statement, and whether a request meets them.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_elements_condition.html,
reference_policies_condition-single-vs-multi-valued-context-keys.html (for set operators, an empty text is not a value),
access-analyzer-reference-policy-checks.html (empty lists, Null with a set operator).
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from pcaform.iam.evaluator.operators import OPERATORS, Operator, is_truth_value
from pcaform.iam.evaluator.patterns import Context

_FOR_ALL, _FOR_ANY = "ForAllValues:", "ForAnyValue:"
_IF_EXISTS = "IfExists"
_NULL = "Null"


class _Test(NamedTuple):
    """What an operator's name says; `operator` None is Null, `quantifier` may be empty."""

    operator: Operator | None
    quantifier: str
    if_exists: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator of a Condition element, as they are written; numbers and booleans are texts too."""

    operator: str
    name: str
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        """The condition key in lower case, since its case does not matter."""
        return self.name.lower()

    def is_met(self, context: Context) -> bool:
        """Tell whether a request context meets the condition; absent keys are handled as in AWS's table.

        Raises ValueError for an operator that does not exist.
        """
        test = _parse(self.operator)
        if test is None:
            raise ValueError(self.operator)
        operator, quantifier, if_exists = test
        values = context.get(self.key, ())
        if operator is None:
            return self._is_null_met(values, quantifier)
        if not (any(values) if quantifier else values):
            return if_exists or quantifier == _FOR_ALL or (operator.is_negated and not quantifier)
        combined = all if quantifier == _FOR_ALL or (operator.is_negated and not quantifier) else any
        return combined(self._accepts(value, operator, context) for value in values)

    def _is_null_met(self, context_values: tuple[str, ...], quantifier: str) -> bool:
        if quantifier:
            return quantifier == _FOR_ALL
        return any((value.lower() == "true") is (not any(context_values)) for value in self.values)

    def _accepts(self, value: str, operator: Operator, context: Context) -> bool:
        is_match = any(operator.matches(value, expected, context) for expected in self.values)
        return is_match is not operator.is_negated

    def find_error(self) -> str | None:
        """Return why the condition cannot be evaluated: an unknown operator, or a value that it cannot read."""
        test = _parse(self.operator)
        if test is None:
            return f"the unknown condition operator '{self.operator}'"
        is_readable = test.operator.is_readable if test.operator else is_truth_value
        for value in self.values:
            if not is_readable(value):
                return f"the value '{value}' for '{self.name}', which {self.operator} cannot read"
        return None


@cache
def _parse(name: str) -> _Test | None:
    """Return what an operator's name with its prefix and suffix says; None for an unknown operator."""
    quantifier = next((prefix for prefix in (_FOR_ALL, _FOR_ANY) if name.startswith(prefix)), "")
    base = name.removeprefix(quantifier)
    operator = OPERATORS.get(base.removesuffix(_IF_EXISTS))
    known = operator is not None or base == _NULL
    return _Test(operator, quantifier, base.endswith(_IF_EXISTS)) if known else None

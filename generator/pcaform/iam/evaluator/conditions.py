"""The Condition element: the conditions of a statement, and whether a request meets them.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_elements_condition.html,
reference_policies_condition-single-vs-multi-valued-context-keys.html (for set operators, an empty text is not a value),
access-analyzer-reference-policy-checks.html (empty lists, Null with a set operator).
"""

from dataclasses import dataclass

from pcaform.iam.evaluator.operators import OPERATORS, Operator, is_truth_value
from pcaform.iam.evaluator.patterns import Context

_FOR_ALL, _FOR_ANY = "ForAllValues:", "ForAnyValue:"
_IF_EXISTS = "IfExists"
_NULL = "Null"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition key of one operator; `key` is in lower case. `operator` None is Null, `quantifier` may be empty."""

    key: str
    values: tuple[str, ...]
    operator: Operator | None
    quantifier: str = ""
    if_exists: bool = False

    def is_met(self, context: Context) -> bool:
        """Tell whether a request context meets the condition; absent keys are handled as in AWS's table."""
        values = context.get(self.key, ())
        if self.operator is None:
            return self._is_null_met(values)
        if not (any(values) if self.quantifier else values):
            is_empty_set = self.quantifier == _FOR_ALL
            return self.if_exists or is_empty_set or (self.operator.is_negated and not self.quantifier)
        combined = all if self.quantifier == _FOR_ALL or (self.operator.is_negated and not self.quantifier) else any
        return combined(self._accepts(value, self.operator, context) for value in values)

    def _is_null_met(self, context_values: tuple[str, ...]) -> bool:
        if self.quantifier:
            return self.quantifier == _FOR_ALL
        return any((value.lower() == "true") is (not any(context_values)) for value in self.values)

    def _accepts(self, value: str, operator: Operator, context: Context) -> bool:
        is_match = any(operator.matches(value, expected, context) for expected in self.values)
        return is_match is not operator.is_negated


def build_condition(name: str, key: str, values: tuple[str, ...]) -> Condition | None:
    """Build a condition from an operator's name with its prefix and suffix; None for an unknown operator.

    Raises ValueError with the value if the operator cannot read a value.
    """
    quantifier = next((prefix for prefix in (_FOR_ALL, _FOR_ANY) if name.startswith(prefix)), "")
    base = name.removeprefix(quantifier)
    operator = OPERATORS.get(base.removesuffix(_IF_EXISTS))
    if operator is None and base != _NULL:
        return None
    is_readable = operator.is_readable if operator else is_truth_value
    unreadable = [value for value in values if not is_readable(value)]
    if unreadable:
        raise ValueError(unreadable[0])
    return Condition(key.lower(), values, operator, quantifier, if_exists=base.endswith(_IF_EXISTS))

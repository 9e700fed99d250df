"""The Condition element: which conditions a statement has, and whether a request meets them all.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_elements_condition.html,
reference_policies_condition-single-vs-multi-valued-context-keys.html (empty texts count as no value for what looks at
sets), access-analyzer-reference-policy-checks.html (empty lists, Null with a quantifier).
"""

from dataclasses import dataclass

from pcaform.iam.evaluator.operators import OPERATORS, Operator, is_truth_value
from pcaform.iam.evaluator.patterns import Context

_FOR_ALL, _FOR_ANY = "ForAllValues:", "ForAnyValue:"
_IF_EXISTS = "IfExists"
_NULL = "Null"


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator; `key` in lower case. `operator` None is Null. `quantifier` is empty for none."""

    key: str
    values: tuple[str, ...]
    operator: Operator | None
    quantifier: str = ""
    if_exists: bool = False

    def is_met(self, context: Context) -> bool:
        """Tell whether a request meets it; an absent key follows AWS's table of absent keys."""
        found = context.get(self.key, ())
        if self.operator is None:
            return self._is_null_met(found)
        if not (any(found) if self.quantifier else found):
            is_empty_set = self.quantifier == _FOR_ALL
            return self.if_exists or is_empty_set or (self.operator.is_negated and not self.quantifier)
        combined = all if self.quantifier == _FOR_ALL or (self.operator.is_negated and not self.quantifier) else any
        return combined(self._accepts(value, self.operator, context) for value in found)

    def _is_null_met(self, found: tuple[str, ...]) -> bool:
        if self.quantifier:
            return self.quantifier == _FOR_ALL
        return any((value.lower() == "true") is (not any(found)) for value in self.values)

    def _accepts(self, value: str, operator: Operator, context: Context) -> bool:
        is_match = any(operator.matches(value, expected, context) for expected in self.values)
        return is_match is not operator.is_negated


def condition(name: str, key: str, values: tuple[str, ...]) -> Condition | None:
    """Make a condition from an operator's name with its prefix and suffix; None for a name that AWS does not have.

    Raises ValueError, which quotes the value, for one that the operator cannot read.
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

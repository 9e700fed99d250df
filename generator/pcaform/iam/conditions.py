"""The Condition element: which conditions a statement has, and whether a request meets them all.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from dataclasses import dataclass

from pcaform.iam.operators import OPERATORS, Operator
from pcaform.iam.patterns import Context

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
            return any((value.lower() == "true") is (not found) for value in self.values)
        if not found:
            is_empty_set = self.quantifier == _FOR_ALL
            return self.if_exists or is_empty_set or (self.operator.is_negated and not self.quantifier)
        combined = all if self.quantifier == _FOR_ALL or (self.operator.is_negated and not self.quantifier) else any
        return combined(self._accepts(value, context) for value in found)

    def _accepts(self, value: str, context: Context) -> bool:
        assert self.operator is not None  # noqa: S101 - Null never gets here
        is_match = any(self.operator.matches(value, expected, context) for expected in self.values)
        return is_match is not self.operator.is_negated


def condition(name: str, key: str, values: tuple[str, ...]) -> Condition | None:
    """Make a condition from an operator's name with its prefix and suffix; None for a name that AWS does not have."""
    if name == _NULL:
        return Condition(key.lower(), values, operator=None)
    quantifier = next((prefix for prefix in (_FOR_ALL, _FOR_ANY) if name.startswith(prefix)), "")
    base = name.removeprefix(quantifier)
    if_exists = base.endswith(_IF_EXISTS)
    found = OPERATORS.get(base.removesuffix(_IF_EXISTS))
    return None if found is None else Condition(key.lower(), values, found, quantifier, if_exists)

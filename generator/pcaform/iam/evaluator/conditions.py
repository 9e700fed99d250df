"""The Condition element: the conditions of a statement, whether a request meets them, and values that would.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_elements_condition.html,
reference_policies_condition-single-vs-multi-valued-context-keys.html (for set operators, an empty text is not a value),
access-analyzer-reference-policy-checks.html (empty lists, Null with a set operator),
reference_policies_elements_condition_operators.html (how an operator compares two values).
"""

import base64
import functools
import ipaddress
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import Any

from pcaform.iam.evaluator.patterns import Context, are_variables_well_formed, is_arn, is_like, is_text

Comparison = Callable[[str, str, Context], bool]
"""From a request's value, a policy's value and the context to whether they match; unreadable values never match."""

_FOR_ALL, _FOR_ANY = "ForAllValues:", "ForAnyValue:"
_IF_EXISTS = "IfExists"
_NULL = "Null"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_GAPS = ("x", "", "zq")
_STEP = {"Less": -1, "Greater": 1}
_YEAR_AND_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Operator:
    """A base operator; a negated one is met if its comparison matches none of the policy's values.

    `is_readable` tells whether a text makes sense as a value in a policy.
    """

    matches: Comparison
    is_readable: Callable[[str], bool]
    is_negated: bool = False


def _reader(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a function that returns None for a text that cannot be read."""

    @functools.lru_cache(maxsize=1024)
    def read_or_none(text: str) -> Any:
        try:
            return read(text)
        except (ValueError, OverflowError, OSError):
            return None

    return read_or_none


@_reader
def _read_number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@_reader
def _read_moment(text: str) -> datetime:
    """Read ISO 8601, in UTC if there is no time zone, or seconds since 1970."""
    seconds = _read_number(text)
    if seconds is not None:
        return datetime.fromtimestamp(float(seconds), tz=UTC)
    read = datetime.fromisoformat(f"{text}-01" if _YEAR_AND_MONTH.fullmatch(text) else text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


_read_network = _reader(partial(ipaddress.ip_network, strict=False))
_read_base64 = _reader(partial(base64.b64decode, validate=True))


def _read_boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _comparison(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Comparison:
    def matches(value: str, expected: str, _context: Context) -> bool:
        left, right = read(value), read(expected)
        return left is not None and right is not None and compare(left, right)

    return matches


def _is_address(value: str, expected: str, _context: Context) -> bool:
    address, network = None if "/" in value else _read_network(value), _read_network(expected)
    return address is not None and network is not None and address.network_address in network


def _can_read(read: Callable[[str], Any]) -> Callable[[str], bool]:
    return lambda text: read(text) is not None


def _with_negation(
    name: str, negated: str, matches: Comparison, is_readable: Callable[[str], bool] = are_variables_well_formed
) -> dict[str, Operator]:
    return {name: Operator(matches, is_readable), negated: Operator(matches, is_readable, is_negated=True)}


def _ordered_operators(kind: str, read: Callable[[str], Any]) -> dict[str, Operator]:
    orders = {"LessThan": operator.lt, "LessThanEquals": operator.le}
    orders |= {"GreaterThan": operator.gt, "GreaterThanEquals": operator.ge}
    return {
        **_with_negation(f"{kind}Equals", f"{kind}NotEquals", _comparison(read, operator.eq), _can_read(read)),
        **{f"{kind}{name}": Operator(_comparison(read, order), _can_read(read)) for name, order in orders.items()},
    }


OPERATORS: dict[str, Operator] = {
    **_with_negation("StringEquals", "StringNotEquals", is_text),
    **_with_negation("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", partial(is_text, ignore_case=True)),
    **_with_negation("StringLike", "StringNotLike", is_like),
    **_with_negation("ArnEquals", "ArnNotEquals", is_arn),
    **_with_negation("ArnLike", "ArnNotLike", is_arn),
    **_with_negation("IpAddress", "NotIpAddress", _is_address, _can_read(_read_network)),
    **_ordered_operators("Numeric", _read_number),
    **_ordered_operators("Date", _read_moment),
    "Bool": Operator(_comparison(_read_boolean, operator.is_), _can_read(_read_boolean)),
    "BinaryEquals": Operator(_comparison(_read_base64, operator.eq), _can_read(_read_base64)),
}
"""Every base operator but Null, which compares no values."""

is_truth_value = _can_read(_read_boolean)
"""Tell whether a text is a value for Bool and Null."""


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
        parsed = _parse(self.operator)
        if parsed is None:
            raise ValueError(self.operator)
        operator, quantifier, if_exists = parsed
        values = context.get(self.key, ())
        if operator is None and quantifier:
            return quantifier == _FOR_ALL
        if operator is None:
            return any((value.lower() == "true") is (not any(values)) for value in self.values)
        if not (any(values) if quantifier else values):
            return if_exists or quantifier == _FOR_ALL or (operator.is_negated and not quantifier)
        combined = all if quantifier == _FOR_ALL or (operator.is_negated and not quantifier) else any
        matches, is_negated = operator.matches, operator.is_negated
        return combined(
            any(matches(value, expected, context) for expected in self.values) is not is_negated for value in values
        )

    def find_error(self) -> str | None:
        """Return why the condition cannot be evaluated: an unknown operator, or a value that it cannot read."""
        parsed = _parse(self.operator)
        if parsed is None:
            return f"the unknown condition operator '{self.operator}'"
        is_readable = parsed[0].is_readable if parsed[0] else is_truth_value
        for value in self.values:
            if not is_readable(value):
                return f"the value '{value}' for '{self.name}', which {self.operator} cannot read"
        return None


@cache
def _parse(name: str) -> tuple[Operator | None, str, bool] | None:
    """Return what an operator's name says: the operator, None for Null, its quantifier, and if it ends in IfExists.

    None alone is for an unknown operator.
    """
    quantifier = next((prefix for prefix in (_FOR_ALL, _FOR_ANY) if name.startswith(prefix)), "")
    base = name.removeprefix(quantifier)
    operator = OPERATORS.get(base.removesuffix(_IF_EXISTS))
    known = operator is not None or base == _NULL
    return (operator, quantifier, base.endswith(_IF_EXISTS)) if known else None


def samples(condition: Condition) -> list[str]:
    """Return values that meet a condition, by which what a policy allows only under it is found.

    They are both ends of a range of addresses, and several texts for a wildcard.
    """
    return [each for value in condition.values for each in _of_value(condition.operator, value)]


def satisfying(conditions: Iterable[Condition]) -> Context:
    """Return a context that meets conditions; a negated one is met by a key that is absent."""
    required: dict[str, tuple[str, ...]] = {}
    found: dict[str, tuple[str, ...]] = {}
    for each in conditions:
        values = samples(each) if "Not" not in each.operator else []
        if values:
            (required if "Null" in each.operator else found)[each.key] = (values[0],)
    return {**required, **found}


def _of_value(operator: str, text: str) -> list[str]:
    if "Null" in operator:
        return ["x"] if text == "false" else []
    if "IpAddress" in operator:
        network = _read_network(text)
        return [] if network is None else [str(network[0]), str(network[-1])]
    step = next((step for word, step in _STEP.items() if word in operator), 0)
    if step:
        return _beside(text, step)
    gaps = _GAPS if "*" in text or "?" in text else _GAPS[:1]
    return [text.replace("*", gap).replace("?", gap[:1] or "y") for gap in gaps]


def _beside(text: str, step: int) -> list[str]:
    """Return a number, or a moment, that is less or greater."""
    if re.fullmatch(r"-?\d+", text):
        return [str(int(text) + step)]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return [text]
    return [((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) + timedelta(days=step)).isoformat()]

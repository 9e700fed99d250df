"""The condition operators: from an operator's name to how one value of a request compares with one of a policy.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import base64
import binascii
import ipaddress
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from pcaform.iam.patterns import Context, is_arn, is_like, is_text

Comparison = Callable[[str, str, Context], bool]
"""From a request's value, a policy's value and the context to whether they match; what cannot be read never does."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A base operator; a negated one holds where its comparison matches none of the policy's values."""

    matches: Comparison
    is_negated: bool = False


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(text: str) -> datetime | None:
    """Read ISO 8601, in UTC where it names no zone, or seconds since 1970."""
    try:
        seconds = _number(text)
        if seconds is not None:
            return datetime.fromtimestamp(float(seconds), tz=UTC)
        read = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _ordered(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Comparison:
    def matches(value: str, expected: str, _context: Context) -> bool:
        left, right = read(value), read(expected)
        return left is not None and right is not None and compare(left, right)

    return matches


def _is_address(value: str, expected: str, _context: Context) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(expected, strict=False)
    except ValueError:
        return False


def _is_same_bytes(value: str, expected: str, _context: Context) -> bool:
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(expected, validate=True)
    except binascii.Error:
        return False


def _with_negation(name: str, negated: str, matches: Comparison) -> dict[str, Operator]:
    return {name: Operator(matches), negated: Operator(matches, is_negated=True)}


def _orders(kind: str, read: Callable[[str], Any]) -> dict[str, Operator]:
    return {
        **_with_negation(f"{kind}Equals", f"{kind}NotEquals", _ordered(read, operator.eq)),
        f"{kind}LessThan": Operator(_ordered(read, operator.lt)),
        f"{kind}LessThanEquals": Operator(_ordered(read, operator.le)),
        f"{kind}GreaterThan": Operator(_ordered(read, operator.gt)),
        f"{kind}GreaterThanEquals": Operator(_ordered(read, operator.ge)),
    }


_is_same_word = partial(is_text, ignore_case=True)

OPERATORS: dict[str, Operator] = {
    **_with_negation("StringEquals", "StringNotEquals", is_text),
    **_with_negation("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _is_same_word),
    **_with_negation("StringLike", "StringNotLike", is_like),
    **_with_negation("ArnEquals", "ArnNotEquals", is_arn),
    **_with_negation("ArnLike", "ArnNotLike", is_arn),
    **_with_negation("IpAddress", "NotIpAddress", _is_address),
    **_orders("Numeric", _number),
    **_orders("Date", _moment),
    "Bool": Operator(_is_same_word),
    "BinaryEquals": Operator(_is_same_bytes),
}
"""Every base operator but Null, which compares no values."""

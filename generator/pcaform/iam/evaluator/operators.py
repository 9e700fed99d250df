"""The condition operators: from an operator's name to how one value of a request compares with one of a policy.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import base64
import functools
import ipaddress
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from pcaform.iam.evaluator.patterns import Context, are_variables_well_formed, is_arn, is_like, is_text

Comparison = Callable[[str, str, Context], bool]
"""From a request's value, a policy's value and the context to whether they match; what cannot be read never does."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_YEAR_AND_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Operator:
    """A base operator; a negated one holds where its comparison matches none of the policy's values.

    `is_readable` tells whether a text makes sense as a value in a policy.
    """

    matches: Comparison
    is_readable: Callable[[str], bool]
    is_negated: bool = False


@functools.lru_cache(maxsize=1024)
def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@functools.lru_cache(maxsize=1024)
def _moment(text: str) -> datetime | None:
    """Read ISO 8601, in UTC where it names no zone, or seconds since 1970."""
    seconds = _number(text)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(float(seconds), tz=UTC)
        read = datetime.fromisoformat(f"{text}-01" if _YEAR_AND_MONTH.fullmatch(text) else text)
    except (ValueError, OverflowError, OSError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


@functools.lru_cache(maxsize=1024)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _octets(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    network = _network(text)
    return network.network_address if network and "/" not in text else None


def _compared(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Comparison:
    def matches(value: str, expected: str, _context: Context) -> bool:
        left, right = read(value), read(expected)
        return left is not None and right is not None and compare(left, right)

    return matches


def _is_address(value: str, expected: str, _context: Context) -> bool:
    address, network = _address(value), _network(expected)
    return address is not None and network is not None and address in network


def _reads(read: Callable[[str], Any]) -> Callable[[str], bool]:
    return lambda text: read(text) is not None


def _with_negation(
    name: str, negated: str, matches: Comparison, is_readable: Callable[[str], bool] = are_variables_well_formed
) -> dict[str, Operator]:
    return {name: Operator(matches, is_readable), negated: Operator(matches, is_readable, is_negated=True)}


def _orders(kind: str, read: Callable[[str], Any]) -> dict[str, Operator]:
    return {
        **_with_negation(f"{kind}Equals", f"{kind}NotEquals", _compared(read, operator.eq), _reads(read)),
        f"{kind}LessThan": Operator(_compared(read, operator.lt), _reads(read)),
        f"{kind}LessThanEquals": Operator(_compared(read, operator.le), _reads(read)),
        f"{kind}GreaterThan": Operator(_compared(read, operator.gt), _reads(read)),
        f"{kind}GreaterThanEquals": Operator(_compared(read, operator.ge), _reads(read)),
    }


OPERATORS: dict[str, Operator] = {
    **_with_negation("StringEquals", "StringNotEquals", is_text),
    **_with_negation("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", partial(is_text, ignore_case=True)),
    **_with_negation("StringLike", "StringNotLike", is_like),
    **_with_negation("ArnEquals", "ArnNotEquals", is_arn),
    **_with_negation("ArnLike", "ArnNotLike", is_arn),
    **_with_negation("IpAddress", "NotIpAddress", _is_address, _reads(_network)),
    **_orders("Numeric", _number),
    **_orders("Date", _moment),
    "Bool": Operator(_compared(_boolean, operator.is_), _reads(_boolean)),
    "BinaryEquals": Operator(_compared(_octets, operator.eq), _reads(_octets)),
}
"""Every base operator but Null, which compares no values."""

is_truth_value = _reads(_boolean)
"""Tell whether a text is a value for Bool and Null."""

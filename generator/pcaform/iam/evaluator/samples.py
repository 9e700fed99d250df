"""Values with which a request meets a condition: what a policy allows only under conditions is found by them."""

import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pcaform.iam.evaluator.conditions import Condition
from pcaform.iam.evaluator.patterns import Context

_GAPS = ("x", "", "zq")
_STEP = {"Less": -1, "Greater": 1}


def samples(condition: Condition) -> list[str]:
    """Return values that meet a condition: both ends of a range of addresses, and several texts for a wildcard."""
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
        return _ends(text)
    step = next((step for word, step in _STEP.items() if word in operator), 0)
    if step:
        return _beside(text, step)
    gaps = _GAPS if "*" in text or "?" in text else _GAPS[:1]
    return [text.replace("*", gap).replace("?", gap[:1] or "y") for gap in gaps]


def _ends(text: str) -> list[str]:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return []
    return [str(network[0]), str(network[-1])]


def _beside(text: str, step: int) -> list[str]:
    """Return a number, or a moment, that is less or greater."""
    if re.fullmatch(r"-?\d+", text):
        return [str(int(text) + step)]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return [text]
    return [((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) + timedelta(days=step)).isoformat()]

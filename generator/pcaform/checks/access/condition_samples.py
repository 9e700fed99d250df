"""A principal's policies -> requests' keys that would meet their conditions: what a hole would be found with.

An action that slipped into a statement with conditions is allowed only to requests that meet them. No real request may
have such keys today; that is no reason to allow it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.access.scenario import Subject
from pcaform.iam.evaluator.patterns import Context

_SET = re.compile(r"For(?:All|Any)Values?:|IfExists$")
_WILDCARD = re.compile(r"[*?]")


def sample_contexts(subject: Subject) -> list[Context]:
    """Return for each statement that allows something the keys that its conditions ask for, without doubles."""
    documents = [json.loads(text) for text in subject.policies.values()]
    found = {json.dumps(context): context for document in documents for context in _contexts(document)}
    return list(found.values())


def _contexts(document: Any) -> Iterator[dict[str, tuple[str, ...]]]:
    listed = document.get("Statement", [])
    for statement in listed if isinstance(listed, list) else [listed]:
        if statement.get("Effect") == "Allow":
            yield _met(statement.get("Condition", {}))


def _met(conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    context = {
        key.lower(): (_WILDCARD.sub("x", str(_first(values))),)
        for operator, keys in conditions.items()
        if "Not" not in operator and _SET.sub("", operator) != "Null"
        for key, values in keys.items()
    }
    wanted = {key.lower() for key, values in conditions.get("Null", {}).items() if _first(values) == "false"}
    return {**dict.fromkeys(wanted, ("x",)), **context}


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else values

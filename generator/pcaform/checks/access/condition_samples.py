"""Builds request contexts that satisfy the conditions of a principal's Allow statements, to probe for over-permission.

An action that was added by mistake to a statement with conditions is allowed only to requests that meet them. It is a
mistake even if no real request of this action has such keys today.
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
    """Return a context that meets the conditions of each Allow statement, without duplicates."""
    documents = [json.loads(text) for text in subject.policies.values()]
    contexts = {json.dumps(context): context for document in documents for context in _contexts(document)}
    return list(contexts.values())


def _contexts(document: Any) -> Iterator[dict[str, tuple[str, ...]]]:
    statements = document.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement.get("Effect") == "Allow":
            yield _satisfy(statement.get("Condition", {}))


def _satisfy(conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    context = {
        key.lower(): (_WILDCARD.sub("x", str(_first(values))),)
        for operator, keys in conditions.items()
        if "Not" not in operator and _SET.sub("", operator) != "Null"
        for key, values in keys.items()
    }
    required = {key.lower() for key, values in conditions.get("Null", {}).items() if _first(values) == "false"}
    return {**dict.fromkeys(required, ("x",)), **context}


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else values

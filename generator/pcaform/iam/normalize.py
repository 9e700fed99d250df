"""A normal form of policies, for comparing their meaning: independent of order, Sids and lists of one item.

A statement allows or denies each of its actions on each of its resources, so it is split into statements with one of
each; a condition that is met by any of several values is split too. Statements that are merged, or split over several
policies because of IAM's limits, therefore have the same normal form.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

_ONE_OF = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike", "NumericEquals", "Bool", "Null"})
"""Operators that are met if any of their values matches: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html"""
_MAX_STATEMENTS = 20_000
_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(?P<id>[0-9]{12})(?::root)?\Z")


def normalized_statements(documents: Iterable[Any]) -> frozenset[str]:
    """Return the normal form of policies together; odd JSON raises KeyError, TypeError or ValueError."""
    return frozenset(each for document in documents for each in _of_document(document))


def statements_by_sid(document: Any) -> frozenset[tuple[str, frozenset[str]]]:
    """Return the normal form of each statement of a policy with its Sid, which Terraform compares too."""
    return frozenset((str(each.get("Sid")), frozenset(_of_statement(each))) for each in as_list(document["Statement"]))


def as_list(value: Any) -> list[Any]:
    """Return a value as a list; policies may write a single value without a list."""
    return value if isinstance(value, list) else [value]


def _of_document(document: Mapping[str, Any]) -> Iterator[str]:
    yield _text({name: value for name, value in document.items() if name != "Statement"})
    for statement in as_list(document["Statement"]):
        yield from _of_statement(statement)


def _of_statement(statement: Mapping[str, Any]) -> Iterator[str]:
    axes: list[list[tuple[tuple[str, ...], Any]]] = []
    for name, value in statement.items():
        if name == "Condition":
            axes += _conditions(value)
        elif name != "Sid":
            axes.append([((name, *path), each) for path, each in _values(name, value)])
    if prod(map(len, axes)) > _MAX_STATEMENTS:
        yield _text([sorted(map(_text, axis)) for axis in axes])
        return
    yield from (_text(sorted(each, key=_text)) for each in product(*axes))


def _values(name: str, value: Any) -> list[tuple[tuple[str, ...], Any]]:
    """Return the single values of an element; those of a Not element stay together, since it excludes all of them."""
    values: list[tuple[tuple[str, ...], Any]]
    if name in ("Action", "NotAction"):
        values = [((), str(each).lower()) for each in as_list(value)]
    elif name in ("Principal", "NotPrincipal") and isinstance(value, Mapping):
        values = [((kind,), _principal(kind, each)) for kind, inner in value.items() for each in as_list(inner)]
    else:
        values = [((), each) for each in as_list(value)]
    return [((), sorted(set(map(_text, values))))] if name.startswith("Not") else values


def _principal(kind: str, value: Any) -> Any:
    """Return a principal; an account, which AWS writes in two ways, as its id."""
    match = _ACCOUNT.match(str(value)) if kind == "AWS" else None
    return match["id"] if match else value


def _conditions(conditions: Mapping[str, Any]) -> list[list[tuple[tuple[str, ...], Any]]]:
    axes: list[list[tuple[tuple[str, ...], Any]]] = []
    for operator, block in conditions.items():
        for key, values in block.items():
            texts = sorted({_scalar(each) for each in as_list(values)})
            path = ("Condition", operator, key.lower() if "/" not in key else key)
            axes.append([(path, each) for each in texts] if operator in _ONE_OF else [(path, texts)])
    return axes


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)

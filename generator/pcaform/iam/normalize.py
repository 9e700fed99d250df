"""Policies -> what they mean, in one form for every spelling: order, names of statements and lists of one do not count.

A statement allows or denies each of its actions on each of its resources, so it is taken apart into single ones; a
condition that asks for one of several values is taken apart too. Statements merged or spread over several policies,
as IAM's limits ask for, mean the same.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

_ONE_OF = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike", "NumericEquals", "Bool", "Null"})
"""Operators that any of their values satisfies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html"""
_MOST = 20_000
_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(?P<id>[0-9]{12})(?::root)?\Z")


def normalized_statements(documents: Iterable[Any]) -> frozenset[str]:
    """Return all that these policies say together; raises what odd JSON raises: KeyError, TypeError, ValueError."""
    return frozenset(each for document in documents for each in _of_document(document))


def statements_by_sid(document: Any) -> frozenset[tuple[str, frozenset[str]]]:
    """Return what each statement of a policy says, by the statement's name: what Terraform tells apart."""
    return frozenset((str(each.get("Sid")), frozenset(_of_statement(each))) for each in as_list(document["Statement"]))


def as_list(value: Any) -> list[Any]:
    """Return a value that policies write alone or as a list."""
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
    if prod(map(len, axes)) > _MOST:
        yield _text([sorted(map(_text, axis)) for axis in axes])
        return
    yield from (_text(sorted(each, key=_text)) for each in product(*axes))


def _values(name: str, value: Any) -> list[tuple[tuple[str, ...], Any]]:
    """Return the single values of an element; those that it exempts stay together, since it applies to none of them."""
    found: list[tuple[tuple[str, ...], Any]]
    if name in ("Action", "NotAction"):
        found = [((), str(each).lower()) for each in as_list(value)]
    elif name in ("Principal", "NotPrincipal") and isinstance(value, Mapping):
        found = [((kind,), _principal(kind, each)) for kind, inner in value.items() for each in as_list(inner)]
    else:
        found = [((), each) for each in as_list(value)]
    return [((), sorted(set(map(_text, found))))] if name.startswith("Not") else found


def _principal(kind: str, value: Any) -> Any:
    """Return one spelling for a whole account, which AWS writes in two ways."""
    match = _ACCOUNT.match(str(value)) if kind == "AWS" else None
    return match["id"] if match else value


def _conditions(conditions: Mapping[str, Any]) -> list[list[tuple[tuple[str, ...], Any]]]:
    found: list[list[tuple[tuple[str, ...], Any]]] = []
    for operator, block in conditions.items():
        for key, values in block.items():
            texts = sorted({_scalar(each) for each in as_list(values)})
            path = ("Condition", operator, key.lower() if "/" not in key else key)
            found.append([(path, each) for each in texts] if operator in _ONE_OF else [(path, texts)])
    return found


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)

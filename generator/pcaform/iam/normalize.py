"""A normal form of policies, for comparing their meaning: independent of order, Sids and lists of one item.

A statement allows or denies each of its actions on each of its resources, so it is split into statements with one of
each; a condition that is met by any of several values is split too. Statements that are merged, or split over several
policies because of IAM's limits, therefore have the same normal form.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import product
from math import prod
from typing import Any

from pcaform.iam.documents import Principals, Statement, as_list, read_policy
from pcaform.iam.evaluator.conditions import Condition

_ONE_OF = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike", "NumericEquals", "Bool", "Null"})
"""Operators that are met if any of their values matches: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html"""
_MAX_STATEMENTS = 20_000
_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(?P<id>[0-9]{12})(?::root)?\Z")


Axis = list[tuple[str, Any]]
"""The single values of one element or condition, each with its name; a statement is the product of its axes."""


def normalized_statements(documents: Iterable[Any]) -> frozenset[str]:
    """Return the normal form of policies together: JSON texts, data or documents; raises PolicyError."""
    read = list(map(read_policy, documents))
    heads = {_text([document.version, document.id]) for document in read}
    return frozenset(heads.union(*(_of_statement(each) for document in read for each in document.statements)))


def statements_by_sid(document: Any) -> frozenset[tuple[str, frozenset[str]]]:
    """Return the normal form of each statement of a policy with its Sid, which Terraform compares too."""
    return frozenset((each.sid, frozenset(_of_statement(each))) for each in read_policy(document).statements)


def describe_policy_difference(before: str, after: str) -> Iterator[str]:
    """Yield the statements of two policies that only one has, as JSON: `- ` for those of the first, `+ ` of the other.

    One whose actions, resources and conditions other statements have together is not among them. Raises PolicyError.
    """
    for sign, document, other in (("-", before, after), ("+", after, before)):
        known = normalized_statements([other])
        raw = as_list(json.loads(document)["Statement"])
        for data, statement in zip(raw, read_policy(document).statements, strict=True):
            if not known.issuperset(_of_statement(statement)):
                yield f"{sign} {json.dumps(data, ensure_ascii=False)}"


def _of_statement(statement: Statement) -> Iterator[str]:
    axes = list(_axes(statement))
    if prod(map(len, axes)) > _MAX_STATEMENTS:
        yield _text([sorted(map(_text, axis)) for axis in axes])
        return
    yield from (_text(sorted(each, key=_text)) for each in product(*axes))


def _axes(statement: Statement) -> Iterator[Axis]:
    """Yield an axis for each element; the values of a Not element stay together, since it excludes all of them."""
    yield [("Effect", statement.effect)]
    actions, not_actions = (
        None if names is None else map(str.lower, names) for names in (statement.actions, statement.not_actions)
    )
    elements: list[tuple[str, Iterable[Any] | None, Iterable[Any] | None]] = [
        ("Action", actions, not_actions),
        ("Resource", statement.resources, statement.not_resources),
        ("Principal", _principals(statement.principals), _principals(statement.not_principals)),
    ]
    for name, values, excluded in elements:
        if values is not None:
            yield [(name, each) for each in values]
        if excluded is not None:
            yield [(f"Not{name}", sorted(set(excluded)))]
    yield from map(_condition, statement.conditions)


def _principals(principals: Principals | None) -> Principals | None:
    """Return the principals; an account, which AWS writes in two ways, as its id."""
    if principals is None:
        return None
    return tuple(
        (kind, match["id"] if kind == "AWS" and (match := _ACCOUNT.match(name)) else name) for kind, name in principals
    )


def _condition(condition: Condition) -> Axis:
    key = condition.key if "/" not in condition.name else condition.name
    name, values = f"{condition.operator} {key}", sorted(set(condition.values))
    return [(name, each) for each in values] if condition.operator in _ONE_OF else [(name, values)]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)

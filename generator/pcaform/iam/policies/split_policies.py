"""Statements -> as few policy documents as hold them: merged first, then spread, since IAM limits each.

Sizes count each CA as long as an ARN can be, so that what is in which policy depends on the spec alone.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pcaform.core import facts
from pcaform.iam.policies.statements import CaRef, Statement

_BLANK = re.compile(r"\s")
_LISTS = (("Resource",), ("Condition", "StringEquals", "acm:CertificateAuthority"))
"""Where a statement lists CAs: the only part of one that can be spread over several without another meaning."""


def documents(statements: Sequence[Statement]) -> list[Statement]:
    """Return the documents that hold these statements; one that nothing can split may still be too long."""
    whole = _document(statements)
    if size(whole) <= facts.POLICY_LIMIT:
        return [whole]
    found: list[list[Statement]] = []
    for statement in _numbered(part for merged in _merged(statements) for part in _spread(merged)):
        last = found[-1] if found else None
        if last is not None and size(_document([*last, statement])) <= facts.POLICY_LIMIT:
            last.append(statement)
        else:
            found.append([statement])
    return [_document(each) for each in found]


def size(document: Mapping[str, Any]) -> int:
    """Return the characters that IAM counts: all but blanks, as Terraform's jsonencode writes them."""
    text = json.dumps(document, default=lambda _: "x" * facts.LONGEST_CA_ARN, ensure_ascii=False)
    escaped = sum(text.count(sign) for sign in "<>&") * (len("\\u003c") - 1)
    return len(_BLANK.sub("", text)) + escaped


def _document(statements: Sequence[Statement]) -> Statement:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _merged(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield the statements, those as one that differ in their resources only."""
    found: dict[str, Statement] = {}
    for statement in statements:
        rest = {key: value for key, value in statement.items() if key not in ("Sid", "Resource")}
        same = found.setdefault(json.dumps(rest, default=_key, sort_keys=True), {**statement, "Resource": []})
        same["Resource"] = list(dict.fromkeys([*same["Resource"], *statement["Resource"]]))
    yield from found.values()


def _spread(statement: Statement) -> Iterator[Statement]:
    """Yield a statement in parts that fit into a policy of their own, halving its CAs until they do."""
    if size(_document([statement])) <= facts.POLICY_LIMIT:
        yield statement
        return
    for path in _LISTS:
        listed = _at(statement, path)
        if len(listed) > 1 and all(isinstance(each, CaRef) for each in listed):
            half = len(listed) // 2
            yield from _spread(_with(statement, path, listed[:half]))
            yield from _spread(_with(statement, path, listed[half:]))
            return
    yield statement


def _numbered(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield the statements with names that differ, as a policy demands."""
    taken: set[str] = set()
    for statement in statements:
        name, number = statement["Sid"], 2
        while name in taken:
            name, number = f"{statement['Sid']}{number}", number + 1
        taken.add(name)
        yield {**statement, "Sid": name}


def _at(statement: Statement, path: Sequence[str]) -> list[Any]:
    found: Any = statement
    for step in path:
        found = found.get(step, {})
    return list(found)


def _with(statement: Statement, path: Sequence[str], value: list[Any]) -> Statement:
    first, *rest = path
    return {**statement, first: _with(statement[first], rest, value) if rest else value}


def _key(authority: CaRef) -> str:
    return authority.key

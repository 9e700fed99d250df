"""Packs statements into as few policy documents as possible, since IAM limits the size of each: merges, then splits.

The size of each CA is that of the longest possible ARN, so that the split depends on the spec alone.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pcaform.core import facts
from pcaform.iam.policies.statements import CaRef, Statement

_SPACE = re.compile(r"\s")
_CA_LISTS = (("Resource",), ("Condition", "StringEquals", "acm:CertificateAuthority"))
"""The lists of CAs in a statement: the only parts that can be split into several statements with the same meaning."""


def documents(statements: Sequence[Statement]) -> list[Statement]:
    """Return the documents with these statements; one that cannot be split may still be too long."""
    whole = _document(statements)
    if size(whole) <= facts.POLICY_LIMIT:
        return [whole]
    groups: list[list[Statement]] = []
    for statement in _make_sids_unique(part for merged in _merge(statements) for part in _split(merged)):
        last = groups[-1] if groups else None
        if last is not None and size(_document([*last, statement])) <= facts.POLICY_LIMIT:
            last.append(statement)
        else:
            groups.append([statement])
    return [_document(group) for group in groups]


def size(document: Mapping[str, Any]) -> int:
    """Return the number of characters that IAM counts: all but white space, as Terraform's jsonencode writes them."""
    text = json.dumps(document, default=lambda _: "x" * facts.LONGEST_CA_ARN, ensure_ascii=False)
    escaped = sum(text.count(sign) for sign in "<>&") * (len("\\u003c") - 1)
    return len(_SPACE.sub("", text)) + escaped


def _document(statements: Sequence[Statement]) -> Statement:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _merge(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield the statements; those that only differ in their resources are merged."""
    by_content: dict[str, Statement] = {}
    for statement in statements:
        rest = {key: value for key, value in statement.items() if key not in ("Sid", "Resource")}
        merged = by_content.setdefault(json.dumps(rest, default=_key, sort_keys=True), {**statement, "Resource": []})
        merged["Resource"] = list(dict.fromkeys([*merged["Resource"], *statement["Resource"]]))
    yield from by_content.values()


def _split(statement: Statement) -> Iterator[Statement]:
    """Yield a statement in parts that each fit into one policy, by halving its list of CAs repeatedly."""
    if size(_document([statement])) <= facts.POLICY_LIMIT:
        yield statement
        return
    for path in _CA_LISTS:
        cas = _get(statement, path)
        if len(cas) > 1 and all(isinstance(ca, CaRef) for ca in cas):
            half = len(cas) // 2
            yield from _split(_replace(statement, path, cas[:half]))
            yield from _split(_replace(statement, path, cas[half:]))
            return
    yield statement


def _make_sids_unique(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield the statements with unique Sids, as IAM requires."""
    taken: set[str] = set()
    for statement in statements:
        name, number = statement["Sid"], 2
        while name in taken:
            name, number = f"{statement['Sid']}{number}", number + 1
        taken.add(name)
        yield {**statement, "Sid": name}


def _get(statement: Statement, path: Sequence[str]) -> list[Any]:
    value: Any = statement
    for step in path:
        value = value.get(step, {})
    return list(value)


def _replace(statement: Statement, path: Sequence[str], value: list[Any]) -> Statement:
    first, *rest = path
    return {**statement, first: _replace(statement[first], rest, value) if rest else value}


def _key(authority: CaRef) -> str:
    return authority.key

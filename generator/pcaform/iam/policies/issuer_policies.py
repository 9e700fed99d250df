"""An issuer -> its IAM policies by name: its own `policy`, or those built from its grants.

The same function builds policies with references (for Terraform) and with ARNs (for comparison with a state): the
caller passes the function that names a CA. IAM limits the size of each document, so statements are packed into as few
as possible: merged, then split. Each CA counts with the longest possible ARN, so the split depends on the spec alone.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import attrgetter
from typing import Any

from pcaform.core import facts
from pcaform.iam.policies.statements import CaRef, Statement, build_statements, policy
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws

ArnOf = Callable[[str], Any]
"""From a CA's key to its name in the policy: an ARN, or a reference to one."""
_CA_LISTS = (("Resource",), ("Condition", "StringEquals", "acm:CertificateAuthority"))
"""The lists of CAs in a statement: the only parts that can be split into several statements with the same meaning."""


def documents(issuer: Issuer, aws: Aws, *, arn_of: ArnOf) -> dict[str, Statement]:
    """Return the policy documents of an issuer by name; more than one only if one would be too long for IAM."""
    if issuer.policy is not None:
        return {issuer.policy.name: issuer.policy.document}
    parts = _pack(list(build_statements(issuer, aws)))
    name = f"{issuer.principal_name}-private-ca"
    names = (name, *(f"{name}-{number}" for number in range(2, len(parts) + 1)))
    return {name: _resolve_cas(document, arn_of) for name, document in zip(names, parts, strict=True)}


def sizes(issuer: Issuer, aws: Aws) -> list[int]:
    """Return the maximum size of each policy of an issuer, in the characters that IAM counts."""
    if issuer.policy is not None:
        return [size(issuer.policy.document)]
    return [size(document) for document in _pack(list(build_statements(issuer, aws)))]


def _resolve_cas(value: Any, arn_of: ArnOf) -> Any:
    if isinstance(value, CaRef):
        return arn_of(value.key)
    if isinstance(value, dict):
        return {key: _resolve_cas(inner, arn_of) for key, inner in value.items()}
    return [_resolve_cas(inner, arn_of) for inner in value] if isinstance(value, list) else value


def _pack(statements: Sequence[Statement]) -> list[Statement]:
    """Return the documents with these statements; one that cannot be split may still be too long."""
    whole = policy(statements)
    if size(whole) <= facts.POLICY_LIMIT:
        return [whole]
    groups: list[list[Statement]] = []
    for statement in _make_sids_unique(part for merged in _merge(statements) for part in _split(merged)):
        last = groups[-1] if groups else None
        if last is not None and size(policy([*last, statement])) <= facts.POLICY_LIMIT:
            last.append(statement)
        else:
            groups.append([statement])
    return [policy(group) for group in groups]


def size(document: Mapping[str, Any]) -> int:
    """Return the number of characters that IAM counts: all but white space, as Terraform's jsonencode writes them."""
    text = json.dumps(document, default=lambda _: "x" * facts.LONGEST_CA_ARN, ensure_ascii=False)
    escaped = sum(text.count(sign) for sign in "<>&") * (len("\\u003c") - 1)
    return len("".join(text.split())) + escaped


def _merge(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield the statements; those that only differ in their resources are merged."""
    by_content: dict[str, Statement] = {}
    for statement in statements:
        rest = {key: value for key, value in statement.items() if key not in ("Sid", "Resource")}
        merged = by_content.setdefault(
            json.dumps(rest, default=attrgetter("key"), sort_keys=True), {**statement, "Resource": []}
        )
        merged["Resource"] = list(dict.fromkeys([*merged["Resource"], *statement["Resource"]]))
    yield from by_content.values()


def _split(statement: Statement) -> Iterator[Statement]:
    """Yield a statement in parts that each fit into one policy, by halving its list of CAs repeatedly."""
    if size(policy([statement])) <= facts.POLICY_LIMIT:
        yield statement
        return
    for path in _CA_LISTS:
        cas = list(reduce(lambda value, step: value.get(step, {}), path, statement))
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


def _replace(statement: Statement, path: Sequence[str], value: list[Any]) -> Statement:
    first, *rest = path
    return {**statement, first: _replace(statement[first], rest, value) if rest else value}

"""Builds the condition contexts in which two sets of policies may differ, from the values in their conditions.

One value of each kind is enough: both ends of an address range, a text for each wildcard. Templates, names and issuer
tags are left out: requests are tried with all of them anyway.
"""

import ipaddress
import json
from collections.abc import Iterator, Mapping
from itertools import chain, islice

from pcaform.checks.guard.referenced_cas import SAMPLE, VARIABLE
from pcaform.iam.documents import Statement, read_statements
from pcaform.iam.evaluator.patterns import Context
from pcaform.iam.policies.statements import ISSUER_TAG

_TRIED = ("acm-pca:", "acm:", "aws:viaawsservice", "aws:tagkeys", f"aws:requesttag/{ISSUER_TAG}".lower())
_GAPS = ("x", "", "zq")
_MOST = 256


def condition_contexts(before: Mapping[str, str], after: Mapping[str, str]) -> list[Context]:
    """Return contexts that meet the conditions that differ, with and without the other conditions of the second set."""
    if not before:
        return []
    old, new = (list(_statements(each)) for each in (before, after))
    keys = [{_key(each) for statement in statements for each in _contexts(statement)} for statements in (old, new)]
    differing = [json.loads(each) for each in sorted(keys[0] ^ keys[1])]
    bases = {_key(_base(each)): _base(each) for each in new if each.is_allow}
    contexts = chain(differing, ({**base, **each} for each in differing for base in bases.values()))
    return [{key: (value,) for key, value in each.items()} for each in islice(_unique(contexts), _MOST)]


def _unique(contexts: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    seen = set()
    for each in contexts:
        if _key(each) not in seen:
            seen.add(_key(each))
            yield each


def _key(context: Mapping[str, str]) -> str:
    return json.dumps(context, sort_keys=True)


def _statements(policies: Mapping[str, str]) -> Iterator[Statement]:
    for name, text in policies.items():
        yield from read_statements(text, name)


def _contexts(statement: Statement) -> Iterator[dict[str, str]]:
    """Yield for each value of each condition a context with that value that meets the other conditions."""
    base = _base(statement)
    for _, key, values in _conditions(statement):
        yield from ({**base, key: value} for value in values)


def _base(statement: Statement) -> dict[str, str]:
    """Return a context that meets all conditions of a statement."""
    return {key: values[0] for operator, key, values in _conditions(statement) if values and "Not" not in operator}


def _conditions(statement: Statement) -> Iterator[tuple[str, str, list[str]]]:
    for each in statement.conditions:
        if not each.key.startswith(_TRIED):
            samples = [sample for value in each.values for sample in _samples(each.operator, value)]
            yield each.operator, each.key, samples
    for resource in statement.resources or ():
        for match in VARIABLE.finditer(resource):
            yield "Resource", match["key"].lower(), [SAMPLE]


def _samples(operator: str, text: str) -> list[str]:
    if "Null" in operator:
        return ["x"] if text == "false" else []
    if "IpAddress" in operator:
        return _ends(text)
    gaps = _GAPS if "*" in text or "?" in text else _GAPS[:1]
    return [text.replace("*", gap).replace("?", gap[:1] or "y") for gap in gaps]


def _ends(text: str) -> list[str]:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return []
    return [str(network[0]), str(network[-1])]

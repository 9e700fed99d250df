"""Removes from a policy all references to CAs that the same plan creates, so that before and after can be compared.

A CA that does not exist yet has issued nothing, so an operator role or a grant that names it does no harm.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.iam.documents import as_list

_NONE_OF = frozenset({"StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike"})
_ONE_OF = frozenset(name.replace("Not", "") for name in _NONE_OF)


def strip_cas(policies: Mapping[str, str], ids: frozenset[str]) -> dict[str, str]:
    """Return policies without the CAs of these ids; a policy that names no other CA is left out."""
    return {name: stripped for name, text in policies.items() if (stripped := _strip_policy(text, ids))}


def _strip_policy(text: str, ids: frozenset[str]) -> str:
    if not any(f'certificate-authority/{each}"' in text for each in ids):
        return text
    try:
        document = json.loads(text)
        statements = [kept for each in as_list(document["Statement"]) for kept in _strip_statement(each, ids)]
    except (KeyError, TypeError, ValueError, AttributeError):
        return text
    return json.dumps({**document, "Statement": statements}) if statements else ""


def _strip_statement(statement: Mapping[str, Any], ids: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield the statement without new CAs, if anything is left of it."""
    kept = dict(statement)
    if "Resource" in kept:
        kept["Resource"] = _other_values(kept["Resource"], ids)
    block = {operator: _strip_conditions(operator, keys, ids) for operator, keys in kept.get("Condition", {}).items()}
    if block:
        kept["Condition"] = {operator: keys for operator, keys in block.items() if keys}
    if kept.get("Resource") != [] and not any([] in keys.values() for keys in block.values()):
        yield kept


def _strip_conditions(operator: str, keys: Mapping[str, Any], ids: frozenset[str]) -> dict[str, Any]:
    """Return the conditions of one operator; with an empty list of values it is met by no request."""
    if operator not in _ONE_OF | _NONE_OF:
        return dict(keys)
    kept = {key: _other_values(values, ids) for key, values in keys.items()}
    return {key: values for key, values in kept.items() if values or operator in _ONE_OF}


def _other_values(values: Any, ids: frozenset[str]) -> list[Any]:
    return [each for each in as_list(values) if str(each).rpartition("certificate-authority/")[2] not in ids]

"""A policy without the CAs that the same change creates: what it says of all others, which is what can be compared.

Nothing has been issued yet by a CA that is not there, so a duty or a grant that names it takes nothing from anybody.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.iam.normalize import as_list

_NONE_OF = frozenset({"StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike"})
_ONE_OF = frozenset(name.replace("Not", "") for name in _NONE_OF)


def strip_cas(policies: Mapping[str, str], ids: frozenset[str]) -> dict[str, str]:
    """Return policies as they are for every CA but those of these ids; one that is about no other is left out."""
    return {name: kept for name, text in policies.items() if (kept := _without(text, ids))}


def _without(text: str, ids: frozenset[str]) -> str:
    if not any(f'certificate-authority/{each}"' in text for each in ids):
        return text
    try:
        document = json.loads(text)
        statements = [kept for each in as_list(document["Statement"]) for kept in _statement(each, ids)]
    except (KeyError, TypeError, ValueError, AttributeError):
        return text
    return json.dumps({**document, "Statement": statements}) if statements else ""


def _statement(statement: Mapping[str, Any], ids: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield what is left of a statement: nothing where it is about new CAs only."""
    kept = dict(statement)
    if "Resource" in kept:
        kept["Resource"] = _others(kept["Resource"], ids)
    block = {operator: _conditions(operator, keys, ids) for operator, keys in kept.get("Condition", {}).items()}
    if block:
        kept["Condition"] = {operator: keys for operator, keys in block.items() if keys}
    if kept.get("Resource") != [] and not any([] in keys.values() for keys in block.values()):
        yield kept


def _conditions(operator: str, keys: Mapping[str, Any], ids: frozenset[str]) -> dict[str, Any]:
    """Return the conditions of one operator; no value left is one that no request meets."""
    if operator not in _ONE_OF | _NONE_OF:
        return dict(keys)
    kept = {key: _others(values, ids) for key, values in keys.items()}
    return {key: values for key, values in kept.items() if values or operator in _ONE_OF}


def _others(values: Any, ids: frozenset[str]) -> list[Any]:
    return [each for each in as_list(values) if str(each).rpartition("certificate-authority/")[2] not in ids]

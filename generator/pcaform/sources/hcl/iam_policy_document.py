"""The data source `aws_iam_policy_document` -> the JSON that it writes.

Source: the provider's documentation of that data source; lists of one are written alone, as it does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.sources.hcl.functions import encode
from pcaform.sources.hcl.unknown import Unknown, first_unknown

_VERSION = "2012-10-17"
_INHERITING = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
_LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
_PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}


def document(arguments: Mapping[str, Any]) -> str | Unknown:
    """Return the JSON of a policy document; Unknown where a part of it is, or where it builds on another document."""
    unknown = first_unknown(arguments)
    if unknown is not None:
        return unknown
    for name in _INHERITING:
        if arguments.get(name):
            return Unknown(f"'{name}' merges documents, which is not evaluated here")
    statements = [_statement(each) for each in arguments.get("statement", [])]
    head = {"Version": arguments.get("version") or _VERSION, "Id": arguments.get("policy_id")}
    return encode({**{key: value for key, value in head.items() if value}, "Statement": statements})


def _statement(has: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": has.get("sid") or None, "Effect": has.get("effect") or "Allow"}
    statement |= {word: _alone(has[name]) for name, word in _LISTS.items() if has.get(name)}
    statement |= {word: _principals(has[name]) for name, word in _PRINCIPALS.items() if has.get(name)}
    if has.get("condition"):
        statement["Condition"] = _conditions(has["condition"])
    return {key: value for key, value in statement.items() if value is not None}


def _principals(blocks: list[Mapping[str, Any]]) -> Any:
    found: dict[str, list[Any]] = {}
    for block in blocks:
        found.setdefault(block["type"], []).extend(block["identifiers"])
    return "*" if found == {"*": ["*"]} else {kind: _alone(each) for kind, each in found.items()}


def _conditions(blocks: list[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, dict[str, list[Any]]] = {}
    for block in blocks:
        found.setdefault(block["test"], {}).setdefault(block["variable"], []).extend(block["values"])
    return {test: dict(_written(variables)) for test, variables in found.items()}


def _written(variables: Mapping[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    for variable, values in variables.items():
        yield variable, _alone(values)


def _alone(values: Any) -> Any:
    """Return a list of one as its value. `&{` is how this data source writes IAM's variables."""
    texts = [str(value).replace("&{", "${") for value in values]
    return texts[0] if len(texts) == 1 else texts

"""Policy documents: reading their statements, and whether a statement applies to a request.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.iam.evaluator.conditions import Condition
from pcaform.iam.evaluator.elements import (
    PolicyError,
    read_conditions,
    read_element,
    read_principals,
    read_resources,
)
from pcaform.iam.evaluator.patterns import Context, is_action, is_resource

__all__ = ["Document", "PolicyError", "Statement", "read_document"]

_VERSION_WITH_VARIABLES = "2012-10-17"
_VERSIONS = (_VERSION_WITH_VARIABLES, "2008-10-17")
_BLOCKS = frozenset(("Version", "Id", "Statement"))
_ELEMENTS = frozenset(
    ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition")
)
_DOLLAR = re.compile(r"\$(?=\{)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `principals` is None in an identity-based policy.

    `principals` maps AWS, Service, Federated and CanonicalUser to names; `Principal: "*"` is {"AWS": ("*",)}.
    `resources` is None in a trust policy, whose only resource is its role. `are_..._excluded` marks the Not elements.
    """

    sid: str
    is_allow: bool
    actions: tuple[str, ...]
    are_actions_excluded: bool
    resources: tuple[str, ...] | None
    are_resources_excluded: bool
    conditions: tuple[Condition, ...]
    principals: Mapping[str, tuple[str, ...]] | None = None
    are_principals_excluded: bool = False

    def applies(self, action: str, resource: str, context: Context) -> bool:
        """Tell whether action, resource and conditions all match; principals are checked by `match_principal`.

        An empty list matches nothing, so its statement applies to no request, and to all in the Not elements.
        """
        return (
            any(is_action(action, pattern) for pattern in self.actions) is not self.are_actions_excluded
            and self._matches_resource(resource, context)
            and all(condition.is_met(context) for condition in self.conditions)
        )

    def _matches_resource(self, resource: str, context: Context) -> bool:
        if self.resources is None:
            return True
        is_named = any(is_resource(resource, pattern, context) for pattern in self.resources)
        return is_named is not self.are_resources_excluded


@dataclass(frozen=True, slots=True)
class Document:
    """A policy's statements; `name` is for messages, an ARN or a name."""

    name: str
    statements: tuple[Statement, ...]


def read_document(document: str | Mapping[str, Any], name: str) -> Document:
    """Read a policy from JSON text or data; raises PolicyError with the policy and the statement."""
    where = f"policy '{name}'"
    data = _parse_json(document, where) if isinstance(document, str) else document
    if not isinstance(data, Mapping):
        raise PolicyError(f"{where} is not an object")
    _refuse_unknown(data, _BLOCKS, where)
    version = data.get("Version", _VERSIONS[1])
    if version not in _VERSIONS:
        raise PolicyError(f"{where} has the version '{version}', allowed: {', '.join(_VERSIONS)}")
    statements = data.get("Statement")
    items = statements if isinstance(statements, list) else [statements]
    has_variables = version == _VERSION_WITH_VARIABLES
    return Document(
        name,
        tuple(
            _read_statement(item, f"{where}, statement {number}", has_variables=has_variables)
            for number, item in enumerate(items, start=1)
        ),
    )


def _read_statement(data: Any, where: str, *, has_variables: bool) -> Statement:
    if not isinstance(data, Mapping):
        raise PolicyError(f"{where} is not an object")
    _refuse_unknown(data, _ELEMENTS, where)
    if data.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{where} has the effect '{data.get('Effect')}', allowed: Allow, Deny")
    to_pattern = _identity if has_variables else _escape_variables
    actions, are_actions_excluded = read_element(data, "Action", where)
    resources, are_resources_excluded = read_resources(data, where, to_pattern)
    principals, are_principals_excluded = read_principals(data, where)
    return Statement(
        sid=str(data.get("Sid", "")),
        is_allow=data["Effect"] == "Allow",
        actions=actions or (),
        are_actions_excluded=are_actions_excluded,
        resources=resources,
        are_resources_excluded=are_resources_excluded,
        conditions=read_conditions(data.get("Condition", {}), where, to_pattern),
        principals=principals,
        are_principals_excluded=are_principals_excluded,
    )


def _identity(text: str) -> str:
    return text


def _escape_variables(text: str) -> str:
    """Return a text of policy version 2008-10-17 as a pattern: `${` does not start a variable there."""
    return _DOLLAR.sub("${$}", text)


def _parse_json(text: str, where: str) -> Any:
    def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        duplicates = sorted({key for key in keys if keys.count(key) > 1})
        if duplicates:
            raise PolicyError(f"{where} has an element twice: {', '.join(duplicates)}")
        return dict(pairs)

    def refuse_constant(constant: str) -> None:
        raise PolicyError(f"{where} is not JSON: {constant}")

    try:
        return json.loads(text, object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{where} is not JSON: {error}") from None


def _refuse_unknown(data: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(map(str, data.keys() - known))
    if unknown:
        raise PolicyError(f"{where} has unknown elements: {', '.join(unknown)}")

"""A policy document -> its statements, and whether a statement applies to a request.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.iam.evaluator.conditions import Condition
from pcaform.iam.evaluator.elements import PolicyError, conditions, one_of, principals, resources
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
    """One statement; of each pair only one is given. `principals` None is an identity policy's statement.

    `principals` maps AWS, Service, Federated and CanonicalUser to names; `Principal: "*"` is everyone: {"AWS": ("*",)}.
    `resources` None is a trust policy's statement: it has none, and counts for the role that it hangs on.
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
        """Tell whether action, resource and conditions all fit; principals are judged elsewhere.

        An empty list is no action and no resource, so its statement applies to none, in the Not forms to all.
        """
        return (
            any(is_action(action, pattern) for pattern in self.actions) is not self.are_actions_excluded
            and self._is_about(resource, context)
            and all(found.is_met(context) for found in self.conditions)
        )

    def _is_about(self, resource: str, context: Context) -> bool:
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
    """Read a policy from JSON text or data; raises PolicyError, which names the policy and the statement."""
    where = f"policy '{name}'"
    data = _parsed(document, where) if isinstance(document, str) else document
    if not isinstance(data, Mapping):
        raise PolicyError(f"{where} is not an object")
    _refuse_unknown(data, _BLOCKS, where)
    version = data.get("Version", _VERSIONS[1])
    if version not in _VERSIONS:
        raise PolicyError(f"{where} has the version '{version}', allowed: {', '.join(_VERSIONS)}")
    found = data.get("Statement")
    items = found if isinstance(found, list) else [found]
    has_variables = version == _VERSION_WITH_VARIABLES
    return Document(
        name,
        tuple(
            _statement(item, f"{where}, statement {number}", has_variables=has_variables)
            for number, item in enumerate(items, start=1)
        ),
    )


def _statement(data: Any, where: str, *, has_variables: bool) -> Statement:
    if not isinstance(data, Mapping):
        raise PolicyError(f"{where} is not an object")
    _refuse_unknown(data, _ELEMENTS, where)
    if data.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{where} has the effect '{data.get('Effect')}', allowed: Allow, Deny")
    actions, are_actions_excluded = one_of(data, "Action", where)
    found_resources, are_resources_excluded = resources(data, where, _same if has_variables else _literal)
    found_principals, are_principals_excluded = principals(data, where)
    return Statement(
        sid=str(data.get("Sid", "")),
        is_allow=data["Effect"] == "Allow",
        actions=actions or (),
        are_actions_excluded=are_actions_excluded,
        resources=found_resources,
        are_resources_excluded=are_resources_excluded,
        conditions=conditions(data.get("Condition", {}), where, _same if has_variables else _literal),
        principals=found_principals,
        are_principals_excluded=are_principals_excluded,
    )


def _same(text: str) -> str:
    return text


def _literal(text: str) -> str:
    """Return a text of the old version as a pattern: `${` starts no variable there."""
    return _DOLLAR.sub("${$}", text)


def _parsed(text: str, where: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise PolicyError(f"{where} has an element twice: {', '.join(twice)}")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise PolicyError(f"{where} is not JSON: {constant}")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{where} is not JSON: {error}") from None


def _refuse_unknown(data: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(map(str, data.keys() - known))
    if unknown:
        raise PolicyError(f"{where} has unknown elements: {', '.join(unknown)}")

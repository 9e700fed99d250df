"""Policy documents as the evaluator takes them: read strictly, and whether a statement applies to a request.

What cannot be evaluated is an error, never silently no match. Sources, below
https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_grammar.html,
access-analyzer-reference-policy-checks.html (what is an error), reference_policies_elements_principal.html.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.iam import documents
from pcaform.iam.documents import ANYONE, PolicyError, Principals, Texts
from pcaform.iam.evaluator.conditions import Condition, build_condition
from pcaform.iam.evaluator.patterns import Context, are_variables_well_formed, is_action, is_resource

__all__ = ["Document", "PolicyError", "Statement", "read_document"]

_VERSION_WITH_VARIABLES = "2012-10-17"
_VERSIONS = (_VERSION_WITH_VARIABLES, "2008-10-17")
_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_DOLLAR = re.compile(r"\$(?=\{)")
ToPattern = Callable[[str], str]
"""From a text of a policy to its pattern, which depends on the policy's version."""


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
    policy, where = documents.read_policy(document, name), f"policy '{name}'"
    version = _VERSIONS[1] if policy.version is None else policy.version
    if version not in _VERSIONS:
        raise PolicyError(f"{where} has the version '{version}', allowed: {', '.join(_VERSIONS)}")
    to_pattern = str if version == _VERSION_WITH_VARIABLES else _escape_variables
    statements = enumerate(policy.statements, start=1)
    read = (_check_statement(each, f"{where}, statement {number}", to_pattern) for number, each in statements)
    return Document(name, tuple(read))


def _check_statement(statement: documents.Statement, where: str, to_pattern: ToPattern) -> Statement:
    principals, are_principals_excluded = _check_principals(statement, where)
    actions, not_actions = statement.actions, statement.not_actions
    if (actions is None) is (not_actions is None):
        raise PolicyError(f"{where} needs one of Action and NotAction")
    return Statement(
        sid=statement.sid,
        is_allow=statement.is_allow,
        actions=actions or not_actions or (),
        are_actions_excluded=actions is None,
        resources=_check_resources(statement, where, to_pattern),
        are_resources_excluded=statement.not_resources is not None,
        conditions=tuple(_build_condition(each, where, to_pattern) for each in statement.conditions),
        principals=principals,
        are_principals_excluded=are_principals_excluded,
    )


def _check_resources(statement: documents.Statement, where: str, to_pattern: ToPattern) -> Texts | None:
    """Return the patterns of Resource or NotResource; None for neither, as in a statement with principals."""
    is_resource_based = statement.principals is not None or statement.not_principals is not None
    present = [each for each in (statement.resources, statement.not_resources) if each is not None]
    if len(present) > 1 or not (present or is_resource_based):
        raise PolicyError(f"{where} needs one of Resource and NotResource")
    patterns = tuple(map(to_pattern, present[0])) if present else None
    for pattern in patterns or ():
        if not (pattern == "*" or pattern.startswith("arn:")) or not are_variables_well_formed(pattern):
            raise PolicyError(f"{where} has the resource '{pattern}', which is neither '*' nor an ARN")
    return patterns


def _check_principals(statement: documents.Statement, where: str) -> tuple[Mapping[str, Texts] | None, bool]:
    """Return the names of Principal or NotPrincipal by kind, None for neither, and whether it is NotPrincipal."""
    if statement.principals is not None and statement.not_principals is not None:
        raise PolicyError(f"{where} has both Principal and NotPrincipal")
    if statement.not_principals is not None and statement.is_allow:
        raise PolicyError(f"{where} allows with NotPrincipal, which AWS does not support")
    if statement.principals is not None:
        return _by_kind(statement.principals, f"{where}, Principal"), False
    if statement.not_principals is not None:
        return _by_kind(statement.not_principals, f"{where}, NotPrincipal"), True
    return None, False


def _by_kind(principals: Principals, where: str) -> Mapping[str, Texts]:
    by_kind: dict[str, Texts] = {}
    for written, name in principals:
        kind = "AWS" if written == ANYONE else written
        if kind not in _KINDS:
            raise PolicyError(f"{where} {kind} has the kind '{kind}', allowed: {', '.join(_KINDS)}")
        if ("*" in name or "?" in name) and (kind, name) != ("AWS", ANYONE):
            raise PolicyError(f"{where} {kind} has '{name}', but a wildcard never matches a part of a name")
        by_kind[kind] = (*by_kind.get(kind, ()), name)
    return by_kind


def _build_condition(written: documents.Condition, where: str, to_pattern: ToPattern) -> Condition:
    name, key = written.operator, written.key
    try:
        condition = build_condition(name, key, tuple(map(to_pattern, written.values)))
    except ValueError as error:
        raise PolicyError(f"{where} has the value '{error}' for '{key}', which {name} cannot read") from None
    if condition is None:
        raise PolicyError(f"{where} has the unknown condition operator '{name}'")
    return condition


def _escape_variables(text: str) -> str:
    """Return a text of policy version 2008-10-17 as a pattern: `${` does not start a variable there."""
    return _DOLLAR.sub("${$}", text)

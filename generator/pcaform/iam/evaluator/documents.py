"""Policy documents as the evaluator takes them: read strictly, and whether a statement applies to a request.

What cannot be evaluated is an error, never silently no match. Sources, below
https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_grammar.html,
access-analyzer-reference-policy-checks.html (what is an error), reference_policies_elements_principal.html.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pcaform.iam.documents import ANYONE, Document, PolicyError, Principals, Statement, Texts, read_policy
from pcaform.iam.evaluator.patterns import are_variables_well_formed

_VERSION_WITH_VARIABLES = "2012-10-17"
_VERSIONS = (_VERSION_WITH_VARIABLES, "2008-10-17")
_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_DOLLAR = re.compile(r"\$(?=\{)")
ToPattern = Callable[[str], str]
"""From a text of a policy to its pattern, which depends on the policy's version."""


def read_document(document: str | Mapping[str, Any], name: str) -> Document:
    """Read a policy from JSON text or data; raises PolicyError with the policy and the statement."""
    policy, where = read_policy(document, name), f"policy '{name}'"
    version = _VERSIONS[1] if policy.version is None else policy.version
    if version not in _VERSIONS:
        raise PolicyError(f"{where} has the version '{version}', allowed: {', '.join(_VERSIONS)}")
    to_pattern = str if version == _VERSION_WITH_VARIABLES else _escape_variables
    statements = tuple(_with_patterns(each, to_pattern) for each in policy.statements)
    for number, statement in enumerate(statements, start=1):
        _check_statement(statement, f"{where}, statement {number}")
    return replace(policy, statements=statements)


def _with_patterns(statement: Statement, to_pattern: ToPattern) -> Statement:
    """Return a statement with resources and conditions as patterns."""
    resources, not_resources = (
        None if texts is None else tuple(map(to_pattern, texts))
        for texts in (statement.resources, statement.not_resources)
    )
    conditions = tuple(replace(each, values=tuple(map(to_pattern, each.values))) for each in statement.conditions)
    return replace(statement, resources=resources, not_resources=not_resources, conditions=conditions)


def _check_statement(statement: Statement, where: str) -> None:
    if (statement.actions is None) is (statement.not_actions is None):
        raise PolicyError(f"{where} needs one of Action and NotAction")
    _check_resources(statement, where)
    if statement.principals is not None and statement.not_principals is not None:
        raise PolicyError(f"{where} has both Principal and NotPrincipal")
    if statement.not_principals is not None and statement.is_allow:
        raise PolicyError(f"{where} allows with NotPrincipal, which AWS does not support")
    _check_principals(statement.principals or (), f"{where}, Principal")
    _check_principals(statement.not_principals or (), f"{where}, NotPrincipal")
    for error in filter(None, (each.find_error() for each in statement.conditions)):
        raise PolicyError(f"{where} has {error}")


def _check_resources(statement: Statement, where: str) -> None:
    """Check Resource or NotResource, which are optional in a statement with principals."""
    present: list[Texts] = [each for each in (statement.resources, statement.not_resources) if each is not None]
    if len(present) > 1 or not (present or statement.is_resource_based):
        raise PolicyError(f"{where} needs one of Resource and NotResource")
    for pattern in present[0] if present else ():
        if not (pattern == "*" or pattern.startswith("arn:")) or not are_variables_well_formed(pattern):
            raise PolicyError(f"{where} has the resource '{pattern}', which is neither '*' nor an ARN")


def _check_principals(principals: Principals, where: str) -> None:
    for kind, name in principals:
        if kind not in (*_KINDS, ANYONE):
            raise PolicyError(f"{where} {kind} has the kind '{kind}', allowed: {', '.join(_KINDS)}")
        if ("*" in name or "?" in name) and not (kind in ("AWS", ANYONE) and name == ANYONE):
            raise PolicyError(f"{where} {kind} has '{name}', but a wildcard never matches a part of a name")


def _escape_variables(text: str) -> str:
    """Return a text of policy version 2008-10-17 as a pattern: `${` does not start a variable there."""
    return _DOLLAR.sub("${$}", text)

"""Checks the resource policy of PutPolicy: only the forms that AWS documents are accepted.

A policy may only have Allow, only for this CA, and only the seven actions of
https://docs.aws.amazon.com/privateca/latest/userguide/pca-cmp.html. Issuing is limited to the templates of
https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html. The same forms are what AWS RAM writes for its
managed permissions (AWSRAMDefaultPermissionCertificateAuthority and its siblings). The service principals come from
https://docs.aws.amazon.com/network-firewall/latest/developerguide/proxy-pre-requisites.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import starmap
from typing import Any

from pcaform.core import facts
from pcaform.iam.documents import PolicyError, read_document
from pcaform.sandbox.http.aws_error import AwsError

_ISSUE = "acm-pca:IssueCertificate"
_ACTIONS = {
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
    _ISSUE,
    "acm-pca:RevokeCertificate",
}
_TEMPLATE_KEY = "acm-pca:TemplateArn"
_TEMPLATE_ARN = re.compile(r"arn:[\w-]+:acm-pca:::template/(?P<name>.+)")
# The keys that limit the principal * to an organization or an organizational unit.
_ORGANIZATION_KEYS = {"aws:PrincipalOrgID", "aws:PrincipalOrgPaths"}
_CONDITION_KEYS = {_TEMPLATE_KEY, "aws:PrincipalAccount", "aws:SourceAccount", "aws:SourceArn"} | _ORGANIZATION_KEYS
# https://docs.aws.amazon.com/privateca/latest/userguide/certguard-condition-keys.html
_CERTIFICATE_KEYS = "acm-pca:x509"
_MEMBERS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
_PRINCIPALS = {
    "AWS": re.compile(r"\d{12}|arn:[\w-]+:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)"),
    "Service": re.compile(r"[a-z0-9.-]+\.amazonaws\.com"),
}


def check_resource_policy(document: str, *, ca_arn: str) -> None:
    """Accept a policy document for a CA, or raise InvalidPolicyException with the first error."""
    for error in (*_check_document(document, ca_arn), *_check_readable(document, ca_arn)):
        raise AwsError("InvalidPolicyException", f"The resource policy is not valid: {error}.")


def _check_readable(document: str, ca_arn: str) -> Iterator[str]:
    """Check that the evaluator can read the document: it would deny everything otherwise."""
    try:
        read_document(document, ca_arn)
    except PolicyError as error:
        yield str(error)


def _check_document(document: str, ca_arn: str) -> Iterator[str]:
    try:
        policy = json.loads(document)
    except (ValueError, RecursionError):
        yield "it is not JSON"
        return
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if not isinstance(statements, list) or not statements:
        yield "Statement must be a list of statements"
        return
    if policy.get("Version") != "2012-10-17" or policy.keys() != {"Version", "Statement"}:
        yield "it must have Statement, the Version 2012-10-17 and nothing else"
    for number, statement in enumerate(statements, start=1):
        for error in _check_statement(statement, ca_arn):
            yield f"in statement {number} {error}"


def _check_statement(statement: Any, ca_arn: str) -> Iterator[str]:
    if not isinstance(statement, dict) or not statement.keys() <= _MEMBERS:
        yield f"only {', '.join(sorted(_MEMBERS))} are allowed"
        return
    if statement.get("Effect") != "Allow":
        yield "Effect must be Allow"
    if _as_list(statement.get("Resource")) != [ca_arn]:
        yield f"Resource must be {ca_arn}"
    actions = _as_list(statement.get("Action"))
    if not actions or not set(actions) <= _ACTIONS:
        yield f"Action must name some of {', '.join(sorted(_ACTIONS))}"
    conditions = list(_flatten_conditions(statement.get("Condition", {})))
    yield from _check_conditions(conditions, actions=actions)
    yield from _check_principal(statement.get("Principal"), {key for _, key, _ in conditions})


def _check_conditions(conditions: list[tuple[str, str, list[str]]], *, actions: list[str]) -> Iterator[str]:
    templates: list[str] = []
    for operator, key, values in conditions:
        if key.startswith(_CERTIFICATE_KEYS):
            if actions != [_ISSUE]:
                yield f"the condition key {key} is for {_ISSUE} alone"
        elif key not in _CONDITION_KEYS or not values:
            yield f"the condition {operator} {key} is not allowed"
        elif key == _TEMPLATE_KEY and operator in {"StringEquals", "ArnEquals"}:
            templates += values
    if _ISSUE in actions and not templates:
        yield f"{_ISSUE} needs the condition StringEquals {_TEMPLATE_KEY}"
    for template in templates:
        match = _TEMPLATE_ARN.fullmatch(template)
        if match is None or match["name"] not in facts.SHARED_TEMPLATES:
            yield f"the template {template} is not one that other accounts may use"


def _check_principal(principal: Any, keys: set[str]) -> Iterator[str]:
    if principal == "*":
        if not keys & _ORGANIZATION_KEYS:
            yield "the Principal * needs a condition on aws:PrincipalOrgID or aws:PrincipalOrgPaths"
    elif not (isinstance(principal, dict) and principal and all(starmap(_is_principal, principal.items()))):
        yield 'Principal must be "*", {"AWS": account ids or ARNs} or {"Service": service names}'


def _is_principal(kind: str, names: Any) -> bool:
    pattern, name_list = _PRINCIPALS.get(kind), _as_list(names)
    return pattern is not None and bool(name_list) and all(pattern.fullmatch(name) for name in name_list)


def _flatten_conditions(condition: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Flatten a Condition to operator, key and values; an invalid condition is yielded without values."""
    for operator, tests in condition.items() if isinstance(condition, dict) else [(str(condition), None)]:
        for key, values in tests.items() if isinstance(tests, dict) else [(str(tests), None)]:
            yield operator, key, _as_list(values)


def _as_list(value: Any) -> list[str]:
    """Return a string or a list of strings as a list; empty for anything else."""
    items = value if isinstance(value, list) else [value]
    return items if all(isinstance(item, str) for item in items) else []

"""Which resource policies PutPolicy accepts: the few forms that AWS documents, and no other.

A policy only allows, only this CA, and only the seven actions of
https://docs.aws.amazon.com/privateca/latest/userguide/pca-cmp.html. Issuing is tied to one of the templates of
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
from pcaform.iam.evaluator.documents import PolicyError, read_document
from pcaform.sandbox.http.aws_error import Refusal

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
# Who an allowance to everybody is narrowed to: an organization, or a unit of one.
_ORGANIZATION_KEYS = {"aws:PrincipalOrgID", "aws:PrincipalOrgPaths"}
_CONDITION_KEYS = {_TEMPLATE_KEY, "aws:PrincipalAccount", "aws:SourceAccount", "aws:SourceArn"} | _ORGANIZATION_KEYS
# https://docs.aws.amazon.com/privateca/latest/userguide/certguard-condition-keys.html
_CERTIFICATE_KEYS = "acm-pca:x509"
_MEMBERS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
_PRINCIPALS = {
    "AWS": re.compile(r"\d{12}|arn:[\w-]+:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)"),
    "Service": re.compile(r"[a-z0-9.-]+\.amazonaws\.com"),
}


def check(document: str, *, authority_arn: str) -> None:
    """Accept a policy document for a CA, or raise InvalidPolicyException with the first thing that is wrong."""
    for fault in (*_faults(document, authority_arn), *_unreadable(document, authority_arn)):
        raise Refusal("InvalidPolicyException", f"The resource policy is not valid: {fault}.")


def _unreadable(document: str, authority_arn: str) -> Iterator[str]:
    """Ask the evaluator: what it cannot judge could never let anybody in."""
    try:
        read_document(document, authority_arn)
    except PolicyError as error:
        yield str(error)


def _faults(document: str, authority_arn: str) -> Iterator[str]:
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
        yield "beside Statement it has the Version 2012-10-17 and nothing else"
    for number, statement in enumerate(statements, start=1):
        for fault in _statement_faults(statement, authority_arn):
            yield f"in statement {number} {fault}"


def _statement_faults(statement: Any, authority_arn: str) -> Iterator[str]:
    if not isinstance(statement, dict) or not statement.keys() <= _MEMBERS:
        yield f"only {', '.join(sorted(_MEMBERS))} are allowed"
        return
    if statement.get("Effect") != "Allow":
        yield "Effect must be Allow"
    if _listed(statement.get("Resource")) != [authority_arn]:
        yield f"Resource must be {authority_arn}"
    actions = _listed(statement.get("Action"))
    if not actions or not set(actions) <= _ACTIONS:
        yield f"Action must name some of {', '.join(sorted(_ACTIONS))}"
    conditions = list(_conditions(statement.get("Condition", {})))
    yield from _condition_faults(conditions, actions=actions)
    yield from _principal_faults(statement.get("Principal"), {key for _, key, _ in conditions})


def _condition_faults(conditions: list[tuple[str, str, list[str]]], *, actions: list[str]) -> Iterator[str]:
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


def _principal_faults(principal: Any, keys: set[str]) -> Iterator[str]:
    if principal == "*":
        if not keys & _ORGANIZATION_KEYS:
            yield "the Principal * needs a condition on aws:PrincipalOrgID or aws:PrincipalOrgPaths"
    elif not (isinstance(principal, dict) and principal and all(starmap(_is_principal, principal.items()))):
        yield 'Principal must be "*", {"AWS": account ids or ARNs} or {"Service": service names}'


def _is_principal(kind: str, names: Any) -> bool:
    pattern, listed = _PRINCIPALS.get(kind), _listed(names)
    return pattern is not None and bool(listed) and all(pattern.fullmatch(name) for name in listed)


def _conditions(condition: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Flatten a Condition to operator, key and values; what is no condition comes out as one without a value."""
    for operator, tests in condition.items() if isinstance(condition, dict) else [(str(condition), None)]:
        for key, values in tests.items() if isinstance(tests, dict) else [(str(tests), None)]:
            yield operator, key, _listed(values)


def _listed(value: Any) -> list[str]:
    """Return one text or a list of them as a list; empty for anything else."""
    values = value if isinstance(value, list) else [value]
    return values if all(isinstance(each, str) for each in values) else []

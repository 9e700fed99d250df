"""Decides which IAM policies are about private CAs at all; the guard ignores all others.

Managed policies: https://docs.aws.amazon.com/privateca/latest/userguide/auth-AwsManagedPolicies.html, and the ones of
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html that allow every service.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from pcaform.iam import actions
from pcaform.iam.evaluator.patterns import is_action
from pcaform.iam.normalize import as_list

_ACTIONS = (actions.ISSUE, *actions.ON_AUTHORITY, *actions.ON_NO_AUTHORITY, actions.REQUEST)
ON_IAM = {
    "iam:AddUserToGroup": "group",
    "iam:AttachGroupPolicy": "group",
    "iam:AttachRolePolicy": "role",
    "iam:AttachUserPolicy": "user",
    "iam:CreatePolicyVersion": "policy",
    "iam:PutGroupPolicy": "group",
    "iam:PutRolePolicy": "role",
    "iam:PutUserPolicy": "user",
    "iam:SetDefaultPolicyVersion": "policy",
    "iam:UpdateAssumeRolePolicy": "role",
}
"""Action -> type of its resource: a principal with one of these on all resources can grant itself everything else."""

_OF_AWS = re.compile(
    r"arn:[\w-]+:iam::aws:policy/(?:AWSPrivateCA|AWSCertificateManager|AdministratorAccess$|PowerUserAccess$|"
    r"IAMFullAccess$)"
)
_AWS = re.compile(r"arn:[\w-]+:iam::aws:policy/")
_READ_ONLY = re.compile(r"(?:ReadOnly|Auditor)$")


def is_about_authorities(text: Any) -> bool:
    """Tell whether a policy allows or denies anything on CAs; a text that cannot be read may."""
    if not isinstance(text, str):
        return False
    try:
        document = json.loads(text)
        patterns = list(_patterns(document))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return True
    names_action = any(pattern is None or any(is_action(name, pattern) for name in _ACTIONS) for pattern in patterns)
    return names_action or any(map(_allows_escalation, as_list(document.get("Statement"))))


def is_about_authorities_by_name(arn: Any) -> bool:
    """Tell whether an AWS managed policy allows to use, change or share CAs."""
    return isinstance(arn, str) and _OF_AWS.match(arn) is not None and _READ_ONLY.search(arn) is None


def is_of_aws(arn: str) -> bool:
    """Tell whether a policy is an AWS managed policy, whose name says what it allows."""
    return _AWS.match(arn) is not None


def _patterns(document: Any) -> Iterator[str | None]:
    """Yield the patterns of actions; None for NotAction, which means nearly all, and for an invalid pattern."""
    for statement in as_list(document.get("Statement")):
        if "NotAction" in statement:
            yield None
        yield from (each if isinstance(each, str) else None for each in as_list(statement.get("Action", [])))


def _allows_escalation(statement: Any) -> bool:
    """Tell whether a statement allows to change the policies of all principals of a kind."""
    patterns, resources = as_list(statement.get("Action", [])), as_list(statement.get("Resource", "*"))
    return statement.get("Effect") == "Allow" and any(
        any(is_action(name, pattern) for pattern in patterns) and any(_is_every(each, kind) for each in resources)
        for name, kind in ON_IAM.items()
    )


def _is_every(resource: Any, kind: str) -> bool:
    return re.fullmatch(rf"\*|arn:[^:]+:(?:\*|iam:[^:]*:[^:]*:(?:\*|{kind}/\*))", str(resource)) is not None

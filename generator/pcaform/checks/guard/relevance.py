"""Decides which IAM policies are about private CAs at all; the guard ignores all others.

Managed policies: https://docs.aws.amazon.com/privateca/latest/userguide/auth-AwsManagedPolicies.html, and the ones of
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html that allow every service.
"""

import re
from typing import Any

from pcaform.iam import actions
from pcaform.iam.documents import PolicyError, Statement, read_statements
from pcaform.iam.evaluator.patterns import is_action

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
        statements = read_statements(text)
    except PolicyError:
        return True
    return any(_names_action(each) or _allows_escalation(each) for each in statements)


def is_about_authorities_by_name(arn: Any) -> bool:
    """Tell whether an AWS managed policy allows to use, change or share CAs."""
    return isinstance(arn, str) and _OF_AWS.match(arn) is not None and _READ_ONLY.search(arn) is None


def is_of_aws(arn: str) -> bool:
    """Tell whether a policy is an AWS managed policy, whose name says what it allows."""
    return _AWS.match(arn) is not None


def _names_action(statement: Statement) -> bool:
    """Tell whether a statement is about an action on CAs; NotAction means nearly all."""
    patterns = statement.actions or ()
    return statement.not_actions is not None or any(
        is_action(name, pattern) for pattern in patterns for name in _ACTIONS
    )


def _allows_escalation(statement: Statement) -> bool:
    """Tell whether a statement allows to change the policies of all principals of a kind."""
    patterns, resources = statement.actions or (), ("*",) if statement.resources is None else statement.resources
    return statement.is_allow and any(
        any(is_action(name, pattern) for pattern in patterns) and any(_is_every(each, kind) for each in resources)
        for name, kind in ON_IAM.items()
    )


def _is_every(resource: str, kind: str) -> bool:
    return re.fullmatch(rf"\*|arn:[^:]+:(?:\*|iam:[^:]*:[^:]*:(?:\*|{kind}/\*))", resource) is not None

"""Reads IAM resources of a plan: which principal has which policy (attached or inline), and group members."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from pcaform.iam.documents import as_list
from pcaform.terraform.resource_types import (
    IAM_GROUP_POLICY,
    IAM_GROUP_POLICY_ATTACHMENT,
    IAM_POLICY_ATTACHMENT,
    IAM_ROLE_POLICY,
    IAM_ROLE_POLICY_ATTACHMENT,
    IAM_USER_POLICY,
    IAM_USER_POLICY_ATTACHMENT,
)

INLINE = (
    IAM_USER_POLICY,
    IAM_ROLE_POLICY,
    IAM_GROUP_POLICY,
    "aws_ssoadmin_permission_set_inline_policy",
)
ATTACHMENTS = (
    IAM_USER_POLICY_ATTACHMENT,
    IAM_ROLE_POLICY_ATTACHMENT,
    IAM_GROUP_POLICY_ATTACHMENT,
    IAM_POLICY_ATTACHMENT,
    "aws_iam_user_policy_attachments_exclusive",
    "aws_iam_role_policy_attachments_exclusive",
    "aws_iam_group_policy_attachments_exclusive",
    "aws_ssoadmin_managed_policy_attachment",
    "aws_ssoadmin_customer_managed_policy_attachment",
)
MEMBERSHIPS = ("aws_iam_user_group_membership", "aws_iam_group_membership")
UNKNOWN = "?"
"""Represents a principal, or the ARN of a policy, that is known only after the apply."""

_KINDS = {
    **{f"{kind}{ending}": kind for kind in ("user", "role", "group") for ending in ("", "s", "_name")},
    "permission_set_arn": "permission set",
}
_ARNS = ("policy_arn", "managed_policy_arn", "policy_arns")
_REFERENCE = "customer_managed_policy_reference"
Pairs = frozenset[tuple[str, str]]
"""A principal, as 'user ada', and what it has: the ARN of a policy, 'policy NAME', or a group as 'group pki'."""


def attachments(values: Mapping[str, Any], unknown: Mapping[str, Any] | None = None) -> Pairs:
    """Return which principal has which policy by an attachment."""
    arns = [arn for name in _ARNS for arn in _strings(values, unknown, name)]
    arns += [f"policy {each.get('name')}" for each in values.get(_REFERENCE) or () if isinstance(each, Mapping)]
    return frozenset(product(holders(values, unknown), arns))


def holders(values: Mapping[str, Any], unknown: Mapping[str, Any] | None = None) -> list[str]:
    """Return the principals that an object names, each with its kind."""
    names = ((kind, name) for argument, kind in _KINDS.items() for name in _strings(values, unknown, argument))
    return [name if name == UNKNOWN else f"{kind} {name}" for kind, name in names]


def members(values: Mapping[str, Any], unknown: Mapping[str, Any] | None = None) -> Pairs:
    """Return which user is in which group by a membership."""
    users = [user for name in ("user", "users") for user in _strings(values, unknown, name)]
    groups = [group for name in ("group", "groups") for group in _strings(values, unknown, name)]
    return frozenset((f"user {user}", f"group {group}") for user, group in product(users, groups))


def managed_policies(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the managed policies that a role names in its own arguments."""
    return frozenset(_strings(values, None, "managed_policy_arns"))


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the policy texts in an object's arguments: its own, or the inline policies of a role."""
    inline = values.get("inline_policy")
    policies = {"policy": values.get("policy"), "inline_policy": inline}
    for number, each in enumerate(inline if isinstance(inline, list) else ()):
        policies[f"inline_policy {number}"] = each.get("policy") if isinstance(each, Mapping) else None
    return {name: text for name, text in policies.items() if isinstance(text, str) and text}


def has_unknown_text(unknown: Mapping[str, Any]) -> bool:
    """Tell whether a policy is set whose text is unknown; an unknown list of inline policies does not count."""
    inline = unknown.get("inline_policy")
    blocks = inline if isinstance(inline, list) else []
    are_unknown = [each is True or (isinstance(each, Mapping) and each.get("policy") is True) for each in blocks]
    return unknown.get("policy") is True or any(are_unknown)


def _strings(values: Mapping[str, Any], unknown: Mapping[str, Any] | None, name: str) -> Iterator[str]:
    yield from (each for each in as_list(values.get(name)) if isinstance(each, str) and each)
    mark = (unknown or {}).get(name)
    if mark is True or (isinstance(mark, list) and True in mark):
        yield UNKNOWN

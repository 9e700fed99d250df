"""Who holds which policy of IAM: what an attachment gives to whom, what stands in whom, and who is in which group."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from pcaform.iam.normalize import as_list

INLINE = (
    "aws_iam_user_policy",
    "aws_iam_role_policy",
    "aws_iam_group_policy",
    "aws_ssoadmin_permission_set_inline_policy",
)
ATTACHMENTS = (
    "aws_iam_user_policy_attachment",
    "aws_iam_role_policy_attachment",
    "aws_iam_group_policy_attachment",
    "aws_iam_policy_attachment",
    "aws_iam_user_policy_attachments_exclusive",
    "aws_iam_role_policy_attachments_exclusive",
    "aws_iam_group_policy_attachments_exclusive",
    "aws_ssoadmin_managed_policy_attachment",
    "aws_ssoadmin_customer_managed_policy_attachment",
)
MEMBERSHIPS = ("aws_iam_user_group_membership", "aws_iam_group_membership")
UNKNOWN = "?"
"""Stands for a holder, or the ARN of a policy, that is known only after the apply."""

_KINDS = {
    **{f"{kind}{ending}": kind for kind in ("user", "role", "group") for ending in ("", "s", "_name")},
    "permission_set_arn": "permission set",
}
_ARNS = ("policy_arn", "managed_policy_arn", "policy_arns")
_REFERENCE = "customer_managed_policy_reference"
Pairs = frozenset[tuple[str, str]]
"""Who holds, as 'user ada', and what: the ARN of a policy, 'policy NAME', or a group as 'group pki'."""


def attachments(values: Mapping[str, Any], unknown: Mapping[str, Any] | None = None) -> Pairs:
    """Return who gets which policy by an attachment."""
    arns = [arn for name in _ARNS for arn in _named(values, unknown, name)]
    arns += [f"policy {each.get('name')}" for each in values.get(_REFERENCE) or () if isinstance(each, Mapping)]
    return frozenset(product(holders(values, unknown), arns))


def holders(values: Mapping[str, Any], unknown: Mapping[str, Any] | None = None) -> list[str]:
    """Return who holds what an object gives, each with its kind."""
    found = ((kind, each) for name, kind in _KINDS.items() for each in _named(values, unknown, name))
    return [each if each == UNKNOWN else f"{kind} {each}" for kind, each in found]


def members(values: Mapping[str, Any], unknown: Mapping[str, Any] | None = None) -> Pairs:
    """Return which user is in which group by a membership."""
    users = [user for name in ("user", "users") for user in _named(values, unknown, name)]
    groups = [group for name in ("group", "groups") for group in _named(values, unknown, name)]
    return frozenset((f"user {user}", f"group {group}") for user, group in product(users, groups))


def managed_policies(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the policies that a role names itself."""
    return frozenset(_named(values, None, "managed_policy_arns"))


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the policies in an object's arguments: its own, or those that stand inside a role."""
    inline = values.get("inline_policy")
    found = {"policy": values.get("policy"), "inline_policy": inline}
    for number, each in enumerate(inline if isinstance(inline, list) else ()):
        found[f"inline_policy {number}"] = each.get("policy") if isinstance(each, Mapping) else None
    return {name: text for name, text in found.items() if isinstance(text, str) and text}


def has_unknown_text(unknown: Mapping[str, Any]) -> bool:
    """Tell whether a policy is given whose text is not known; what a role merely may have been given is not."""
    inline = unknown.get("inline_policy")
    blocks = inline if isinstance(inline, list) else []
    given = [each is True or (isinstance(each, Mapping) and each.get("policy") is True) for each in blocks]
    return unknown.get("policy") is True or any(given)


def _named(values: Mapping[str, Any], unknown: Mapping[str, Any] | None, name: str) -> Iterator[str]:
    found = values.get(name)
    yield from (each for each in as_list(found) if isinstance(each, str) and each)
    mark = (unknown or {}).get(name)
    if mark is True or (isinstance(mark, list) and True in mark):
        yield UNKNOWN

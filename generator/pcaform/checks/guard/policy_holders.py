"""Reads who has which policy in a plan (attached, inline, by a group), and who may use CAs by it, or may.

The guard ignores policies that are not about private CAs. Managed ones that are:
https://docs.aws.amazon.com/privateca/latest/userguide/auth-AwsManagedPolicies.html, and the ones of
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html that allow every service.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from pcaform.checks.guard.plan_json import Change, Resource
from pcaform.iam import actions
from pcaform.iam.documents import PolicyError, Statement, as_list, read_statements
from pcaform.iam.evaluator.patterns import is_action
from pcaform.terraform import resource_types as types

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
_EVERY = r"\*|arn:[^:]+:(?:\*|iam:[^:]*:[^:]*:(?:\*|{kind}/\*))"
_READ_ONLY = re.compile(r"(?:ReadOnly|Auditor)$")

INLINE = (
    types.IAM_USER_POLICY,
    types.IAM_ROLE_POLICY,
    types.IAM_GROUP_POLICY,
    "aws_ssoadmin_permission_set_inline_policy",
)
ATTACHMENTS = (
    types.IAM_USER_POLICY_ATTACHMENT,
    types.IAM_ROLE_POLICY_ATTACHMENT,
    types.IAM_GROUP_POLICY_ATTACHMENT,
    types.IAM_POLICY_ATTACHMENT,
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


def is_about_authorities(text: Any) -> bool:
    """Tell whether a policy allows or denies anything on CAs; a text that cannot be read may."""
    if not isinstance(text, str):
        return False
    try:
        statements = read_statements(text)
    except PolicyError:
        return True
    return any(
        # NotAction means nearly all
        each.not_actions is not None
        or any(is_action(name, pattern) for pattern in each.actions or () for name in _ACTIONS)
        or _allows_escalation(each)
        for each in statements
    )


def _allows_escalation(statement: Statement) -> bool:
    """Tell whether a statement allows to change the policies of all principals of a kind."""
    patterns, resources = statement.actions or (), ("*",) if statement.resources is None else statement.resources
    return statement.is_allow and any(
        any(is_action(name, pattern) for pattern in patterns)
        and any(re.fullmatch(_EVERY.format(kind=kind), each) for each in resources)
        for name, kind in ON_IAM.items()
    )


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


@dataclass(frozen=True)
class Holders:
    """The principals with policies; the fields find objects before the plan, changes, and the module of an address.

    `read` are the objects of data sources, such as the text of a policy that another stack made.
    """

    of: Callable[..., Iterator[Resource]]
    changes_of: Callable[..., Iterator[Change]]
    module_of: Callable[[str], str]
    read: Sequence[Resource] = ()

    @cached_property
    def _about(self) -> Mapping[str, bool | None]:
        """Policy by ARN and by name -> whether it is about CAs, before or after; None if its text is unknown."""
        about: dict[str, bool | None] = {}
        managed_here = [each for each, _ in self._before_and_after(types.IAM_POLICY)]
        for each in (*managed_here, *(each for each in self.read if each.type == types.IAM_POLICY)):
            text = each.values.get("policy")
            is_about = is_about_authorities(text) if isinstance(text, str) else None
            for name in (str(each.values.get("arn")), f"policy {each.values.get('name')}"):
                about[name] = about.get(name) or is_about
        return about

    @cached_property
    def makes_policies(self) -> bool:
        """Tell whether the plan creates policies, whose ARNs are unknown until the apply."""
        return any("create" in change.actions for change in self.changes_of(types.IAM_POLICY))

    def concerns(self, arn: str) -> bool | None:
        """Tell whether a policy is about CAs; None if its text is not in the plan."""
        if arn.startswith("("):
            return False  # between specs, where the policy itself is a change
        if arn == UNKNOWN:
            made = [change for change in self.changes_of(types.IAM_POLICY) if "create" in change.actions]
            texts = [change.after.get("policy") for change in made]
            are_others = all(isinstance(text, str) and not is_about_authorities(text) for text in texts)
            return False if made and are_others else None
        if _AWS.match(arn):  # the name of a managed policy of AWS says what it allows
            return _OF_AWS.match(arn) is not None and _READ_ONLY.search(arn) is None
        return self._about.get(arn)

    @cached_property
    def _principals(self) -> tuple[frozenset[str], frozenset[str]]:
        """The principals with a policy on CAs, before or after, and their modules; and those that may have one."""
        certain: set[str] = set()
        possible: set[str] = set()
        for resource, unknown in self._before_and_after(*INLINE, *ATTACHMENTS, types.IAM_POLICY, types.IAM_ROLE):
            for who, is_about in self._policies_of(resource, unknown):
                (certain if is_about else possible).add(who)
                if is_about:
                    certain.add(self.module_of(resource.address))
        members_of = [members(each.values) for each, _ in self._before_and_after(*MEMBERSHIPS)]
        certain |= {user for pairs in members_of for user, group in pairs if group in certain}
        return frozenset(certain - {"", UNKNOWN}), frozenset(possible | (certain & {UNKNOWN}))

    def _before_and_after(self, *kinds: str) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
        yield from ((each, {}) for each in self.of(*kinds))
        for change in self.changes_of(*kinds):
            yield Resource(change.address, change.type, change.after), change.unknown

    def _policies_of(self, resource: Resource, unknown: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
        """Yield the principals of a policy that is or may be on CAs, and whether it is."""
        values = resource.values
        if resource.type in ATTACHMENTS:
            attached = ((who, self.concerns(arn)) for who, arn in attachments(values, unknown))
            yield from ((who, is_about is True) for who, is_about in attached if is_about is not False)
            return
        own = [f"role {values.get('name')}"] if resource.type == types.IAM_ROLE else holders(values, unknown)
        abouts = [*map(is_about_authorities, texts(values).values()), *map(self.concerns, managed_policies(values))]
        if any(abouts) or None in abouts or has_unknown_text(unknown):
            yield from ((who, any(abouts)) for who in own or [""])

    @property
    def named(self) -> frozenset[str]:
        """The principals with a policy on CAs, as 'group pki', and the modules of such policies."""
        return self._principals[0]

    def holds(self, who: str) -> bool:
        """Tell whether a principal, as 'group pki', has a policy on CAs."""
        return who in self._principals[0]

    def is_holder(self, change: Change) -> bool:
        """Tell whether a user or a role may use CAs, by a policy of its name or one in its module."""
        return not self._names(change).isdisjoint(self._principals[0])

    def may_hold(self, change: Change) -> bool:
        """Tell whether a user or a role may use CAs, or has a policy that may be on CAs."""
        is_new = "create" in change.actions
        names = self._names(change) | ({UNKNOWN} if is_new else set())
        return self.is_holder(change) or not names.isdisjoint(self._principals[1])

    def _names(self, change: Change) -> set[str]:
        """Return the names of a principal, before and after, and its module."""
        kind = change.type.removeprefix("aws_iam_")
        return {
            f"{kind} {change.before.get('name')}",
            f"{kind} {change.after.get('name')}",
            self.module_of(change.address),
        } - {""}

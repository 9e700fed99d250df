"""Collects the policies of principals, inline and attached, and policies without a principal."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.importer.infer.ca_index import text
from pcaform.sources.account_snapshot import IamPrincipal, Policy, PrincipalKind
from pcaform.sources.inventory import Inventory, Resource
from pcaform.terraform.resource_types import (
    IAM_GROUP_POLICY,
    IAM_GROUP_POLICY_ATTACHMENT,
    IAM_INSTANCE_PROFILE,
    IAM_POLICY,
    IAM_POLICY_ATTACHMENT,
    IAM_ROLE,
    IAM_ROLE_POLICY,
    IAM_ROLE_POLICY_ATTACHMENT,
    IAM_USER,
    IAM_USER_POLICY,
    IAM_USER_POLICY_ATTACHMENT,
)

_CA_ACTIONS = "acm-pca:"
_AWS_MANAGED = ":iam::aws:policy/"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAttachment(Policy):
    """A principal's policy with its resources; `attachment` is None for an inline one."""

    data: Any
    """The document as data, None if it is not JSON."""
    resource: Resource
    attachment: Resource | None = None
    is_shared: bool = False
    """Whether other principals have the same policy."""

    @property
    def is_about_cas(self) -> bool:
        """Whether it has actions of private CAs."""
        return _CA_ACTIONS in self.document.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal(IamPrincipal):
    """A user or role with its resources; `resource` is None where only its policies are known."""

    policies: tuple[PolicyAttachment, ...]
    resource: Resource | None
    unresolved: tuple[Resource, ...] = ()
    """Attachments of policies that are not in the inventory, such as AWS managed ones."""
    profile: Resource | None = None
    """The instance profile with the role's name."""


def list_principals(inventory: Inventory) -> list[Principal]:
    """Return every user and role that has a policy or is in the inventory; AWS managed policies do not count."""
    policies = {text(each, "arn"): each for each in inventory.of_type(IAM_POLICY) if text(each, "arn")}
    pairs = list(_list_attachments(inventory))
    times: dict[str, int] = defaultdict(int)
    for _, attachment in pairs:
        times[text(attachment, "policy_arn")] += 1
    attachments: dict[tuple[PrincipalKind, str], list[PolicyAttachment]] = defaultdict(list)
    unresolved: dict[tuple[PrincipalKind, str], list[Resource]] = defaultdict(list)
    for principal, attachment in pairs:
        policy = policies.get(text(attachment, "policy_arn"))
        if policy is None or _data(policy) is None or _AWS_MANAGED in text(policy, "arn"):
            unresolved[principal].append(attachment)
            continue
        is_shared = times[text(policy, "arn")] > 1
        attachments[principal].append(_attach(policy, attachment, is_shared=is_shared))
    for principal, policy in _inline(inventory):
        attachments[principal].append(_attach(policy, None))
    owned = {(kind, text(each, "name")): each for kind, each in _owned(inventory)}
    identities = dict.fromkeys([*owned, *attachments, *unresolved])
    profiles = {text(each, "role"): each for each in inventory.of_type(IAM_INSTANCE_PROFILE) if _has_role_name(each)}
    return [
        Principal(
            kind,
            name,
            text(owned[kind, name], "arn") if (kind, name) in owned else "",
            (text(owned[kind, name], "path") if (kind, name) in owned else "") or "/",
            policies=tuple(attachments[kind, name]),
            resource=owned.get((kind, name)),
            unresolved=tuple(unresolved[kind, name]),
            profile=profiles.get(name) if kind == "role" else None,
        )
        for kind, name in identities
    ]


def _has_role_name(profile: Resource) -> bool:
    return text(profile, "role") == text(profile, "name") and not profile.is_reference


def unattached(inventory: Inventory) -> Iterator[tuple[Resource, str]]:
    """Yield each policy on private CAs that is not attached to a user or role, with the reason."""
    attached = {text(attachment, "policy_arn") for _, attachment in _list_attachments(inventory)}
    for policy in inventory.of_type(IAM_POLICY):
        if (
            _CA_ACTIONS in text(policy, "policy").lower()
            and text(policy, "arn") not in attached
            and not policy.is_reference
        ):
            yield policy, "it is not attached to a user or role: a spec has only policies of issuers"
    for policy in inventory.of_type(IAM_GROUP_POLICY):
        if _CA_ACTIONS in text(policy, "policy").lower():
            yield policy, f"it belongs to the group {text(policy, 'group')}: a spec has only users and roles"
    ca_policies = {text(each, "arn") for each in inventory.of_type(IAM_POLICY) if _CA_ACTIONS in text(each, "policy")}
    for attachment in inventory.of_type(IAM_GROUP_POLICY_ATTACHMENT):
        if text(attachment, "policy_arn") in ca_policies:
            yield attachment, f"it belongs to the group {text(attachment, 'group')}: a spec has only users and roles"


def inside_roles(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Yield each policy on private CAs in a role's `inline_policy` blocks, with the reason why a spec cannot have it.

    A state also has separate inline policies there.
    """
    separate = {
        (text(each, "role").rpartition("/")[2], text(each, "name")) for each in inventory.of_type(IAM_ROLE_POLICY)
    }
    for role in inventory.of_type(IAM_ROLE):
        for each in role.attributes.get("inline_policy") or ():
            if (text(role, "name"), each.get("name")) not in separate and _CA_ACTIONS in str(
                each.get("policy")
            ).lower():
                yield (
                    f"{role.address} (inline_policy '{each.get('name')}')",
                    f"it concerns private CAs and is inside the role: make it a separate {IAM_ROLE_POLICY} first",
                )


def _list_attachments(inventory: Inventory) -> Iterator[tuple[tuple[PrincipalKind, str], Resource]]:
    for each in inventory.of_type(IAM_USER_POLICY_ATTACHMENT):
        yield ("user", text(each, "user")), each
    for each in inventory.of_type(IAM_ROLE_POLICY_ATTACHMENT):
        yield ("role", text(each, "role")), each
    for each in inventory.of_type(IAM_POLICY_ATTACHMENT):
        yield from ((("user", str(name)), each) for name in each.attributes.get("users") or ())
        yield from ((("role", str(name)), each) for name in each.attributes.get("roles") or ())


def _inline(inventory: Inventory) -> Iterator[tuple[tuple[PrincipalKind, str], Resource]]:
    for each in inventory.of_type(IAM_USER_POLICY):
        yield ("user", text(each, "user")), each
    for each in inventory.of_type(IAM_ROLE_POLICY):
        yield ("role", text(each, "role").rpartition("/")[2]), each


def _owned(inventory: Inventory) -> Iterator[tuple[PrincipalKind, Resource]]:
    for kind, of_type in (("user", IAM_USER), ("role", IAM_ROLE)):
        for each in inventory.of_type(of_type):
            if not each.is_reference:
                yield "user" if kind == "user" else "role", each


def _attach(policy: Resource, attachment: Resource | None, *, is_shared: bool = False) -> PolicyAttachment:
    data, name, arn = _data(policy), text(policy, "name"), text(policy, "arn")
    return PolicyAttachment(
        name, json.dumps(data), arn, data=data, resource=policy, attachment=attachment, is_shared=is_shared
    )


def _data(policy: Resource) -> Any:
    """Return a policy's document; None if it has none, or if it is not JSON."""
    value = policy.attributes.get("policy")
    if isinstance(value, Mapping):
        return value
    try:
        return json.loads(value or "")
    except PARTIAL_DATA_ERRORS:
        return None

"""Collects principals with their policies, inline and attached, and policies without a principal."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.policies import trust_policy
from pcaform.importer.infer.context import text
from pcaform.importer.infer.entry import move
from pcaform.sources.account_snapshot import IamPrincipal, Policy, PrincipalKind
from pcaform.sources.inventory import Inventory, Resource
from pcaform.terraform import resource_types as types

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

    @property
    def first_resource(self) -> Resource | None:
        """The user or role, else its first policy."""
        return self.resource or (self.policies[0].resource if self.policies else None)


def list_principals(inventory: Inventory) -> list[Principal]:
    """Return every user and role that has a policy or is in the inventory; AWS managed policies do not count."""
    policies = {text(each, "arn"): each for each in inventory.of_type(types.IAM_POLICY) if text(each, "arn")}
    pairs = list(_list_attachments(inventory))
    times = Counter(text(attachment, "policy_arn") for _, attachment in pairs)
    attachments: dict[tuple[PrincipalKind, str], list[PolicyAttachment]] = defaultdict(list)
    unresolved: dict[tuple[PrincipalKind, str], list[Resource]] = defaultdict(list)
    for principal, attachment in pairs:
        policy = policies.get(text(attachment, "policy_arn"))
        if policy is None or _data(policy) is None or _AWS_MANAGED in text(policy, "arn"):
            unresolved[principal].append(attachment)
        else:
            attachments[principal].append(_attach(policy, attachment, is_shared=times[text(policy, "arn")] > 1))
    for principal, policy in _inline(inventory):
        attachments[principal].append(_attach(policy, None))
    owned = {(kind, text(each, "name")): each for kind, each in _owned(inventory)}
    profiles = {
        text(each, "role"): each
        for each in inventory.of_type(types.IAM_INSTANCE_PROFILE)
        if text(each, "role") == text(each, "name") and not each.is_reference
    }
    return [
        Principal(
            kind,
            name,
            text(resource, "arn") if resource else "",
            (text(resource, "path") if resource else "") or "/",
            policies=tuple(attachments[kind, name]),
            resource=resource,
            unresolved=tuple(unresolved[kind, name]),
            profile=profiles.get(name) if kind == "role" else None,
        )
        for kind, name in dict.fromkeys([*owned, *attachments, *unresolved])
        for resource in [owned.get((kind, name))]
    ]


def addresses_of(
    principal: Principal, attachments: list[PolicyAttachment], module: str
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return old and new addresses of a principal with its policies, and the addresses that cannot move.

    Terraform moves a resource only to one of the same type, so an inline policy cannot move.
    """
    moved, unmoved = [], []
    if principal.resource is not None:
        moved.append(move(principal.resource, module))
        if principal.profile and _has_same_profile(principal.profile, principal.resource):
            moved.append(move(principal.profile, module))
    attachment_type = types.IAM_USER_POLICY_ATTACHMENT if principal.kind == "user" else types.IAM_ROLE_POLICY_ATTACHMENT
    for each in attachments:
        if each.attachment is None:
            unmoved.append(each.resource.address)
            continue
        moved.append(move(each.resource, module, each.name))
        if each.attachment.type == attachment_type:
            moved.append(move(each.attachment, module, each.name))
        else:
            unmoved.append(each.attachment.address)
    return tuple(moved), tuple(unmoved)


def _has_same_profile(profile: Resource, role: Resource) -> bool:
    """Tell whether a stack has this instance profile: for EC2, and with the role's path."""
    paths = [each.attributes.get("path") or "/" for each in (profile, role)]
    return paths[0] == paths[1] and trust_policy.EC2 in text(role, "assume_role_policy")


def unattached(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Yield address and reason of each policy on private CAs that is not of a user or role, or inside a role.

    A state also has separate inline policies inside their role.
    """
    attached = {text(attachment, "policy_arn") for _, attachment in _list_attachments(inventory)}
    of_cas = [each for each in inventory.of_type(types.IAM_POLICY) if _CA_ACTIONS in text(each, "policy").lower()]
    for policy in of_cas:
        if text(policy, "arn") not in attached and not policy.is_reference:
            yield policy.address, "it is not attached to a user or role: a spec has only policies of issuers"
    of_groups = [
        each for each in inventory.of_type(types.IAM_GROUP_POLICY) if _CA_ACTIONS in text(each, "policy").lower()
    ]
    arns = {text(each, "arn") for each in of_cas}
    of_groups += [
        each for each in inventory.of_type(types.IAM_GROUP_POLICY_ATTACHMENT) if text(each, "policy_arn") in arns
    ]
    for each in of_groups:
        yield each.address, f"it belongs to the group {text(each, 'group')}: a spec has only users and roles"
    separate = {
        (text(each, "role").rpartition("/")[2], text(each, "name")) for each in inventory.of_type(types.IAM_ROLE_POLICY)
    }
    reason = f"it concerns private CAs and is inside the role: make it a separate {types.IAM_ROLE_POLICY} first"
    for role in inventory.of_type(types.IAM_ROLE):
        for each in role.attributes.get("inline_policy") or ():
            is_separate = (text(role, "name"), each.get("name")) in separate
            if not is_separate and _CA_ACTIONS in str(each.get("policy")).lower():
                yield f"{role.address} (inline_policy '{each.get('name')}')", reason


def _list_attachments(inventory: Inventory) -> Iterator[tuple[tuple[PrincipalKind, str], Resource]]:
    for each in inventory.of_type(types.IAM_USER_POLICY_ATTACHMENT):
        yield ("user", text(each, "user")), each
    for each in inventory.of_type(types.IAM_ROLE_POLICY_ATTACHMENT):
        yield ("role", text(each, "role")), each
    for each in inventory.of_type(types.IAM_POLICY_ATTACHMENT):
        yield from ((("user", str(name)), each) for name in each.attributes.get("users") or ())
        yield from ((("role", str(name)), each) for name in each.attributes.get("roles") or ())


def _inline(inventory: Inventory) -> Iterator[tuple[tuple[PrincipalKind, str], Resource]]:
    for each in inventory.of_type(types.IAM_USER_POLICY):
        yield ("user", text(each, "user")), each
    for each in inventory.of_type(types.IAM_ROLE_POLICY):
        yield ("role", text(each, "role").rpartition("/")[2]), each


def _owned(inventory: Inventory) -> Iterator[tuple[PrincipalKind, Resource]]:
    yield from (("user", each) for each in inventory.of_type(types.IAM_USER) if not each.is_reference)
    yield from (("role", each) for each in inventory.of_type(types.IAM_ROLE) if not each.is_reference)


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

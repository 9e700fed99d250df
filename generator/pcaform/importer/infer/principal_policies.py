"""Policies of principals, gathered: who holds which policy, inline or attached, and which hang in the air."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.importer.infer.ca_index import text
from pcaform.sources.inventory import Inventory, Resource

Kind = Literal["user", "role"]
_ABOUT = "acm-pca:"
_ROLE_POLICY = "aws_iam_role_policy"
_AWS_OWN = ":iam::aws:policy/"


@dataclass(frozen=True, slots=True)
class PolicyAttachment:
    """One policy of a principal."""

    name: str
    document: Any
    policy: Resource
    attachment: Resource | None
    """None for an inline policy."""
    is_shared: bool = False
    """Whether others hold the same policy."""

    @property
    def is_about_authorities(self) -> bool:
        """Whether it says anything about private CAs."""
        return _ABOUT in json.dumps(self.document).lower()


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or role with its policies; `resource` is None where only its policies are known."""

    kind: Kind
    name: str
    resource: Resource | None
    held: tuple[PolicyAttachment, ...]
    unread: tuple[Resource, ...] = ()
    """Attachments of policies that the inventory does not hold: AWS's own, or those of somebody else."""
    profile: Resource | None = None
    """The instance profile of a role's own name."""


def principals(inventory: Inventory) -> list[Principal]:
    """Return every user and role that holds a policy or is one of the inventory; AWS's own policies do not count."""
    policies = {text(each, "arn"): each for each in inventory.of_type("aws_iam_policy") if text(each, "arn")}
    attached = list(_attached(inventory))
    times: dict[str, int] = defaultdict(int)
    for _, attachment in attached:
        times[text(attachment, "policy_arn")] += 1
    held: dict[tuple[Kind, str], list[PolicyAttachment]] = defaultdict(list)
    unread: dict[tuple[Kind, str], list[Resource]] = defaultdict(list)
    for who, attachment in attached:
        policy = policies.get(text(attachment, "policy_arn"))
        document = _document(policy)
        if policy is None or document is None or _AWS_OWN in text(policy, "arn"):
            unread[who].append(attachment)
            continue
        is_shared = times[text(policy, "arn")] > 1
        held[who].append(PolicyAttachment(text(policy, "name"), document, policy, attachment, is_shared=is_shared))
    for who, policy in _inline(inventory):
        held[who].append(PolicyAttachment(text(policy, "name"), _document(policy), policy, None))
    owned = {(kind, text(each, "name")): each for kind, each in _owned(inventory)}
    every = dict.fromkeys([*owned, *held, *unread])
    named = {text(each, "role"): each for each in inventory.of_type("aws_iam_instance_profile") if _is_namesake(each)}
    return [
        Principal(
            kind,
            name,
            owned.get((kind, name)),
            tuple(held[kind, name]),
            tuple(unread[kind, name]),
            profile=named.get(name) if kind == "role" else None,
        )
        for kind, name in every
    ]


def _is_namesake(profile: Resource) -> bool:
    return text(profile, "role") == text(profile, "name") and not profile.is_reference


def unattached(inventory: Inventory) -> Iterator[tuple[Resource, str]]:
    """Yield each policy about private CAs that no user and no role holds, with the reason why a spec has none such."""
    attached = {text(attachment, "policy_arn") for _, attachment in _attached(inventory)}
    for policy in inventory.of_type("aws_iam_policy"):
        if _ABOUT in text(policy, "policy").lower() and text(policy, "arn") not in attached and not policy.is_reference:
            yield policy, "no user and no role holds it: a spec has policies of issuers only"
    for policy in inventory.of_type("aws_iam_group_policy"):
        if _ABOUT in text(policy, "policy").lower():
            yield policy, f"it is of the group {text(policy, 'group')}: a spec has users and roles only"
    about = {text(each, "arn") for each in inventory.of_type("aws_iam_policy") if _ABOUT in text(each, "policy")}
    for attachment in inventory.of_type("aws_iam_group_policy_attachment"):
        if text(attachment, "policy_arn") in about:
            yield attachment, f"it is of the group {text(attachment, 'group')}: a spec has users and roles only"


def inside_roles(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Yield what is about private CAs and is written into a role itself, with the reason why a spec has none such.

    A state shows policies of their own there as well.
    """
    apart = {(text(each, "role").rpartition("/")[2], text(each, "name")) for each in inventory.of_type(_ROLE_POLICY)}
    for role in inventory.of_type("aws_iam_role"):
        for each in role.attributes.get("inline_policy") or ():
            if (text(role, "name"), each.get("name")) not in apart and _ABOUT in str(each.get("policy")).lower():
                yield (
                    f"{role.address} (inline_policy '{each.get('name')}')",
                    f"it is about private CAs and stands inside the role: make it an {_ROLE_POLICY} of its own first",
                )


def _attached(inventory: Inventory) -> Iterator[tuple[tuple[Kind, str], Resource]]:
    for each in inventory.of_type("aws_iam_user_policy_attachment"):
        yield ("user", text(each, "user")), each
    for each in inventory.of_type("aws_iam_role_policy_attachment"):
        yield ("role", text(each, "role")), each
    for each in inventory.of_type("aws_iam_policy_attachment"):
        yield from ((("user", str(name)), each) for name in each.attributes.get("users") or ())
        yield from ((("role", str(name)), each) for name in each.attributes.get("roles") or ())


def _inline(inventory: Inventory) -> Iterator[tuple[tuple[Kind, str], Resource]]:
    for each in inventory.of_type("aws_iam_user_policy"):
        yield ("user", text(each, "user")), each
    for each in inventory.of_type(_ROLE_POLICY):
        yield ("role", text(each, "role").rpartition("/")[2]), each


def _owned(inventory: Inventory) -> Iterator[tuple[Kind, Resource]]:
    for kind, of_type in (("user", "aws_iam_user"), ("role", "aws_iam_role")):
        for each in inventory.of_type(of_type):
            if not each.is_reference:
                yield "user" if kind == "user" else "role", each


def _document(policy: Resource | None) -> Any:
    """Return a policy's document; None where there is none that is JSON."""
    value = policy.attributes.get("policy") if policy else None
    if isinstance(value, Mapping):
        return value
    try:
        return json.loads(value or "")
    except PARTIAL_DATA_ERRORS:
        return None

"""Collects principals with their policies, inline and attached, and policies without a principal; infers roles.

An operator role is one whose policy is that of an administrator or auditor.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.documents import PolicyError, Statement, read_statements
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import resource_policies
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.importer.infer.context import Context, NotRepresentable, SpecEntry, move, read_policy_back, text
from pcaform.sources.account_snapshot import IamPrincipal, Policy, PrincipalKind
from pcaform.sources.inventory import Inventory, Resource
from pcaform.spec.issuers import EC2, Trust
from pcaform.spec.sections import OperatorRole
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform import resource_types as types

_CA_ACTIONS = "acm-pca:"
_AWS_MANAGED = ":iam::aws:policy/"
_TYPES: Mapping[PrincipalKind, tuple[str, str, str]] = {
    "user": (types.IAM_USER, types.IAM_USER_POLICY, types.IAM_USER_POLICY_ATTACHMENT),
    "role": (types.IAM_ROLE, types.IAM_ROLE_POLICY, types.IAM_ROLE_POLICY_ATTACHMENT),
}
"""The resource types of a principal, its inline policies, and what attaches others."""
_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(?P<id>[0-9]{12})(?::root)?\Z")
_ANYWHERE = "rolesanywhere.amazonaws.com"
_CN = "aws:PrincipalTag/x509Subject/CN"
_DEFAULT_SESSION = 3600


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
    is_part: bool = False
    """Whether it has entries for its other policies too."""

    @property
    def has_own_profile(self) -> bool:
        """Whether it has an instance profile as a stack makes it."""
        return self.profile is not None and self.resource is not None and _is_alike(self.profile, self.resource)

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
    of_kinds = ((kind, each) for kind, (own, _, _) in _TYPES.items() for each in inventory.of_type(own))
    owned = {(kind, text(each, "name")): each for kind, each in of_kinds if not each.is_reference}
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
        if principal.profile is not None and principal.has_own_profile:
            moved.append(move(principal.profile, module))
    for each in attachments:
        if each.attachment is None:
            unmoved.append(each.resource.address)
            continue
        moved.append(move(each.resource, module, each.name))
        if each.attachment.type in _TYPES[principal.kind]:
            moved.append(move(each.attachment, module, each.name))
        else:
            unmoved.append(each.attachment.address)
    return tuple(moved), tuple(unmoved)


def unattached(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Yield address and reason of each policy on private CAs that is not of a user or role, or inside a role.

    A state also has separate inline policies inside their role.
    """
    attached = {text(attachment, "policy_arn") for _, attachment in _list_attachments(inventory)}
    of_cas, of_groups = (
        [each for each in inventory.of_type(kind) if _CA_ACTIONS in text(each, "policy").lower()]
        for kind in (types.IAM_POLICY, types.IAM_GROUP_POLICY)
    )
    for policy in of_cas:
        if text(policy, "arn") not in attached and not policy.is_reference:
            yield policy.address, "it is not attached to a user or role: a spec has only policies of issuers"
    arns, attachments = {text(each, "arn") for each in of_cas}, inventory.of_type(types.IAM_GROUP_POLICY_ATTACHMENT)
    for each in (*of_groups, *(each for each in attachments if text(each, "policy_arn") in arns)):
        yield each.address, f"it belongs to the group {text(each, 'group')}: a spec has only users and roles"
    separate = {(name, text(each, "name")) for (kind, name), each in _inline(inventory) if kind == "role"}
    reason = f"it concerns private CAs and is inside the role: make it a separate {types.IAM_ROLE_POLICY} first"
    for role in inventory.of_type(types.IAM_ROLE):
        for each in role.attributes.get("inline_policy") or ():
            is_separate = (text(role, "name"), each.get("name")) in separate
            if not is_separate and _CA_ACTIONS in str(each.get("policy")).lower():
                yield f"{role.address} (inline_policy '{each.get('name')}')", reason


def _list_attachments(inventory: Inventory) -> Iterator[tuple[tuple[PrincipalKind, str], Resource]]:
    for kind, (_, _, attachment) in _TYPES.items():
        yield from (((kind, text(each, kind)), each) for each in inventory.of_type(attachment))
    for each in inventory.of_type(types.IAM_POLICY_ATTACHMENT):
        for kind in _TYPES:
            yield from (((kind, str(name)), each) for name in each.attributes.get(f"{kind}s") or ())


def _inline(inventory: Inventory) -> Iterator[tuple[tuple[PrincipalKind, str], Resource]]:
    for kind, (_, inline, _) in _TYPES.items():
        yield from (((kind, text(each, kind).rpartition("/")[2]), each) for each in inventory.of_type(inline))


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


def _is_alike(profile: Resource, role: Resource) -> bool:
    """Tell whether an instance profile has the path and tags of its role, as in a stack."""
    one, other = ((each.attributes.get("path") or "/", each.attributes.get("tags") or {}) for each in (profile, role))
    return one == other


def own_settings(resource: Resource, policies: Iterable[PolicyAttachment], context: Context) -> dict[str, Any]:
    """Return the settings that users and roles have in common, and those of their policies where they differ."""
    boundary = resource.attributes.get("permissions_boundary") or None
    own = path_and_tags(resource, context)
    managed = [path_and_tags(each.resource, context) for each in policies if each.attachment is not None]
    apart = {f"policy_{name}": value for name, value in (managed or [own])[0].items() if value != own[name]}
    return {**own, "permissions_boundary": boundary, **apart}


def path_and_tags(resource: Resource, context: Context) -> dict[str, Any]:
    """Return the path and the tags of a resource of IAM."""
    return {"path": resource.attributes.get("path") or "/", "tags": context.tags_of(resource)}


def role_data(principal: Principal, resource: Resource, context: Context) -> dict[str, Any]:
    """Return the role's own settings; raises NotRepresentable if its trust cannot be expressed."""
    attributes = resource.attributes
    session = attributes.get("max_session_duration")
    trust = read_policy_back(
        attributes.get("assume_role_policy"),
        _read_trust,
        lambda data: resource_policies.trust_policy(Trust.model_validate(data), context.aws),
    )
    if trust is None:
        raise NotRepresentable("a spec's 'trust' cannot express its trust policy")
    is_usual = principal.has_own_profile == (EC2 in trust.get("services", ()))
    return {
        "role_name": attributes["name"],
        "trust": trust,
        "max_session_duration": None if session == _DEFAULT_SESSION else session,
        "description": attributes.get("description") or None,
        "instance_profile": None if is_usual else principal.has_own_profile,
    }


def _read_trust(statements: Iterable[Statement]) -> dict[str, Any]:
    trust: dict[str, Any] = {"accounts": [], "principals": [], "services": [], "oidc": []}
    for statement in statements:
        names = statement.principals_of("AWS")
        accounts = {name: match["id"] for name in names if (match := _ACCOUNT.match(name))}
        trust["accounts"] += accounts.values()
        trust["principals"] += [name for name in names if name not in accounts]
        trust["oidc"] += [_oidc(name, statement) for name in statement.principals_of("Federated")]
        if (services := statement.principals_of("Service")) == [_ANYWHERE]:
            (anchor,) = statement.values_of("ArnEquals", "aws:SourceArn")
            names = statement.values_of("StringEquals", _CN)
            trust["roles_anywhere"] = {"trust_anchor_arn": anchor, "common_names": names}
        else:
            trust["services"] += services
    return {name: value for name, value in trust.items() if value}


def _oidc(provider: str, statement: Statement) -> dict[str, Any]:
    issuer = provider.partition(":oidc-provider/")[2]
    return {
        "provider_arn": provider,
        "audiences": statement.values_of("StringEquals", f"{issuer}:aud"),
        "subjects": statement.values_of("StringLike", f"{issuer}:sub"),
    }


def is_candidate(principal: Principal) -> bool:
    """Tell whether a principal has the shape of an operator role: one policy, with the name that a stack gives it."""
    return (
        principal.kind == "role"
        and principal.resource is not None
        and len(principal.policies) == 1
        and not principal.unresolved
        and principal.policies[0].attachment is not None
        and principal.policies[0].name == f"{principal.name}-private-ca"
    )


def section_of(principal: Principal, spec: Spec) -> str | None:
    """Return the section whose actions a candidate's policy has; None if there is none. `spec` has the CAs."""
    try:
        actions = _actions(principal.policies[0].data)
    except PolicyError:
        return None
    return next((name for name, make in POLICY_BUILDERS.items() if actions == _actions(make(spec, arn_of=str))), None)


def readable_cas(principal: Principal) -> list[str]:
    """Return the ARNs of the CAs that an operator role's policy allows to read."""
    for statement in read_statements(principal.policies[0].data):
        if statement.names_action("acm-pca:GetCertificate"):
            return list(statement.resources or ())
    return []


def infer_operator_role(principal: Principal, key: str, *, section: str, spec: Spec, context: Context) -> SpecEntry:
    """Return the entry of a role; raises NotRepresentable if the policy is not that of this spec's CAs."""
    resource, attachment = principal.resource, principal.policies[0]
    rendered = POLICY_BUILDERS[section](spec, arn_of=context.arns.__getitem__)
    is_same = normalized_statements([rendered]) == normalized_statements([attachment.data])
    if resource is None or not is_same or attachment.resource.attributes.get("description"):
        raise NotRepresentable
    data = {**role_data(principal, resource, context), **own_settings(resource, principal.policies, context)}
    try:
        OperatorRole.model_validate(data)
    except ValidationError:
        raise NotRepresentable from None
    addresses, _ = addresses_of(principal, list(principal.policies), module_names.operator_role(section, key))
    return SpecEntry(section, key, data, resource, addresses, frozenset(readable_cas(principal)))


def _actions(document: Any) -> frozenset[tuple[str, str]]:
    return frozenset((each.effect, action) for each in read_statements(document) for action in each.actions or ())

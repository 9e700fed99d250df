"""Infers roles: their trust and settings, and operator roles, whose policy is that of an administrator or auditor."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from pcaform.iam.documents import PolicyError, Statement, read_statements
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import trust_policy
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.importer.infer.context import Context
from pcaform.importer.infer.entry import NotRepresentable, SpecEntry, read_policy_back
from pcaform.importer.infer.principals import Principal, addresses_of
from pcaform.sources.inventory import Resource
from pcaform.spec.issuers import Trust
from pcaform.spec.sections import OperatorRole
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names

_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(?P<id>[0-9]{12})(?::root)?\Z")
_ANYWHERE = "rolesanywhere.amazonaws.com"
_CN = "aws:PrincipalTag/x509Subject/CN"
_DEFAULT_SESSION = 3600


def common_settings(resource: Resource, context: Context) -> dict[str, Any]:
    """Return the settings that users and roles have in common."""
    attributes = resource.attributes
    return {
        "path": attributes.get("path") or "/",
        "permissions_boundary": attributes.get("permissions_boundary") or None,
        "tags": context.tags_of(resource),
    }


def role_data(resource: Resource, context: Context) -> dict[str, Any]:
    """Return the role's own settings; raises NotRepresentable if its trust cannot be expressed."""
    attributes = resource.attributes
    session = attributes.get("max_session_duration")
    trust = read_policy_back(
        attributes.get("assume_role_policy"),
        _read_trust,
        lambda data: trust_policy.document(Trust.model_validate(data), context.aws),
    )
    if trust is None:
        raise NotRepresentable("a spec's 'trust' cannot express its trust policy")
    return {
        "role_name": attributes["name"],
        "trust": trust,
        "max_session_duration": None if session == _DEFAULT_SESSION else session,
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
            trust["roles_anywhere"] = _anywhere(statement)
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


def _anywhere(statement: Statement) -> dict[str, Any]:
    (anchor,) = statement.values_of("ArnEquals", "aws:SourceArn")
    return {"trust_anchor_arn": anchor, "common_names": statement.values_of("StringEquals", _CN)}


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
    """Return the entry of a role; raises NotRepresentable if its policy is not that of this spec's CAs."""
    resource, attachment = principal.resource, principal.policies[0]
    if resource is None:
        raise NotRepresentable("it is not a role of this stack")
    rendered = POLICY_BUILDERS[section](spec, arn_of=context.arns.__getitem__)
    if normalized_statements([rendered]) != normalized_statements([attachment.data]):
        raise NotRepresentable(f"its policy does not name the CAs of this spec as {section} do")
    data = {**role_data(resource, context), **common_settings(resource, context)}
    try:
        OperatorRole.model_validate(data)
    except ValidationError:
        raise NotRepresentable("a spec does not support its settings") from None
    addresses, _ = addresses_of(principal, list(principal.policies), module_names.operator_role(section, key))
    return SpecEntry(section, key, data, resource, addresses, frozenset(readable_cas(principal)))


def _actions(document: Any) -> frozenset[tuple[str, str]]:
    return frozenset((each.effect, action) for each in read_statements(document) for action in each.actions or ())

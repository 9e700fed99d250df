"""Infers operator roles: roles whose policy is that of an administrator or auditor of this spec."""

from typing import Any

from pydantic import ValidationError

from pcaform.iam.documents import PolicyError, read_statements
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.importer.infer.entry import NotRepresentable, SpecEntry
from pcaform.importer.infer.issuers import Reader, role_data
from pcaform.importer.infer.principal_moves import addresses_of
from pcaform.importer.infer.principal_policies import Principal
from pcaform.importer.infer.tags import tags_of
from pcaform.spec.sections import OperatorRole
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names


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


def infer_operator_role(principal: Principal, key: str, *, section: str, spec: Spec, reader: Reader) -> SpecEntry:
    """Return the entry of a role; raises NotRepresentable if its policy is not that of this spec's CAs."""
    resource, attachment = principal.resource, principal.policies[0]
    if resource is None:
        raise NotRepresentable("it is not a role of this stack")
    arns = {name: arn for arn, name in reader.keys.items()}
    rendered = POLICY_BUILDERS[section](spec, arn_of=arns.__getitem__)
    if normalized_statements([rendered]) != normalized_statements([attachment.data]):
        raise NotRepresentable(f"its policy does not name the CAs of this spec as {section} do")
    data = {
        **role_data(resource, reader.aws),
        "path": resource.attributes.get("path") or "/",
        "permissions_boundary": resource.attributes.get("permissions_boundary") or None,
        "tags": tags_of(resource, reader.aws.default_tags),
    }
    try:
        OperatorRole.model_validate(data)
    except ValidationError:
        raise NotRepresentable("a spec does not support its settings") from None
    addresses, _ = addresses_of(principal, list(principal.policies), module_names.operator_role(section, key))
    return SpecEntry(
        section, key, data, resource, addresses=addresses, referenced_cas=frozenset(readable_cas(principal))
    )


def _actions(document: Any) -> frozenset[tuple[str, str]]:
    return frozenset((each.effect, action) for each in read_statements(document) for action in each.actions or ())

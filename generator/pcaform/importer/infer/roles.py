"""Roles whose policy is an administrator's or auditor's of this very spec -> their entries."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.normalize import as_list, normalized_statements
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.importer.infer.entry import SpecEntry
from pcaform.importer.infer.errors import NotRepresentable
from pcaform.importer.infer.issuers import Reader, role_of
from pcaform.importer.infer.principal_moves import addresses_of
from pcaform.importer.infer.principal_policies import Principal
from pcaform.importer.infer.tags import tags_of
from pcaform.spec.sections import OperatorRole
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names


def section_of(principal: Principal, spec: Spec) -> str | None:
    """Return the section that a role's policy looks like one of; None for any other. `spec` has the CAs."""
    if principal.kind != "role" or principal.resource is None or len(principal.held) != 1 or principal.unread:
        return None
    held = principal.held[0]
    if held.attachment is None or held.name != f"{principal.name}-private-ca":
        return None
    try:
        actions = _actions(held.document)
    except PARTIAL_DATA_ERRORS:
        return None
    return next((name for name, make in POLICY_BUILDERS.items() if actions == _actions(make(spec, arn_of=str))), None)


def named_by(principal: Principal) -> list[str]:
    """Return the ARNs of the CAs that a duty's policy lets its role look at."""
    for statement in as_list(principal.held[0].document["Statement"]):
        if "acm-pca:GetCertificate" in as_list(statement["Action"]):
            return [str(each) for each in as_list(statement["Resource"])]
    return []


def operator_role(principal: Principal, key: str, *, section: str, spec: Spec, reader: Reader) -> SpecEntry:
    """Return the entry of a role; raises Unexpressed where its policy is not that of this spec's CAs."""
    resource, held = principal.resource, principal.held[0]
    if resource is None:
        raise NotRepresentable("it is no role of this stack")
    arns = {name: arn for arn, name in reader.keys.items()}
    made = POLICY_BUILDERS[section](spec, arn_of=arns.__getitem__)
    if normalized_statements([made]) != normalized_statements([held.document]):
        raise NotRepresentable(f"its policy does not name the CAs of this spec as {section} do")
    entry = {
        **role_of(resource, reader.aws),
        "path": resource.attributes.get("path") or "/",
        "permissions_boundary": resource.attributes.get("permissions_boundary") or None,
        "tags": tags_of(resource, reader.aws.default_tags),
    }
    try:
        OperatorRole.model_validate(entry)
    except ValidationError:
        raise NotRepresentable("its settings are none that a spec takes") from None
    addresses, _ = addresses_of(principal, list(principal.held), module_names.operator_role(section, key))
    return SpecEntry(section, key, entry, resource, addresses=addresses)


def _actions(document: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (str(each["Effect"]), str(action))
        for each in as_list(document["Statement"])
        for action in as_list(each["Action"])
    )

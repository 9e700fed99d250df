"""Infers issuers from users and roles: with grants if their policies match, else with a verbatim policy."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import issuer_policies
from pcaform.importer.infer.entry import INCOMPLETE_RESOURCE, Entries, NotRepresentable, SpecEntry, describe_reason
from pcaform.importer.infer.grants import Grants, guess_grants
from pcaform.importer.infer.policy_copies import copy_policies, issuing_policies
from pcaform.importer.infer.principal_moves import addresses_of
from pcaform.importer.infer.principal_policies import PolicyAttachment, Principal
from pcaform.importer.infer.tags import tags_of
from pcaform.importer.infer.trust_policies import infer_trust
from pcaform.sources.inventory import ImportNote, Resource, is_symbolic
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws
from pcaform.terraform import module_names
from pcaform.terraform.source_kind import SourceKind

CA_ARN = re.compile(r"arn:aws[a-z-]*:acm-pca:[a-z0-9-]*:[0-9]{12}:certificate-authority/[A-Za-z0-9-]+")
_DEFAULT_SESSION = 3600


@dataclass(frozen=True, slots=True)
class Reader:
    """The context for inferring principals."""

    aws: Aws
    keys: Mapping[str, str]
    """The keys of CAs by ARN."""
    source: SourceKind


def infer_issuer(principal: Principal, key: str, reader: Reader) -> tuple[SpecEntry, Entries]:
    """Return the entry of a principal, and notes; raises NotRepresentable if it cannot have one."""
    result = Entries()
    try:
        attachments = _select_policies(principal, result) if reader.source.owns_principals else copy_policies(principal)
        data = _principal_data(principal, attachments, reader=reader, result=result)
        permissions, arns = _infer_permissions(principal, attachments, data=data, reader=reader)
        data |= permissions
        Issuer.model_validate(data)
    except ValidationError as error:
        raise NotRepresentable(describe_reason(error)) from None
    except PARTIAL_DATA_ERRORS:
        raise NotRepresentable(INCOMPLETE_RESOURCE) from None
    is_owned = "user_name" in data or "role" in data
    moving = principal if is_owned else replace(principal, resource=None)
    if is_owned:
        result.notes += _note_differences(principal, attachments)
    addresses, unmoved = addresses_of(moving, attachments, module_names.issuer(key))
    resource = principal.resource or attachments[0].resource
    return SpecEntry("issuers", key, data, resource, addresses=addresses, referenced_cas=arns, unmoved=unmoved), result


def _select_policies(principal: Principal, result: Entries) -> list[PolicyAttachment]:
    """Return the policies that a spec can have; raises NotRepresentable if there is none, or one is shared."""
    for attachment in principal.unresolved:
        reason = f"it attaches {attachment.attributes.get('policy_arn')}, but a spec attaches only its own policies"
        result.leave_out(attachment, reason)
    complete = [each for each in principal.policies if isinstance(each.data, Mapping) and each.name]
    relevant = [each for each in complete if each.is_about_cas] or complete
    for each in principal.policies:
        if each not in relevant:
            result.leave_out(each.resource, "it does not concern private CAs")
    if not relevant:
        raise NotRepresentable(f"it has {len(principal.policies)} policies in the source, but none is complete")
    shared = [each.name for each in relevant if each.is_shared]
    if shared:
        raise NotRepresentable(
            f"others have its policy {', '.join(shared)} too: a spec has a separate one for each issuer"
        )
    return relevant


def _principal_data(
    principal: Principal, attachments: list[PolicyAttachment], *, reader: Reader, result: Entries
) -> dict[str, Any]:
    """Return the principal of an entry, with the settings of a principal of the stack."""
    resource = principal.resource
    if resource is not None and principal.kind == "role" and reader.source.owns_principals:
        try:
            return {**_common_settings(resource, reader), "role": role_data(resource, reader.aws)}
        except NotRepresentable as why:
            result.leave_out(resource, f"{why.reason}. Only its policies are written; remove the role from the state")
    elif resource is not None and reader.source.owns_principals:
        force = bool(resource.attributes.get("force_destroy"))
        return {"user_name": principal.name, **_common_settings(resource, reader), "force_destroy": force}
    first = attachments[0].resource
    return {
        f"existing_{principal.kind}": principal.name,
        "path": first.attributes.get("path") or "/",
        "tags": tags_of(first, reader.aws.default_tags),
    }


def role_data(resource: Resource, aws: Aws) -> dict[str, Any]:
    """Return the role's own settings; raises NotRepresentable if its trust cannot be expressed."""
    attributes = resource.attributes
    session = attributes.get("max_session_duration")
    return {
        "role_name": attributes["name"],
        "trust": infer_trust(attributes.get("assume_role_policy"), aws),
        "max_session_duration": None if session == _DEFAULT_SESSION else session,
    }


def _common_settings(resource: Resource, reader: Reader) -> dict[str, Any]:
    attributes = resource.attributes
    return {
        "path": attributes.get("path") or "/",
        "permissions_boundary": attributes.get("permissions_boundary") or None,
        "tags": tags_of(resource, reader.aws.default_tags),
    }


def _infer_permissions(
    principal: Principal, attachments: list[PolicyAttachment], *, data: dict[str, Any], reader: Reader
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return grants or a verbatim policy, and the ARNs of the CAs in grants."""
    grants = _infer_grants(principal, attachments, data=data, reader=reader)
    if grants is not None:
        arns = {key: arn for arn, key in reader.keys.items()}
        ca_arns = frozenset(arns[key] for grant in grants for key in grant["certificate_authorities"])
        return {"grants": grants}, ca_arns
    if not reader.source.owns_principals and len(issuing_policies(attachments)) not in (0, len(attachments)):
        return _infer_permissions(principal, issuing_policies(attachments), data=data, reader=reader)
    if len(attachments) > 1:
        names = ", ".join(each.name for each in attachments)
        raise NotRepresentable(f"its policies {names} do not match grants, and a spec can copy only one verbatim")
    if is_symbolic(str(attachments[0].data)):
        raise NotRepresentable(
            f"its policy {attachments[0].name} does not match grants, and names a CA whose ARN is not in the files: "
            "import from the state instead, which has it"
        )
    return {"policy": {"name": attachments[0].name, "document": attachments[0].data}}, frozenset()


def _infer_grants(
    principal: Principal, attachments: list[PolicyAttachment], *, data: dict[str, Any], reader: Reader
) -> Grants | None:
    """Return the grants that render to these policies, except for order, statement names and lists of one."""
    documents = [each.data for each in attachments]
    try:
        statements = normalized_statements(documents)
    except PARTIAL_DATA_ERRORS:
        return None
    variants = [data] if reader.source.owns_principals else [data, {f"{principal.kind}_name": principal.name}]
    for grants in guess_grants(documents, reader.keys):
        for variant in variants:
            rendered = _render({**variant, "grants": grants}, reader)
            if (
                rendered is not None
                and normalized_statements(rendered.values()) == statements
                and _has_names(rendered, attachments, reader)
            ):
                return grants
    return None


def _render(data: dict[str, Any], reader: Reader) -> Mapping[str, Any] | None:
    """Return the policies of an issuer, or None if a spec cannot express it, such as a template with `*`."""
    arns = {key: arn for arn, key in reader.keys.items()}
    if "role_name" in data:
        data = {"role": {"role_name": data["role_name"], "trust": {}}, "grants": data["grants"]}
    try:
        return issuer_policies.documents(Issuer.model_validate(data), reader.aws, arn_of=arns.__getitem__)
    except ValidationError:
        return None


def _has_names(rendered: Mapping[str, Any], attachments: list[PolicyAttachment], reader: Reader) -> bool:
    """Tell whether policies have the names that a stack gives them; Terraform replaces a renamed one."""
    return (
        not reader.source.has_addresses
        or any(each.attachment is None for each in attachments)
        or set(rendered) == {each.name for each in attachments}
    )


def _note_differences(principal: Principal, attachments: list[PolicyAttachment]) -> list[ImportNote]:
    """Return notes on settings of policies that would change, since a spec has them only for the principal."""
    checks: list[Callable[[PolicyAttachment], str | None]] = [_check_description]
    if principal.resource is not None:
        path = principal.resource.attributes.get("path") or "/"
        checks.append(
            lambda each: (
                None
                if each.attachment is None or (each.resource.attributes.get("path") or "/") == path
                else f"its path differs from that of its {principal.kind}, {path}: Terraform would replace it"
            )
        )
    return [
        ImportNote("left out", each.resource.address, why)
        for each in attachments
        for check in checks
        if (why := check(each))
    ]


def _check_description(each: PolicyAttachment) -> str | None:
    return (
        "a spec cannot have its description: Terraform would replace it"
        if each.resource.attributes.get("description")
        else None
    )

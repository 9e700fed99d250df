"""Infers issuers from users and roles: with grants if their policies match, else with a verbatim policy."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.actions import ISSUE, REQUEST
from pcaform.iam.documents import PolicyError, read_document
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import issuer_policies
from pcaform.importer.infer.context import Context
from pcaform.importer.infer.entry import INCOMPLETE_RESOURCE, Entries, NotRepresentable, SpecEntry, representable
from pcaform.importer.infer.grants import Grants, guess_grants
from pcaform.importer.infer.principals import PolicyAttachment, Principal, addresses_of
from pcaform.importer.infer.roles import common_settings, role_data
from pcaform.sources.inventory import ImportNote, is_symbolic
from pcaform.spec.issuers import Issuer
from pcaform.terraform import module_names

CA_ARN = re.compile(r"arn:aws[a-z-]*:acm-pca:[a-z0-9-]*:[0-9]{12}:certificate-authority/[A-Za-z0-9-]+")


def infer_issuer(principal: Principal, key: str, context: Context) -> tuple[SpecEntry, list[ImportNote]]:
    """Return the entry of a principal, and notes; raises NotRepresentable if it cannot have one."""
    result = Entries()
    with representable():
        choose = _select_policies if context.source.owns_principals else _copy_policies
        attachments = choose(principal, result)
        data = _principal_data(principal, attachments, context=context, result=result)
        permissions, arns = _infer_permissions(principal, attachments, data=data, context=context)
        data |= permissions
        Issuer.model_validate(data)
    is_owned = "user_name" in data or "role" in data
    moving = principal if is_owned else replace(principal, resource=None)
    notes = [*result.notes, *(_note_differences(principal, attachments) if is_owned else ())]
    addresses, unmoved = addresses_of(moving, attachments, module_names.issuer(key))
    resource = principal.resource or attachments[0].resource
    return SpecEntry("issuers", key, data, resource, addresses, arns, unmoved), notes


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


def _copy_policies(principal: Principal, _: Entries) -> list[PolicyAttachment]:
    """Return an existing principal's policies; the copy of a shared one gets the principal's name.

    Raises NotRepresentable if one of them is not a policy.
    """
    if any(not isinstance(each.data, Mapping) for each in principal.policies):
        raise NotRepresentable(INCOMPLETE_RESOURCE)
    return [
        replace(each, name=f"{each.name}-{principal.name}" if each.is_shared else each.name)
        for each in principal.policies
    ]


def _principal_data(
    principal: Principal, attachments: list[PolicyAttachment], *, context: Context, result: Entries
) -> dict[str, Any]:
    """Return the principal of an entry, with the settings of a principal of the stack."""
    resource = principal.resource
    if resource is not None and principal.kind == "role" and context.source.owns_principals:
        try:
            return {**common_settings(resource, context), "role": role_data(resource, context)}
        except NotRepresentable as why:
            result.leave_out(resource, f"{why}. Only its policies are written; remove the role from the state")
    elif resource is not None and context.source.owns_principals:
        force = bool(resource.attributes.get("force_destroy"))
        return {"user_name": principal.name, **common_settings(resource, context), "force_destroy": force}
    first = attachments[0].resource
    return {
        f"existing_{principal.kind}": principal.name,
        "path": first.attributes.get("path") or "/",
        "tags": context.tags_of(first),
    }


def _infer_permissions(
    principal: Principal, attachments: list[PolicyAttachment], *, data: dict[str, Any], context: Context
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return grants or a verbatim policy, and the ARNs of the CAs in grants."""
    grants = _infer_grants(principal, attachments, data=data, context=context)
    if grants is not None:
        ca_arns = frozenset(context.arns[key] for grant in grants for key in grant["certificate_authorities"])
        return {"grants": grants}, ca_arns
    issuing = [each for each in attachments if _allows_issuing(each)]
    if not context.source.owns_principals and len(issuing) not in (0, len(attachments)):
        return _infer_permissions(principal, issuing, data=data, context=context)
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
    principal: Principal, attachments: list[PolicyAttachment], *, data: dict[str, Any], context: Context
) -> Grants | None:
    """Return the grants that render to these policies, except for order, statement names and lists of one."""
    documents = [each.data for each in attachments]
    try:
        statements = normalized_statements(documents)
    except PARTIAL_DATA_ERRORS:
        return None
    variants = [data] if context.source.owns_principals else [data, {f"{principal.kind}_name": principal.name}]
    for grants in guess_grants(documents, context.keys):
        for variant in variants:
            rendered = _render({**variant, "grants": grants}, context)
            if (
                rendered is not None
                and normalized_statements(rendered.values()) == statements
                and _has_names(rendered, attachments, context)
            ):
                return grants
    return None


def _render(data: dict[str, Any], context: Context) -> Mapping[str, Any] | None:
    """Return the policies of an issuer, or None if a spec cannot express it, such as a template with `*`."""
    if "role_name" in data:
        data = {"role": {"role_name": data["role_name"], "trust": {}}, "grants": data["grants"]}
    try:
        return issuer_policies.documents(Issuer.model_validate(data), context.aws, arn_of=context.arns.__getitem__)
    except ValidationError:
        return None


def _has_names(rendered: Mapping[str, Any], attachments: list[PolicyAttachment], context: Context) -> bool:
    """Tell whether policies have the names that a stack gives them; Terraform replaces a renamed one."""
    return (
        not context.source.has_addresses
        or any(each.attachment is None for each in attachments)
        or set(rendered) == {each.name for each in attachments}
    )


def _note_differences(principal: Principal, attachments: Iterable[PolicyAttachment]) -> Iterator[ImportNote]:
    """Yield notes on settings of policies that would change, since a spec has them only for the principal."""
    role = principal.resource
    path = (role.attributes.get("path") or "/") if role is not None else None
    for each in attachments:
        settings = each.resource.attributes
        if settings.get("description"):
            reason = "a spec cannot have its description: Terraform would replace it"
            yield ImportNote("left out", each.resource.address, reason)
        if each.attachment is not None and path not in (None, settings.get("path") or "/"):
            reason = f"its path differs from that of its {principal.kind}, {path}: Terraform would replace it"
            yield ImportNote("left out", each.resource.address, reason)


def _allows_issuing(attachment: PolicyAttachment) -> bool:
    """Tell whether a policy allows issuing, whatever else it allows; an unreadable one may."""
    try:
        statements = read_document(attachment.data, attachment.name).statements
    except PolicyError:
        return True
    return any(each.is_allow and any(map(each.matches_action, (ISSUE, REQUEST))) for each in statements)

"""Infers issuers from users and roles: with grants if their policies match, else with a verbatim policy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pcaform.iam.actions import ISSUE, REQUEST
from pcaform.iam.documents import PolicyError, read_document
from pcaform.importer.infer.context import (
    INCOMPLETE_RESOURCE,
    Context,
    Entries,
    NotRepresentable,
    SpecEntry,
    representable,
)
from pcaform.importer.infer.grants import find_grants, is_named_by_stack
from pcaform.importer.infer.principals import (
    PolicyAttachment,
    Principal,
    addresses_of,
    own_settings,
    path_and_tags,
    role_data,
)
from pcaform.sources.inventory import ImportNote, Resource, is_symbolic
from pcaform.spec.issuers import Issuer
from pcaform.terraform import module_names

_STAYS = "it denies and does not allow issuing: it stays attached, and is not in the spec"


class SeveralPolicies(NotRepresentable):
    """Grants do not make the policies of an existing principal together: each needs an entry of its own."""

    def __init__(self, policies: Sequence[PolicyAttachment], notes: Sequence[ImportNote]) -> None:
        self.policies, self.notes = sorted(policies, key=lambda each: each.name), notes


def infer_issuer(principal: Principal, key: str, context: Context) -> tuple[SpecEntry, list[ImportNote]]:
    """Return the entry of a principal, and notes; raises NotRepresentable if it cannot have one."""
    result = Entries()
    with representable():
        choose = _select_policies if context.source.owns_principals else _copy_policies
        attachments = choose(principal, result)
        data = _principal_data(principal, attachments, context=context, result=result)
        is_exact = principal.is_part or _keeps_words(principal, attachments, data, context)
        permissions, arns = _infer_permissions(
            attachments, data=data, is_exact=is_exact, context=context, result=result
        )
        data |= permissions
        Issuer.model_validate(data)
    moving = principal if is_owned(data) else replace(principal, resource=None)
    differences = list(_note_differences(attachments, data, context))
    if differences and not is_owned(data):
        raise SeveralPolicies(attachments, result.notes)
    notes = [*result.notes, *differences]
    addresses, unmoved = addresses_of(moving, attachments, module_names.issuer(key))
    resource = principal.resource or attachments[0].resource
    return SpecEntry("issuers", key, data, resource, addresses, arns, unmoved), notes


def is_owned(data: Mapping[str, Any]) -> bool:
    """Tell whether the principal of an entry is of the stack."""
    return "user_name" in data or "role" in data


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
        unnamed = [each.resource.address for each in principal.policies if isinstance(each.data, Mapping)]
        why = f"the name of {unnamed[0]} is chosen when it is applied: import from the state" if unnamed else ""
        raise NotRepresentable(why or f"it has {len(principal.policies)} policies in the source, but none is complete")
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
        replace(each, name=f"{each.name}-{principal.name}" if each.is_shared and not principal.is_part else each.name)
        for each in principal.policies
    ]


def _principal_data(
    principal: Principal, attachments: list[PolicyAttachment], *, context: Context, result: Entries
) -> dict[str, Any]:
    """Return the principal of an entry, with the settings of a principal of the stack."""
    resource = principal.resource
    if resource is not None and principal.kind == "role" and context.source.owns_principals:
        try:
            role = role_data(principal, resource, context)
            return {**own_settings(resource, attachments, context), "role": role}
        except NotRepresentable as why:
            result.leave_out(resource, f"{why}. Only its policies are written")
    elif resource is not None and context.source.owns_principals:
        force = bool(resource.attributes.get("force_destroy"))
        return {"user_name": principal.name, **own_settings(resource, attachments, context), "force_destroy": force}
    first = next((each for each in attachments if each.attachment is not None), attachments[0])
    return {f"existing_{principal.kind}": principal.name, **path_and_tags(first.resource, context)}


def _keeps_words(
    principal: Principal, attachments: list[PolicyAttachment], data: Mapping[str, Any], context: Context
) -> bool:
    """Tell whether a policy of pcaform, merged and split for IAM's limits, is rather copied than written anew.

    Where the spec has the principal already, it has the grants that the policy was made from.
    """
    is_known = ("issuers", principal.kind, principal.name) in context.existing.principals
    return not (is_owned(data) or is_known) and is_named_by_stack(attachments)


def _infer_permissions(
    attachments: list[PolicyAttachment], *, data: dict[str, Any], is_exact: bool, context: Context, result: Entries
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return grants or a verbatim policy, and the ARNs of the CAs in grants."""
    first = attachments[0]
    is_described = len(attachments) == 1 and bool(_description(first.resource)) and not is_symbolic(str(first.data))
    granting = None if is_described else find_grants(attachments, data, context, is_exact=is_exact)
    if granting is not None:
        arns = frozenset(context.arns[key] for grant in granting["grants"] for key in grant["certificate_authorities"])
        return granting, arns
    issuing = [each for each in attachments if _allows_issuing(each)]
    if not context.source.owns_principals and len(issuing) not in (0, len(attachments)):
        denying = (each.resource for each in attachments if each not in issuing and '"Deny"' in each.document)
        result.notes += [ImportNote("listed", each.address, _STAYS) for each in denying]
        return _infer_permissions(issuing, data=data, is_exact=is_exact, context=context, result=result)
    if len(attachments) > 1 and is_owned(data):
        names = ", ".join(each.name for each in attachments)
        reason = "a spec can copy only one of a principal that it makes verbatim"
        raise NotRepresentable(f"its policies {names} do not match grants, and {reason}")
    if len(attachments) > 1:
        raise SeveralPolicies(attachments, result.notes)
    if is_symbolic(str(first.data)):
        raise NotRepresentable(
            f"its policy {first.name} does not match grants, and names a CA whose ARN is not in the files: "
            "import from the state instead, which has it"
        )
    policy = {"name": first.name, "document": first.data, "description": _description(first.resource)}
    return {"policy": policy}, frozenset()


def _note_differences(
    attachments: Sequence[PolicyAttachment], data: Mapping[str, Any], context: Context
) -> Iterator[ImportNote]:
    """Yield notes on settings of policies that would change: a spec has one path, tags and description for all."""
    managed = [each.resource for each in attachments if each.attachment is not None]
    for each in managed:
        if _description(each) and "policy" not in data:
            yield ImportNote("left out", each.address, "a spec cannot have its description: Terraform would replace it")
        one, first = (path_and_tags(policy, context) for policy in (each, managed[0]))
        for name in (name for name in one if one[name] != first[name]):
            reason = f"its {name} {'differs' if name == 'path' else 'differ'} from {managed[0].address}, and a spec"
            effect = "replace" if name == "path" else "change"
            yield ImportNote("left out", each.address, f"{reason} has one for both: Terraform would {effect} it")


def _description(policy: Resource) -> str | None:
    return policy.attributes.get("description") or None


def _allows_issuing(attachment: PolicyAttachment) -> bool:
    """Tell whether a policy allows issuing, whatever else it allows; an unreadable one may."""
    try:
        statements = read_document(attachment.data, attachment.name).statements
    except PolicyError:
        return True
    return any(each.is_allow and any(map(each.matches_action, (ISSUE, REQUEST))) for each in statements)

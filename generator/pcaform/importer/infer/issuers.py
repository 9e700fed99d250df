"""Infers issuers from users and roles: with grants if their policies match, else with a verbatim policy.

Grants are guessed from the statements, and rendered again to check them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.actions import ISSUE, REQUEST
from pcaform.iam.documents import PolicyError, Statement, read_document, read_statements
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import issuer_policies
from pcaform.iam.policies.statements import CURVES
from pcaform.importer.infer.context import (
    INCOMPLETE_RESOURCE,
    Context,
    Entries,
    NotRepresentable,
    SpecEntry,
    representable,
)
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

Grants = list[dict[str, Any]]
_OF_GRANT = re.compile(r"Grant([0-9]+)")
_DENYING = {"deny_other_templates": True}
_STAYS = "it denies and does not allow issuing: it stays attached, and is not in the spec"
_ALWAYS = ("DescribeCertificate", "GetCertificate")


def guess_grants(documents: Sequence[Any], keys: Mapping[str, str]) -> Iterator[Grants]:
    """Yield possible grants of policies: from the names of our statements, then from their content.

    `keys` maps ARNs of CAs to keys. Statements that a packed policy merged have lost their names.
    """
    for read in (_from_names, _from_content):
        try:
            statements = [each for document in documents for each in read_statements(document)]
            grants = read(statements, keys)
        except PARTIAL_DATA_ERRORS:
            continue
        if grants:
            yield grants


def _from_names(statements: Sequence[Statement], keys: Mapping[str, str]) -> Grants:
    by_sid = {each.sid: each for each in statements}
    numbers = sorted({int(match[1]) for name in by_sid if (match := _OF_GRANT.match(name))})
    return [_grant(_statements_of(by_sid, number), keys) for number in numbers]


def _statements_of(statements: Mapping[str, Statement], number: int) -> dict[str, Statement]:
    """Return one grant's statements by their purpose."""
    start = f"Grant{number}"
    named = {name.removeprefix(start): each for name, each in statements.items() if name.startswith(start)}
    return {name: each for name, each in named.items() if not name[:1].isdigit()}


def _grant(statements: Mapping[str, Statement], keys: Mapping[str, str]) -> dict[str, Any]:
    if "Request" in statements:
        return _managed(statements["Request"], [statements.get("Own"), statements.get("Retag")], keys)
    issuing = [each for name, each in statements.items() if name.startswith("Issue")]
    additional = [
        name
        for name, statement in (("ListCertificateAuthorities", "List"), ("RevokeCertificate", "Revoke"))
        if statement in statements
    ]
    return _unmanaged(
        [keys[arn] for arn in issuing[0].resources or ()],
        _templates(issuing[0]),
        key_algorithms=[name for each in issuing for name in _key_algorithms(each)],
        additional=additional,
    )


def _from_content(statements: Sequence[Statement], keys: Mapping[str, str]) -> Grants:
    allowing = [each for each in statements if each.is_allow]
    used = [each for each in allowing if _is_tagged(each)]
    requests = [each for each in allowing if each.names_action(REQUEST)]
    return [*_unmanaged_grants(allowing, keys), *(_managed(each, used, keys) for each in requests)]


def _unmanaged_grants(statements: Sequence[Statement], keys: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield unmanaged grants: CAs with the same permissions share one."""
    profiles: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for statement in statements:
        if statement.names_action(ISSUE) and not any(each.operator == "Bool" for each in statement.conditions):
            for arn in statement.resources or ():
                of_template = profiles.setdefault(arn, {}).setdefault(tuple(_templates(statement)), [])
                of_template += [each for each in _key_algorithms(statement) if each not in of_template]
    revoking = {
        arn for each in statements if each.names_action("acm-pca:RevokeCertificate") for arn in each.resources or ()
    }
    groups: dict[str, list[str]] = {}
    for arn, profile in profiles.items():
        groups.setdefault(repr((profile, arn in revoking)), []).append(arn)
    lists = any(each.names_action("acm-pca:ListCertificateAuthorities") for each in statements)
    for arns in groups.values():
        additional = ["ListCertificateAuthorities"] if lists else []
        additional += ["RevokeCertificate"] if arns[0] in revoking else []
        for templates, algorithms in profiles[arns[0]].items():
            yield _unmanaged([keys[arn] for arn in arns], templates, key_algorithms=algorithms, additional=additional)
            additional, lists = [], False


def _unmanaged(
    cas: list[str], templates: Sequence[str], *, key_algorithms: list[str], additional: list[str]
) -> dict[str, Any]:
    return {
        "certificates": "unmanaged",
        "certificate_authorities": cas,
        "templates": list(templates),
        "key_algorithms": key_algorithms,
        "additional_actions": additional,
    }


def _managed(request: Statement, used: Sequence[Statement | None], keys: Mapping[str, str]) -> dict[str, Any]:
    actions = [name.partition(":")[2] for each in used if each is not None for name in each.actions or ()]
    return {
        "certificates": "managed",
        "certificate_authorities": [keys[arn] for arn in request.values_of("StringEquals", "acm:CertificateAuthority")],
        "domain_names": request.values_of("ForAllValues:StringLike", "acm:DomainNames"),
        "key_algorithms": request.values_of("StringEquals", "acm:KeyAlgorithm"),
        "additional_actions": sorted({name for name in actions if name not in _ALWAYS}),
    }


def _is_tagged(statement: Statement) -> bool:
    return any(each.operator == "StringEquals" and "ResourceTag/" in each.name for each in statement.conditions)


def _templates(statement: Statement) -> list[str]:
    return [arn.split(":template/")[1] for arn in statement.values_of("ArnLike", "acm-pca:TemplateArn")]


def _key_algorithms(statement: Statement) -> list[str]:
    """Return the keys that the X.509 condition keys of a statement allow."""
    sizes = statement.values_of("NumericEquals", "acm-pca:x509Key/size")
    curves = statement.values_of("StringEquals", "acm-pca:x509Key/curve")
    return [f"RSA_{size}" for size in sizes] + [name for name in CURVES if name.removeprefix("EC_") in curves]


def infer_issuer(principal: Principal, key: str, context: Context) -> tuple[SpecEntry, list[ImportNote]]:
    """Return the entry of a principal, and notes; raises NotRepresentable if it cannot have one."""
    result = Entries()
    with representable():
        choose = _select_policies if context.source.owns_principals else _copy_policies
        attachments = choose(principal, result)
        data = _principal_data(principal, attachments, context=context, result=result)
        permissions, arns = _infer_permissions(attachments, data=data, context=context, result=result)
        data |= permissions
        Issuer.model_validate(data)
    is_owned = "user_name" in data or "role" in data
    moving = principal if is_owned else replace(principal, resource=None)
    differences = list(_note_differences(attachments, data, context))
    if differences and not is_owned:
        raise NotRepresentable(f"of its policy {differences[0].address}: {differences[0].reason}")
    notes = [*result.notes, *differences]
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
            role = role_data(principal, resource, context)
            return {**own_settings(resource, attachments, context), "role": role}
        except NotRepresentable as why:
            result.leave_out(resource, f"{why}. Only its policies are written")
    elif resource is not None and context.source.owns_principals:
        force = bool(resource.attributes.get("force_destroy"))
        return {"user_name": principal.name, **own_settings(resource, attachments, context), "force_destroy": force}
    first = next((each for each in attachments if each.attachment is not None), attachments[0])
    return {f"existing_{principal.kind}": principal.name, **path_and_tags(first.resource, context)}


def _infer_permissions(
    attachments: list[PolicyAttachment], *, data: dict[str, Any], context: Context, result: Entries
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return grants or a verbatim policy, and the ARNs of the CAs in grants."""
    first = attachments[0]
    is_described = len(attachments) == 1 and bool(_description(first.resource)) and not is_symbolic(str(first.data))
    granting = None if is_described else _infer_grants(attachments, data=data, context=context)
    if granting is not None:
        arns = frozenset(context.arns[key] for grant in granting["grants"] for key in grant["certificate_authorities"])
        return granting, arns
    issuing = [each for each in attachments if _allows_issuing(each)]
    if not context.source.owns_principals and len(issuing) not in (0, len(attachments)):
        denying = (each.resource for each in attachments if each not in issuing and '"Deny"' in each.document)
        result.notes += [ImportNote("listed", each.address, _STAYS) for each in denying]
        return _infer_permissions(issuing, data=data, context=context, result=result)
    if len(attachments) > 1:
        names = ", ".join(each.name for each in attachments)
        raise NotRepresentable(f"its policies {names} do not match grants, and a spec can copy only one verbatim")
    if is_symbolic(str(first.data)):
        raise NotRepresentable(
            f"its policy {first.name} does not match grants, and names a CA whose ARN is not in the files: "
            "import from the state instead, which has it"
        )
    policy = {"name": first.name, "document": first.data, "description": _description(first.resource)}
    return {"policy": policy}, frozenset()


def _infer_grants(
    attachments: list[PolicyAttachment], *, data: dict[str, Any], context: Context
) -> dict[str, Any] | None:
    """Return the grants that render to these policies, except for order, statement names and lists of one.

    An existing principal can have the stack's deny statement, or be without it.
    """
    documents = [each.data for each in attachments]
    try:
        statements = normalized_statements(documents)
    except PARTIAL_DATA_ERRORS:
        return None
    is_owned = "user_name" in data or "role" in data
    for grants, denying in product(guess_grants(documents, context.keys), ({},) if is_owned else ({}, _DENYING)):
        found = {"grants": grants, **denying}
        rendered = _render({**data, **found}, context)
        if (
            rendered is not None
            and normalized_statements(rendered.values()) == statements
            and _has_names(rendered, attachments, context)
        ):
            return found
    return None


def _render(data: dict[str, Any], context: Context) -> Mapping[str, Any] | None:
    """Return the policies of an issuer, or None if a spec cannot express it, such as a template with `*`."""
    try:
        return issuer_policies.documents(Issuer.model_validate(data), context.aws, arn_of=context.arns.__getitem__)
    except ValidationError:
        return None


def _has_names(rendered: Mapping[str, Any], attachments: list[PolicyAttachment], context: Context) -> bool:
    """Tell whether a stack would neither rename nor change any of the policies that exist; an inline one stays.

    Terraform replaces a renamed one. In an account, one that stays under another name is the last resort: a spec has
    one policy word for word, and no more.
    """
    existing = {each.name: each.data for each in attachments if each.attachment is not None and not each.is_shared}
    if any(
        normalized_statements([existing[name]]) != normalized_statements([rendered[name]])
        for name in existing.keys() & rendered.keys()
    ):
        return False
    is_inline = len(existing) < len(attachments)
    is_last_resort = not context.source.has_addresses and len(attachments) > 1 and not existing.keys() & rendered.keys()
    return is_inline or is_last_resort or existing.keys() == rendered.keys()


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

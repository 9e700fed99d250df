"""Users and roles of an inventory -> issuers: grants where their policies are what grants make, verbatim otherwise."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import issuer_policies
from pcaform.importer.infer.entry import Entries, SpecEntry
from pcaform.importer.infer.errors import NOT_WHOLE, NotRepresentable, reason_of
from pcaform.importer.infer.grants import Grants, readings
from pcaform.importer.infer.policy_copies import copies, issuing
from pcaform.importer.infer.principal_moves import addresses_of
from pcaform.importer.infer.principal_policies import PolicyAttachment, Principal
from pcaform.importer.infer.tags import tags_of
from pcaform.importer.infer.trust_policies import infer_trust
from pcaform.sources.inventory import ImportNote, Resource, is_symbolic
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws

CA_ARN = re.compile(r"arn:aws[a-z-]*:acm-pca:[a-z0-9-]*:[0-9]{12}:certificate-authority/[A-Za-z0-9-]+")
_SESSION = 3600


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a principal takes besides the principal."""

    aws: Aws
    keys: Mapping[str, str]
    """The keys of CAs by ARN."""
    is_live: bool
    """Whether principals are only attached to: nobody gave them to this stack."""


def issuer(principal: Principal, key: str, reader: Reader) -> tuple[SpecEntry, Entries]:
    """Return the entry of a principal with what is not in it; raises Unexpressed where it has none."""
    findings = Entries()
    try:
        held = copies(principal) if reader.is_live else _chosen(principal, findings)
        entry = _principal(principal, held, reader=reader, findings=findings)
        rights, named = _rights(principal, held, entry=entry, reader=reader)
        entry |= rights
        Issuer.model_validate(entry)
    except ValidationError as error:
        raise NotRepresentable(reason_of(error)) from None
    except PARTIAL_DATA_ERRORS:
        raise NotRepresentable(NOT_WHOLE) from None
    is_owned = "user_name" in entry or "role" in entry
    shown = principal if is_owned else replace(principal, resource=None)
    if is_owned and not reader.is_live:
        findings.notes += _differing(principal, held)
    addresses, unmoved = addresses_of(shown, held, f"issuer_{key}")
    resource = principal.resource or held[0].policy
    return SpecEntry("issuers", key, entry, resource, addresses=addresses, needs=named, unmoved=unmoved), findings


def _chosen(principal: Principal, findings: Entries) -> list[PolicyAttachment]:
    """Return the policies that a spec can hold; raises Unexpressed where there is none, or one of them is shared."""
    for attachment in principal.unread:
        reason = f"it attaches {attachment.attributes.get('policy_arn')}, and a spec attaches only policies of its own"
        findings.leave_out(attachment, reason)
    whole = [each for each in principal.held if isinstance(each.document, Mapping) and each.name]
    about = [each for each in whole if each.is_about_authorities] or whole
    for each in principal.held:
        if each not in about:
            findings.leave_out(each.policy, "it says nothing about private CAs")
    if not about:
        raise NotRepresentable(f"it has {len(principal.held)} policies in what was read, none that is whole")
    shared = [each.name for each in about if each.is_shared]
    if shared:
        raise NotRepresentable(f"others hold its policy {', '.join(shared)} too: a spec has one for each issuer")
    return about


def _principal(
    principal: Principal, held: list[PolicyAttachment], *, reader: Reader, findings: Entries
) -> dict[str, Any]:
    """Return who an entry is about, with the settings that only a principal of the stack has."""
    resource = principal.resource
    if resource is not None and principal.kind == "role" and not reader.is_live:
        try:
            return {**_shared(resource, reader), "role": role_of(resource, reader.aws)}
        except NotRepresentable as why:
            findings.leave_out(resource, f"{why.reason}. Only its policies are written; take the role out of the state")
    elif resource is not None and not reader.is_live:
        force = bool(resource.attributes.get("force_destroy"))
        return {"user_name": principal.name, **_shared(resource, reader), "force_destroy": force}
    first = held[0].policy
    return {
        f"existing_{principal.kind}": principal.name,
        "path": first.attributes.get("path") or "/",
        "tags": tags_of(first, reader.aws.default_tags),
    }


def role_of(resource: Resource, aws: Aws) -> dict[str, Any]:
    """Return the role's own settings; raises Unexpressed where its trust cannot be said."""
    has = resource.attributes
    session = has.get("max_session_duration")
    return {
        "role_name": has["name"],
        "trust": infer_trust(has.get("assume_role_policy"), aws),
        "max_session_duration": None if session == _SESSION else session,
    }


def _shared(resource: Resource, reader: Reader) -> dict[str, Any]:
    has = resource.attributes
    return {
        "path": has.get("path") or "/",
        "permissions_boundary": has.get("permissions_boundary") or None,
        "tags": tags_of(resource, reader.aws.default_tags),
    }


def _rights(
    principal: Principal, held: list[PolicyAttachment], *, entry: dict[str, Any], reader: Reader
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return grants or a verbatim policy, and the ARNs of the CAs that grants name."""
    found = _granted(principal, held, entry=entry, reader=reader)
    if found is not None:
        arns = {key: arn for arn, key in reader.keys.items()}
        named = frozenset(arns[key] for grant in found for key in grant["certificate_authorities"])
        return {"grants": found}, named
    if reader.is_live and len(issuing(held)) not in (0, len(held)):
        return _rights(principal, issuing(held), entry=entry, reader=reader)
    if len(held) > 1:
        names = ", ".join(each.name for each in held)
        raise NotRepresentable(f"its policies {names} are not what grants make, and a spec takes one word for word")
    if is_symbolic(str(held[0].document)):
        raise NotRepresentable(
            f"its policy {held[0].name} is not what grants make, and names a CA whose ARN no file holds: import "
            "from the state instead, where it is known"
        )
    return {"policy": {"name": held[0].name, "document": held[0].document}}, frozenset()


def _granted(
    principal: Principal, held: list[PolicyAttachment], *, entry: dict[str, Any], reader: Reader
) -> Grants | None:
    """Return the grants that make these very policies, order, names of statements and lists of one aside."""
    documents = [each.document for each in held]
    try:
        found = normalized_statements(documents)
    except PARTIAL_DATA_ERRORS:
        return None
    kinds = (
        [entry, {f"{'role' if principal.kind == 'role' else 'user'}_name": principal.name}]
        if reader.is_live
        else [entry]
    )
    for grants in readings(documents, reader.keys):
        for kind in kinds:
            made = _made({**kind, "grants": grants}, reader)
            if made is not None and normalized_statements(made.values()) == found and _has_names(made, held, reader):
                return grants
    return None


def _made(entry: dict[str, Any], reader: Reader) -> Mapping[str, Any] | None:
    """Return the policies of an issuer, or None where a spec cannot say it: a template with `*`, for one."""
    arns = {key: arn for arn, key in reader.keys.items()}
    if "role_name" in entry:
        entry = {"role": {"role_name": entry["role_name"], "trust": {}}, "grants": entry["grants"]}
    try:
        return issuer_policies.documents(Issuer.model_validate(entry), reader.aws, arn_of=arns.__getitem__)
    except ValidationError:
        return None


def _has_names(made: Mapping[str, Any], held: list[PolicyAttachment], reader: Reader) -> bool:
    """Tell whether policies have the names that they get here; Terraform replaces one that is renamed."""
    return reader.is_live or any(each.attachment is None for each in held) or set(made) == {each.name for each in held}


def _differing(principal: Principal, held: list[PolicyAttachment]) -> list[ImportNote]:
    """Return what would change on a principal's policies, since a spec says it of the principal once."""
    said: list[Callable[[PolicyAttachment], str | None]] = [_described]
    if principal.resource is not None:
        path = principal.resource.attributes.get("path") or "/"
        said.append(
            lambda each: (
                None
                if each.attachment is None or (each.policy.attributes.get("path") or "/") == path
                else f"its path is not that of its {principal.kind}, {path}: Terraform would replace it"
            )
        )
    return [ImportNote("left out", each.policy.address, why) for each in held for tell in said if (why := tell(each))]


def _described(each: PolicyAttachment) -> str | None:
    return (
        "a spec has no description: Terraform would replace it" if each.policy.attributes.get("description") else None
    )

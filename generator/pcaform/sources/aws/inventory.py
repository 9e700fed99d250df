"""Account snapshot -> the inventory of `import aws`: CAs, certificates and issuers, and notes on the others.

Of the policies of an issuer only those about the CAs are there: others do not belong into a spec, and stay attached,
since a stack only adds policies to existing principals.

Statuses of CAs: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateCA.html, and how provider aws 5.100
reads them: every status but DISABLED is `enabled = true`, and a DELETED CA does not exist.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pcaform.core.formats.text import day
from pcaform.core.renewal import CERTIFICATE_STATUSES, certificate_status, is_for_own_account
from pcaform.iam.documents import PolicyError
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import (
    GONE,
    AccountSnapshot,
    CaStatus,
    Certificate,
    IamPrincipal,
    IamPrincipals,
    Policy,
)
from pcaform.sources.aws import api_calls
from pcaform.sources.aws.access_level import AccessLevel, AccountScope, access_level, affects, can_issue
from pcaform.sources.aws.snapshot import PARTS, Filters, SnapshotRequest
from pcaform.sources.inventory import ImportNote, Inventory, NoteKind, Resource
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY, IAM_POLICY, PERMISSION, SHARE
from pcaform.terraform.schema import LIVE

_MANAGED_PATHS = {
    "/aws-reserved/sso.amazonaws.com/": "IAM Identity Center manages this role: change its permission set instead",
    "/aws-service-role/": "its service manages this service-linked role",
}
_MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class StatusHandling:
    """Whether a CA is written, and the note about it, which may contain `{until}`, `{ended}` and `{why}`.

    `kind` is that of the note: `listed` if there is nothing to do, `left out` if there is.
    """

    is_written: bool
    note: str = ""
    kind: NoteKind = "left out"


STATUSES: Mapping[str, StatusHandling] = {
    "ACTIVE": StatusHandling(is_written=True),
    "DISABLED": StatusHandling(is_written=True),
    "EXPIRED": StatusHandling(
        is_written=True,
        note="its certificate expired on {ended}: it is written unchanged, but cannot issue until it has a new one",
        kind="listed",
    ),
    "CREATING": StatusHandling(is_written=False, note="AWS is still creating it: import again when it is ready"),
    "PENDING_CERTIFICATE": StatusHandling(
        is_written=False,
        note="it has no certificate yet, and an 'arn' in a spec needs an active CA: install the certificate first, "
        "or delete the CA and let a stack create it",
    ),
    "FAILED": StatusHandling(is_written=False, note="AWS could not create it ({why}): delete it"),
    "DELETED": StatusHandling(is_written=False, note="it is deleted and can be restored until {until}", kind="listed"),
}
"""All statuses of AWS, in the order of the documentation, which shows this table."""

_NEW = StatusHandling(is_written=False, note="this release does not know its status: update pcaform")


def import_request(filters: Filters) -> SnapshotRequest:
    """Return what `import aws` reads: everything about the CAs that it writes, but no buckets."""
    return SnapshotRequest(
        tuple(PARTS),
        filters,
        statuses=account_snapshot.CERTIFIED,
        certificates=(api_calls.ACM_CERTIFICATE, api_calls.ACM_TAGS),
        has_principals=True,
        has_policy_settings=True,
    )


def to_inventory(snapshot: AccountSnapshot) -> Inventory:
    """Return the CAs with their permissions, policies, certificates and issuers, and notes on what is left out."""
    notes = list(snapshot.notes)
    resources: list[Resource] = []
    origins = {ca.arn: _origin(snapshot, ca) for ca in snapshot.authorities if _handling(ca.status).is_written}
    scope = AccountScope(snapshot.account_id, tuple(origins))
    found = [item for ca in snapshot.authorities for item in _list_ca(ca, origins)]
    found += [item for each in snapshot.certificates for item in _list_certificate(each, origins)]
    if snapshot.principals is not None:
        found += _list_issuers(snapshot.principals, scope)
    for item in found:
        (notes if isinstance(item, ImportNote) else resources).append(item)  # type: ignore[arg-type]
    pending = [ca for ca in snapshot.authorities if not _handling(ca.status).is_written and ca.status not in GONE]
    return Inventory(
        tuple(resources),
        tuple(notes),
        source=LIVE,
        account_id=snapshot.account_id,
        region=snapshot.regions[0],
        unselected=tuple(Resource(AUTHORITY, ca.arn, ca.arguments, ca.arn) for ca in (*snapshot.unselected, *pending)),
    )


def _handling(status: str) -> StatusHandling:
    return STATUSES.get(status, _NEW)


def _origin(snapshot: AccountSnapshot, ca: CaStatus) -> str:
    owner = ca.arn.split(":")[4]
    return f"{ca.region}, shared by {owner} with {snapshot.account_id}" if ca.is_foreign else f"{ca.region}, {owner}"


def _list_ca(ca: CaStatus, origins: Mapping[str, str]) -> Iterator[Resource | ImportNote]:
    """Yield a CA with its permissions and policy, and notes."""
    handling = _handling(ca.status)
    if handling.note:
        why = ca.failure or "no reason given"
        message = handling.note.format(until=day(ca.restorable_until), ended=day(ca.ends), why=why)
        yield ImportNote(handling.kind, ca.arn, message)
    if not handling.is_written:
        return
    is_reference = ca.is_foreign or bool(ca.unmanageable)
    if ca.unmanageable and not ca.is_foreign:
        reason = f"{ca.unmanageable}; it is written as a reference, which is not managed"
        yield ImportNote("left out", ca.arn, reason)
    attributes = {**ca.arguments, **_read_attributes(ca)}
    yield Resource(AUTHORITY, ca.arn, attributes, ca.arn, origins[ca.arn], is_reference, provider=None)
    if not is_reference:
        yield from (ImportNote("left out", ca.arn, setting) for setting in ca.unsupported_settings)
    for permission in ca.permissions:
        source = permission.source_account
        about = {"certificate_authority_arn": ca.arn, "principal": permission.principal, "source_account": source}
        address = f"{ca.arn},{permission.principal}"
        if not is_for_own_account(source, ca.arn):
            address += f",{source}"
        attributes = {**about, "actions": list(permission.actions)}
        yield Resource(PERMISSION, address, attributes, f"{ca.arn},{permission.principal},{source}", origins[ca.arn])
    if ca.policy:
        attributes = {"resource_arn": ca.arn, "policy": ca.policy}
        yield Resource(SHARE, f"{ca.arn},policy", attributes, ca.arn, origin=origins[ca.arn])


def _read_attributes(ca: CaStatus) -> dict[str, object]:
    """Return the attributes of the parts that were read; one that could not be read is absent, not empty."""
    parts: dict[str, dict[str, object]] = {
        account_snapshot.CERTIFICATE: {"certificate": ca.certificate, "certificate_chain": ca.certificate_chain},
        account_snapshot.REQUEST: {"certificate_signing_request": ca.request},
        account_snapshot.TAGS: {"tags_all": ca.tags},
    }
    read = (attributes for part, attributes in parts.items() if part not in ca.unread)
    return {name: value for attributes in read for name, value in attributes.items()}


def _list_certificate(certificate: Certificate, origins: Mapping[str, str]) -> Iterator[Resource | ImportNote]:
    """Yield a certificate of a CA that is written, unless it has ended, was never issued, or is an issuer's."""
    arn, status = certificate.arn, certificate_status(certificate.status)
    if certificate.authority not in origins:
        return
    if certificate.status not in CERTIFICATE_STATUSES or status.is_final:
        problem = status.describe(reason=certificate.failure, ended=day(certificate.ends))
        kind: NoteKind = "listed" if status.is_final else "unknown"
        yield ImportNote(kind, arn, f"this certificate of ACM is not written: {problem}; {status.advice}")
        return
    if ISSUER_TAG in certificate.tags:
        yield ImportNote("listed", arn, f"requested by the issuer {certificate.tags[ISSUER_TAG]}, who manages it")
        return
    if certificate.unread_tags:
        yield ImportNote("unknown", arn, f"tags: {certificate.unread_tags}")
    renewal = {"renewal_status": certificate.renewal, "renewal_status_reason": certificate.reason}
    attributes = {
        "arn": arn,
        "certificate_authority_arn": certificate.authority,
        "domain_name": certificate.name,
        "key_algorithm": certificate.key_algorithm,
        "subject_alternative_names": list(certificate.names),
        "tags_all": certificate.tags,
        "status": certificate.status,
        "renewal_summary": [renewal] if certificate.renewal else [],
    }
    yield Resource(ACM_CERTIFICATE, arn, attributes, arn, origin=origins[certificate.authority])


def _list_issuers(iam_principals: IamPrincipals, scope: AccountScope) -> Iterator[Resource | ImportNote]:
    """Yield the principals that can issue from some CAs, each with its policies that allow it, and notes."""
    yield from iam_principals.notes
    managed: set[str] = set()
    others = []
    for principal in iam_principals.principals:
        try:
            level = access_level(principal.policies, principal.known_boundary, scope)
        except PolicyError as error:
            yield ImportNote("unknown", principal.arn, f"its permissions: {error}")
            continue
        if level is AccessLevel.OTHER:
            others.append(principal.name)
        elif level > AccessLevel.OTHER:
            yield from _list_issuer(principal, level, scope, managed)
    if others:
        more = f" and {len(others) - _MAX_SHOWN} more" if len(others) > _MAX_SHOWN else ""
        shown = ", ".join(sorted(others)[:_MAX_SHOWN])
        reason = f"they may read, revoke or administer, but not issue: {shown}{more}"
        yield ImportNote("listed", scope.account_id, reason)


def _list_issuer(
    principal: IamPrincipal, level: AccessLevel, scope: AccountScope, managed: set[str]
) -> Iterator[Resource | ImportNote]:
    allowing = [policy for policy in principal.policies if can_issue(policy, scope)]
    for start, why in _MANAGED_PATHS.items():
        if principal.path.startswith(start):
            yield ImportNote("listed", principal.arn, f"it may issue by {_policy_names(allowing)}; {why}")
            return
    if level is AccessLevel.ADMINISTRATOR:
        means = _policy_names(allowing)
        reason = f"an administrator: it may issue by {means}, and create CAs, so it is not an issuer"
        yield ImportNote("listed", principal.arn, reason)
        return
    aws_policies = [policy for policy in allowing if not policy.group and _is_aws_managed(policy)]
    inherited = [policy for policy in allowing if policy.group]
    if inherited:
        groups = ", ".join(sorted({f"'{policy.group}'" for policy in inherited}))
        means = f"{_policy_names(inherited)} of the group {groups}"
        reason = f"it may issue by {means}: a spec has no groups, so that policy stays unchanged"
        yield ImportNote("left out", principal.arn, reason)
    if aws_policies:
        reason = (
            f"it may issue by the AWS managed policy {_policy_names(aws_policies)}, which stays attached: "
            "a spec would only add a copy of it. Give the principal grants, then detach that policy"
        )
        yield ImportNote("listed", principal.arn, reason)
    if any(map(_is_own, allowing)):
        attributes = {"arn": principal.arn, "name": principal.name, "path": principal.path}
        attributes |= {"permissions_boundary": principal.boundary.arn} if principal.boundary else {}
        kind, origin = f"aws_iam_{principal.kind}", _account_of(principal)
        yield Resource(kind, principal.arn, attributes, principal.name, origin=origin)
        # Long grants are split over several policies: one may allow issuing, the next one reading.
        related = [policy for policy in principal.policies if _is_own(policy) and affects(policy, scope)]
        yield from _policy_resources(principal, related, managed)


def _policy_resources(principal: IamPrincipal, policies: Sequence[Policy], managed: set[str]) -> Iterator[Resource]:
    kind, origin = principal.kind, _account_of(principal)
    for policy in policies:
        address = f"{principal.arn}/{policy.name}"
        if not policy.arn:
            attributes = {kind: principal.name, "name": policy.name, "policy": policy.document}
            identity = f"{principal.name}:{policy.name}"
            yield Resource(f"aws_iam_{kind}_policy", address, attributes, identity, origin=origin)
            continue
        if policy.arn not in managed:
            managed.add(policy.arn)
            path = policy.arn.partition(":policy")[2].rpartition("/")[0] + "/"
            settings = {"path": path, "description": policy.description, "tags_all": policy.tags}
            about = {"arn": policy.arn, "name": policy.name, "policy": policy.document, **settings}
            yield Resource(IAM_POLICY, policy.arn, about, policy.arn, is_reference=_is_aws_managed(policy))
        attributes = {kind: principal.name, "policy_arn": policy.arn}
        identity = f"{principal.name}/{policy.arn}"
        yield Resource(f"aws_iam_{kind}_policy_attachment", address, attributes, identity, origin=origin)


def _is_aws_managed(policy: Policy) -> bool:
    return policy.arn.split(":")[4:5] == ["aws"]


def _is_own(policy: Policy) -> bool:
    return not policy.group and not _is_aws_managed(policy)


def _account_of(principal: IamPrincipal) -> str:
    return f"account {principal.arn.split(':')[4]}"


def _policy_names(policies: Iterable[Policy]) -> str:
    return ", ".join(dict.fromkeys(f"'{policy.name}'" for policy in policies))

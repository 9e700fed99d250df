"""Account snapshot -> the inventory of `import aws`: which CAs and certificates it has, and notes on the others.

Statuses of CAs: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateCA.html, and how provider aws 5.100
reads them: every status but DISABLED is `enabled = true`, and a DELETED CA does not exist.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pcaform.core.formats.text import day
from pcaform.core.renewal import CERTIFICATE_STATUSES, certificate_status, is_for_own_account
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import CERTIFIED, AccountSnapshot, CaStatus, Certificate
from pcaform.sources.aws import api_calls, issuers
from pcaform.sources.aws.access_level import AccountScope
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.snapshot import PARTS, SnapshotRequest
from pcaform.sources.inventory import ImportNote, Inventory, NoteKind, Resource
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY, PERMISSION, SHARE
from pcaform.terraform.source_kind import LIVE


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
        statuses=CERTIFIED,
        certificates=(api_calls.ACM_CERTIFICATE, api_calls.ACM_TAGS),
        has_principals=True,
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
        found += issuers.list_issuers(snapshot.principals, scope)
    for item in found:
        (notes if isinstance(item, ImportNote) else resources).append(item)  # type: ignore[arg-type]
    return Inventory(tuple(resources), tuple(notes), source=LIVE, account_id=snapshot.account_id)


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
    yield Resource(AUTHORITY, ca.arn, attributes, ca.arn, origin=origins[ca.arn], is_reference=is_reference)
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

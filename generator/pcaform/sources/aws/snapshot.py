"""Reads the current state of an account's CAs: status, expiry, and the requested parts.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html; for a CA in creation,
failed or deleted, AWS returns only what the list of CAs contains.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from pcaform.core import facts
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus
from pcaform.sources.aws import api_calls, convert
from pcaform.sources.aws.api_calls import ApiCall, FailedCall, Responses
from pcaform.sources.aws.list_cas import OWN, ListedCa, list_cas
from pcaform.sources.aws.parallel import run_calls
from pcaform.sources.aws.progress import ProgressCallback, no_progress
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

PARTS = {
    account_snapshot.PERMISSIONS: api_calls.PERMISSIONS,
    account_snapshot.POLICY: api_calls.POLICY,
    account_snapshot.CERTIFICATE: api_calls.CERTIFICATE,
    account_snapshot.TAGS: api_calls.TAGS,
}
"""The parts of a CA, and the operation that reads each."""

_CERTIFIED = ("ACTIVE", "DISABLED", "EXPIRED")
_PENDING = "PENDING_CERTIFICATE"
_FOREIGN = (account_snapshot.CERTIFICATE,)


def read_snapshot(
    account: Account,
    parts: Iterable[str],
    *,
    is_selected: Callable[[CaStatus], bool] | None = None,
    report_progress: ProgressCallback = no_progress,
) -> AccountSnapshot:
    """Return the CAs of an account and those shared with it, by region and name, with the requested parts.

    `is_selected` filters the listed CAs, by default all; no parts are read of the others.
    """
    listed = list(list_cas(account))
    notes = [item for item in listed if isinstance(item, ImportNote)]
    statuses = [_read_listed(item) for item in listed if isinstance(item, ListedCa)]
    cas = sorted((ca for ca in statuses if is_selected is None or is_selected(ca)), key=_order)
    parts_by_arn = {ca.arn: _readable_parts(ca, tuple(parts)) for ca in cas}
    requested = [ApiCall(PARTS[part], arn) for arn, of in parts_by_arn.items() for part in of]
    responses: dict[ApiCall, Any] = {}
    for number, (call, response) in enumerate(run_calls(account, requested), start=1):
        responses[call] = response
        report_progress(number, len(requested))
    return AccountSnapshot(
        account.account_id,
        account.regions,
        tuple(_add_parts(ca, parts_by_arn[ca.arn], responses) for ca in cas),
        notes=(*notes, *_failure_notes(requested, responses)),
        unlisted=frozenset(note.address.rpartition("/")[2] for note in notes if note.reason.startswith(OWN)),
    )


def _order(ca: CaStatus) -> tuple[str, str, str]:
    return ca.region, ca.name, ca.arn


def _readable_parts(ca: CaStatus, parts: tuple[str, ...]) -> tuple[str, ...]:
    if ca.status not in (*_CERTIFIED, _PENDING):
        return ()
    excluded = () if ca.status in _CERTIFIED else (account_snapshot.CERTIFICATE,)
    return tuple(part for part in parts if part not in excluded and (not ca.is_foreign or part in _FOREIGN))


def _read_listed(listed: ListedCa) -> CaStatus:
    """Return a CA with the attributes of ListCertificateAuthorities."""
    description = listed.description
    crl = (description.get("RevocationConfiguration") or {}).get("CrlConfiguration") or {}
    return CaStatus(
        listed.arn,
        description["Status"],
        convert.to_arguments(description),
        ends=description.get("NotAfter"),
        restorable_until=description.get("RestorableUntil"),
        failure=description.get("FailureReason", ""),
        is_foreign=listed.is_foreign,
        omits_crl_url=bool((crl.get("CrlDistributionPointExtensionConfiguration") or {}).get("OmitExtension")),
        unsupported_settings=tuple(convert.unsupported_settings(description)),
        unread=frozenset(PARTS),
    )


def _add_parts(ca: CaStatus, requested: tuple[str, ...], responses: Responses) -> CaStatus:
    responses_by_part = {part: responses[ApiCall(PARTS[part], ca.arn)] for part in requested}
    read = {part: response for part, response in responses_by_part.items() if not isinstance(response, FailedCall)}
    values = {name: value for part, response in read.items() for name, value in _read_values(part, response).items()}
    return replace(ca, unread=ca.unread - read.keys(), **values)


def _read_values(part: str, response: Any) -> dict[str, Any]:
    if part == account_snapshot.PERMISSIONS:
        allowed = {
            action for entry in response if entry["Principal"] == facts.ACM_PRINCIPAL for action in entry["Actions"]
        }
        return {"actions": tuple(name for name in facts.ALL_PERMISSION_ACTIONS if name in allowed)}
    if part == account_snapshot.CERTIFICATE:
        return {"certificate": response.get("Certificate", "")}
    return {"tags": convert.user_tags(response)} if part == account_snapshot.TAGS else {"policy": response or ""}


def _failure_notes(requested: Iterable[ApiCall], responses: Responses) -> Iterator[ImportNote]:
    names = {operation: part for part, operation in PARTS.items()}
    for call in requested:
        response = responses[call]
        if isinstance(response, FailedCall):
            yield ImportNote("unknown", call.arn, f"{names[call.operation]}: {response.reason}")

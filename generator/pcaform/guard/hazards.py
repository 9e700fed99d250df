"""What destroying or replacing each kind of resource does at AWS: one function per kind, from a change to remarks.

What a delete does is read in the provider's source (internal/service/acmpca): a CA is disabled and deleted, a
certificate is revoked, a permission is deleted, and an installation is left as it is. What follows from it:
https://docs.aws.amazon.com/privateca/latest/userguide/PCADeleteCA.html,
https://docs.aws.amazon.com/privateca/latest/APIReference/API_DeletePermission.html,
https://docs.aws.amazon.com/privateca/latest/APIReference/API_RevokeCertificate.html
"""

import re
from collections.abc import Callable, Iterator, Mapping

from pcaform.facts import ALL_PERMISSION_ACTIONS
from pcaform.guard.certificates import UnreadableError, certificate, is_rollback
from pcaform.guard.judgement import Doubt, Finding, Note
from pcaform.guard.reading import Change

Remark = Finding | Note | Doubt
_OURS = re.compile(r"module\.ca_(?P<key>[a-z][a-z0-9_-]*)\.")
_FORGET = "a 'removed' block with 'destroy = false'"
_NOTHING = "the provider calls nothing at AWS"
_CAUSES = {
    "delete_because_no_resource_config": "its block is not in the configuration any more",
    "delete_because_no_module": "its module is not in the configuration any more",
    "delete_because_wrong_repetition": "'count' or 'for_each' came or went",
    "delete_because_count_index": "its index is beyond 'count'",
    "delete_because_each_key": "its key is not in 'for_each' any more",
    "delete_because_no_move_target": "it was moved to an address that is not declared",
    "replace_because_tainted": "it is marked as tainted",
    "replace_by_request": "'-replace' asks for it",
    "replace_by_triggers": "'replace_triggered_by' asks for it",
}
"""Terraform's reasons, https://developer.hashicorp.com/terraform/internals/json-format#plan-representation."""


def authority(change: Change) -> Iterator[Remark]:
    """Judge a CA: one that goes takes its key with it, and a new one in its place has another."""
    if not is_destroyed(change):
        return
    days = change.before.get("permanent_deletion_time_in_days")
    window = f"for {days} days" if isinstance(days, int) else "for 7 to 30 days"
    gone = (
        f"AWS disables the CA at once, keeps it restorable {window} and then destroys its key; it issues and renews "
        "nothing from the first moment on, and all below it in the hierarchy loses its issuer"
    )
    if is_replaced(change):
        message = f"a new CA with a new key takes its place, which nothing trusts yet; of the old one {gone}"
        advice = "undo the change and add a second CA under a key of its own, to which issuers move one by one"
        yield _finding(change, "ca-replaced", message, advice)
        return
    advice = (
        f"keep it, or let go of it and leave it at AWS: {_forgetting(change)}; to delete it on purpose set "
        "'deletion_protection: false' first, and wait until every certificate that it issued has ended"
    )
    yield _finding(change, "ca-destroyed", gone, advice)


def issued_certificate(change: Change) -> Iterator[Remark]:
    """Judge a certificate: one that leaves Terraform by a destroy is revoked."""
    if not is_destroyed(change):
        return
    revoked = _revocation(change)
    if is_replaced(change):
        advice = "undo the change; to renew, add a further generation, which leaves this certificate valid"
        yield _finding(change, "certificate-replaced", f"{revoked}; another one is issued in its place", advice)
        return
    advice = f"keep it, or let go of it without revoking it: {_FORGET}, which is also how an old generation retires"
    yield _finding(change, "certificate-destroyed", revoked, advice)


def permission(change: Change) -> Iterator[Remark]:
    """Judge a permission: without it ACM renews nothing, and nobody hears of it before a certificate ends."""
    if not is_destroyed(change):
        return
    silence = "every certificate that ACM manages on this CA runs out at its end, with no error before"
    if not is_replaced(change):
        message = f"ACM may not renew from the CA any more: {silence}"
        advice = f"keep the entry under 'permissions'; if it must leave Terraform, let go of it: {_FORGET}"
        yield _finding(change, "permission-destroyed", message, advice)
        return
    message = f"ACM may not renew between the destroy and the create, and if the create fails never again: {silence}"
    granted = change.after.get("actions")
    lacking = sorted(set(ALL_PERMISSION_ACTIONS) - set(granted)) if isinstance(granted, list) else []
    if lacking:
        message = f"ACM loses {', '.join(lacking)} and renews only with all three actions: {silence}"
    advice = "undo the change of its arguments; if it must be, do it while no renewal is due, and look at the CA after"
    yield _finding(change, "permission-replaced", message, advice)


def installation(change: Change) -> Iterator[Remark]:
    """Judge an installation: its destroy does nothing at AWS, but a replacement may put an older certificate back."""
    if is_replaced(change):
        yield _installed_anew(change)
    elif is_destroyed(change):
        yield Note(change.address, f"destroyed in Terraform only: {_NOTHING}, and the CA keeps its certificate")


HAZARDS: Mapping[str, Callable[[Change], Iterator[Remark]]] = {
    "aws_acmpca_certificate_authority": authority,
    "aws_acmpca_certificate": issued_certificate,
    "aws_acmpca_permission": permission,
    "aws_acmpca_certificate_authority_certificate": installation,
}
"""The kinds of resources that are judged, each with its function."""


def is_destroyed(change: Change) -> bool:
    """Tell whether the object that is there now goes; Terraform asks readers to look for this one word."""
    return "delete" in change.actions


def is_replaced(change: Change) -> bool:
    """Tell whether another object takes its place."""
    return is_destroyed(change) and "create" in change.actions


def _installed_anew(change: Change) -> Remark:
    """Compare the certificate that is live (Terraform has just read it) with the one that takes its place."""
    if _is_installed_elsewhere(change) or change.unknown.get("certificate"):
        return Note(change.address, f"replaced to install a new certificate: {_NOTHING} for the destroy in it")
    try:
        live, planned = certificate(change.before.get("certificate")), certificate(change.after.get("certificate"))
    except UnreadableError:
        return Doubt(change.address, "the plan does not hold both the live certificate and the one to be installed")
    if not is_rollback(live, planned):
        return Note(change.address, f"replaced to install {planned} over {live}: {_NOTHING} for the destroy in it")
    message = (
        f"the CA has {live} installed and gets {planned} in its place, which is not newer: it was renewed outside "
        "Terraform, or a generation is taken back"
    )
    advice = "keep the live certificate: 'activation: external' for a CA renewed elsewhere, else a further generation"
    return _finding(change, "certificate-rolled-back", message, advice)


def _is_installed_elsewhere(change: Change) -> bool:
    name = "certificate_authority_arn"
    return bool(change.unknown.get(name)) or change.before.get(name) != change.after.get(name)


def _revocation(change: Change) -> str:
    """Return what becomes of a certificate at AWS; the provider passes over AWS's refusal to revoke a root."""
    try:
        found = certificate(change.before.get("certificate"))
    except UnreadableError:
        return "AWS revokes the certificate: whoever checks revocation refuses it and all that was issued below it"
    if found.is_self_issued:
        return f"AWS revokes no self-signed certificate, but Terraform loses {found}, which the CA may have installed"
    return f"AWS revokes {found}: whoever checks revocation refuses it and all that was issued below it"


def _finding(change: Change, rule: str, message: str, advice: str) -> Finding:
    address = f"{change.address} (deposed {change.deposed})" if change.deposed else change.address
    return Finding(address, rule, change.actions, _cause(change), change.paths, message, advice)


def _cause(change: Change) -> str:
    """Return what forces the change, in words; empty where Terraform does not say."""
    if change.paths:
        return f"{', '.join(repr(path) for path in change.paths)} {'change' if len(change.paths) > 1 else 'changes'}"
    return _CAUSES.get(change.reason, change.reason)


def _forgetting(change: Change) -> str:
    found = _OURS.match(change.address)
    return f"'removed: {{{found['key']}: forget}}' in the spec" if found else _FORGET

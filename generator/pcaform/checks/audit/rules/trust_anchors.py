"""Rules about trust anchors of IAM Roles Anywhere, which rest on CAs.

An anchor trusts what its CA or a CA below it issued, within the validity that its CA's certificate had when the anchor
was last created or updated: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/getting-started.html.
"""

from collections.abc import Iterator
from datetime import datetime

from pcaform.checks.audit.rule import AuditContext, AuditFinding, rule
from pcaform.core.formats.text import day
from pcaform.core.x509 import parse_or_none
from pcaform.sources.account_snapshot import CERTIFIED, CaStatus, TrustAnchor

_SOURCE = "rolesanywhere/latest/userguide/getting-started.html"
_UPDATE = "aws rolesanywhere update-trust-anchor"
_MOVE = "make another trust anchor for its clients; if nothing uses this one: aws rolesanywhere disable-trust-anchor"
_ABSENT = ("in a region that was not read", "not one of this account or shared with it")
_RENEW = f"renew the CA, then {_UPDATE} with the same CA"


@rule("anchor-without-ca", source=_SOURCE)
def anchor_without_ca(context: AuditContext) -> Iterator[AuditFinding]:
    """An enabled trust anchor rests on a CA that is gone, deleted, expired, a disabled subordinate, or ends soon."""
    snapshot = context.snapshot
    unread = {note.address.rpartition("/")[2] for note in snapshot.notes if note.reason.startswith("CAs ")}
    for anchor, ca in _anchors(context):
        region = f"{anchor.authority}:::".split(":")[3]
        if ca is not None:
            for message, advice, moment in _problems(ca, context):
                yield anchor_without_ca.finding(anchor, f"its CA {ca.name} {message}", advice=advice, day=moment)
        elif anchor.authority and region not in unread:
            is_read = region in snapshot.regions
            message = f"its CA is {_ABSENT[is_read]}: {anchor.authority}"
            moment, advice = (context.now, _MOVE) if is_read else (None, "name the region with --region")
            yield anchor_without_ca.finding(anchor, message, advice=advice, day=moment)


@rule("anchor-outdated", source=_SOURCE)
def anchor_outdated(context: AuditContext) -> Iterator[AuditFinding]:
    """A trust anchor was not updated since its CA was renewed: it keeps the validity of the earlier certificate."""
    for anchor, ca in _anchors(context):
        if ca and ca.status in CERTIFIED and ca.starts and anchor.updated and anchor.updated < ca.starts:
            message = f"it was last updated on {day(anchor.updated)}, before the certificate of CA {ca.name} of"
            advice = f"{_UPDATE} with the same CA: until then the validity of the earlier certificate counts"
            yield anchor_outdated.finding(anchor, f"{message} {day(ca.starts)}", advice=advice, day=None)


@rule("anchor-bundle-ends", source=_SOURCE)
def anchor_bundle_ends(context: AuditContext) -> Iterator[AuditFinding]:
    """A certificate of an enabled trust anchor without a CA ends within `--expiring`, or cannot be read."""
    period = context.expiring
    for anchor in (anchor for anchor, _ in _anchors(context) if not anchor.authority):
        ends = sorted(each.not_valid_after_utc for each in parse_or_none(anchor.bundle))
        near = [(f"its certificate is valid until {day(end)}", end) for end in ends if end - context.now <= period]
        for message, end in near if ends else [("its certificates cannot be read", None)]:
            yield anchor_bundle_ends.finding(anchor, message, advice=f"replace it with {_UPDATE}", day=end)


def _anchors(context: AuditContext) -> Iterator[tuple[TrustAnchor, CaStatus | None]]:
    """Yield the enabled anchors with their CA; None if no CA that was listed is it."""
    listed = {ca.arn: ca for ca in context.snapshot.authorities}
    return ((each, listed.get(each.authority)) for each in context.snapshot.trust_anchors if each.is_enabled)


def _problems(ca: CaStatus, context: AuditContext) -> Iterator[tuple[str, str, datetime | None]]:
    """Yield what is wrong with the CA of an anchor, what to do, and from when on it does harm; a root may sleep."""
    if ca.status not in CERTIFIED:
        yield f"is {ca.status}: nobody can revoke what it issued", f"restore the CA, or {_MOVE}", context.now
    elif ca.status == "EXPIRED":
        yield f"expired on {day(ca.ends)}", _RENEW, context.now
    elif ca.status == "DISABLED" and ca.arguments["type"] != "ROOT":
        message = "is DISABLED: clients lose access when their certificates from it end"
        yield message, f"enable the CA, or {_MOVE}", None
    elif ca.ends is not None and ca.ends - context.now <= context.expiring:
        yield f"ends on {day(ca.ends)}", _RENEW, ca.ends

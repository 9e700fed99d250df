"""Why certificates that ACM manages will not renew: what of a CA stands in the way, and what of a certificate.

Sources, below https://docs.aws.amazon.com/acm/latest/userguide/: renew-private-cert.html (60 days before the end, what
was exported or is in use), acm-certificate-characteristics.html (13 months), and the FailureReason values of
https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pcaform.checks.audit.finding import Finding, Rule
from pcaform.core import facts
from pcaform.core.dates import day
from pcaform.sources.account_snapshot import PERMISSIONS, AccountSnapshot, CaStatus, Certificate

_LEAD = timedelta(days=facts.ACM_RENEWS_DAYS)
_LIFE = timedelta(days=facts.ACM_VALIDITY_DAYS)
_ISSUED = "ISSUED"


def renewal_blockers(authority: CaStatus, certificates: Sequence[Certificate], *, now: datetime) -> Iterator[str]:
    """Yield why a CA will not renew some certificates of its own; without any, what would be in the way of all."""
    if authority.status != "ACTIVE":
        yield f"it is {authority.status}"
    if not authority.is_foreign and PERMISSIONS not in authority.unread:
        yield from missing_permission(authority)
    ends = [each.ends for each in certificates if each.ends is not None]
    if authority.status == "ACTIVE" and authority.ends is not None and ends:
        attempt = max(now, min(ends) - _LEAD)
        if authority.ends < attempt + _LIFE:
            yield (
                f"it ends at {day(authority.ends)}, and ACM renews for {facts.ACM_VALIDITY_DAYS} days, "
                f"from {day(attempt)} on: no certificate outlives its CA"
            )


def missing_permission(authority: CaStatus) -> Iterator[str]:
    """Yield what is missing of ACM's permission."""
    missing = [name for name in facts.ALL_PERMISSION_ACTIONS if name not in authority.actions]
    if len(missing) == len(facts.ALL_PERMISSION_ACTIONS):
        yield "it permits ACM nothing"
    elif missing:
        yield f"it permits ACM {' and '.join(authority.actions)}, and not {' and '.join(missing)}"


def active(certificates: Sequence[Certificate]) -> list[Certificate]:
    """Return the certificates that can be renewed at all."""
    return [each for each in certificates if each.status == _ISSUED]


def unrenewable(certificate: Certificate, *, now: datetime, expiring: timedelta) -> Iterator[str]:
    """Yield why one certificate ends although its CA could renew it; none where all is as it should be."""
    if certificate.status == "EXPIRED" and certificate.users:
        yield f"it ended at {day(certificate.ends)} and is in use by {certificate.users}"
    if certificate.status != _ISSUED or certificate.ends is None:
        return
    if certificate.reason:
        yield f"ACM could not renew it ({certificate.reason}), and it ends at {day(certificate.ends)}"
    elif not certificate.is_eligible and certificate.ends - now <= expiring:
        yield f"it ends at {day(certificate.ends)}, and ACM does not renew what is neither in use nor exported"


_MEND = {
    "it permits": "give it back: aws acm-pca create-permission --principal acm.amazonaws.com --actions "
    "IssueCertificate GetCertificate ListPermissions; one that is there in part has to be deleted first",
    "it is DISABLED": "enable it: aws acm-pca update-certificate-authority --status ACTIVE",
    "it is DELETED": "restore it: aws acm-pca restore-certificate-authority, and enable it again",
    "it": "renew the CA's own certificate first, or ask for these certificates from another CA",
}
"""What to do, by how the reason begins; the first that fits."""


def renewal_outages(snapshot: AccountSnapshot, *, now: datetime, expiring: timedelta) -> Iterator[Finding]:
    """Yield the CAs that stand in the way of renewals, then the certificates that end although their CA is well."""
    for authority in snapshot.authorities:
        held = active(snapshot.issued_by(authority))
        reasons = list(renewal_blockers(authority, held, now=now))
        if held and reasons:
            yield _of_authority(authority, held, reasons)
        elif not held and authority.actions and authority.status == "ACTIVE" and reasons:
            message = f"certificates that ACM issues from it will not renew: {'; '.join(reasons)}"
            yield Finding(
                Rule.RENEWAL, f"CA {authority.name}", message, _advice(reasons), None, authority.arn, authority.region
            )
        elif not reasons:
            yield from _of_certificates(snapshot.issued_by(authority), now=now, expiring=expiring)


def _of_authority(authority: CaStatus, held: list[Certificate], reasons: list[str]) -> Finding:
    ends = [each.ends for each in held if each.ends is not None]
    first, count = min(ends, default=None), len(held)
    what = f"{count} managed certificate{'' if count == 1 else 's'} will not renew"
    message = f"{what}, and the first ends at {day(first)}: {'; '.join(reasons)}"
    subject = f"CA {authority.name}"
    return Finding(Rule.RENEWAL, subject, message, _advice(reasons), first, authority.arn, authority.region)


def _advice(reasons: list[str]) -> str:
    found = [next(advice for start, advice in _MEND.items() if reason.startswith(start)) for reason in reasons]
    return "; ".join(dict.fromkeys(found))


def _of_certificates(held: list[Certificate], *, now: datetime, expiring: timedelta) -> Iterator[Finding]:
    for each in held:
        for said in unrenewable(each, now=now, expiring=expiring):
            advice = "find out who needs it; what is in use or was exported ACM renews: aws acm renew-certificate"
            subject, region = f"certificate {each.name}", each.arn.split(":")[3]
            yield Finding(Rule.CERTIFICATE, subject, said, advice, each.ends, each.arn, region)

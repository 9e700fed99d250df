"""CAs and the certificates that ACM manages -> which of them will not renew, and from when on that hurts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pcaform.audit.finding import Finding, Rule
from pcaform.audit.renewals import living, obstacles, stranded
from pcaform.core.dates import day
from pcaform.sources.account_snapshot import Authority, Certificate, Estate

_MEND = {
    "it permits": "give it back: aws acm-pca create-permission --principal acm.amazonaws.com --actions "
    "IssueCertificate GetCertificate ListPermissions; one that is there in part has to be deleted first",
    "it is DISABLED": "enable it: aws acm-pca update-certificate-authority --status ACTIVE",
    "it is DELETED": "restore it: aws acm-pca restore-certificate-authority, and enable it again",
    "it": "renew the CA's own certificate first, or ask for these certificates from another CA",
}
"""What to do, by how the reason begins; the first that fits."""


def outages(estate: Estate, *, now: datetime, expiring: timedelta) -> Iterator[Finding]:
    """Yield the CAs that stand in the way of renewals, then the certificates that end although their CA is well."""
    for authority in estate.authorities:
        held = living(estate.issued_by(authority))
        reasons = list(obstacles(authority, held, now=now))
        if held and reasons:
            yield _of_authority(authority, held, reasons)
        elif not held and authority.actions and authority.status == "ACTIVE" and reasons:
            message = f"certificates that ACM issues from it will not renew: {'; '.join(reasons)}"
            yield Finding(
                Rule.RENEWAL, f"CA {authority.name}", message, _advice(reasons), None, authority.arn, authority.region
            )
        elif not reasons:
            yield from _of_certificates(estate.issued_by(authority), now=now, expiring=expiring)


def _of_authority(authority: Authority, held: list[Certificate], reasons: list[str]) -> Finding:
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
        for said in stranded(each, now=now, expiring=expiring):
            advice = "find out who needs it; what is in use or was exported ACM renews: aws acm renew-certificate"
            subject, region = f"certificate {each.name}", each.arn.split(":")[3]
            yield Finding(Rule.CERTIFICATE, subject, said, advice, each.ends, each.arn, region)

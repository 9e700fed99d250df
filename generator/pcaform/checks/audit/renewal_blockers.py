"""Why ACM will not renew managed certificates: reasons at their CA, and reasons at a certificate.

Sources, below https://docs.aws.amazon.com/acm/latest/userguide/: renew-private-cert.html (60 days before the end; only
certificates that were exported or are in use), acm-certificate-characteristics.html (13 months), and the FailureReason
values of https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pcaform.core import facts
from pcaform.core.formats.text import day
from pcaform.core.renewal import ISSUED, failed_renewal
from pcaform.sources.account_snapshot import PERMISSIONS, CaStatus, Certificate

_LEAD = timedelta(days=facts.ACM_RENEWS_DAYS)
_LIFE = timedelta(days=facts.ACM_VALIDITY_DAYS)
_PERMIT = (
    "create the permission: aws acm-pca create-permission --principal acm.amazonaws.com --actions IssueCertificate "
    "GetCertificate ListPermissions; delete an incomplete permission first"
)
_STATUS_ADVICE = {
    "DISABLED": "enable it: aws acm-pca update-certificate-authority --status ACTIVE",
    "DELETED": "restore it: aws acm-pca restore-certificate-authority, and enable it again",
}
_RENEW_CA = "renew the CA's own certificate first, or request these certificates from another CA"


def renewal_blockers(ca: CaStatus, certificates: Sequence[Certificate], *, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield why these certificates of a CA will not renew, and what to do.

    Without any certificates it is what would block every one.
    """
    if ca.status != "ACTIVE":
        yield f"the CA is {ca.status}", _STATUS_ADVICE.get(ca.status, _RENEW_CA)
    if not ca.is_foreign and PERMISSIONS not in ca.unread:
        yield from ((reason, _PERMIT) for reason in missing_permission(ca))
    ends = [certificate.ends for certificate in certificates if certificate.ends is not None]
    if ca.status == "ACTIVE" and ca.ends is not None and ends:
        attempt = max(now, min(ends) - _LEAD)
        if ca.ends < attempt + _LIFE:
            until = f"from {day(attempt)} on ACM renews for {facts.ACM_VALIDITY_DAYS} days"
            yield f"the CA ends on {day(ca.ends)}; {until}, and no certificate outlives its CA", _RENEW_CA


def missing_permission(ca: CaStatus) -> Iterator[str]:
    """Yield what ACM's permission on a CA lacks."""
    missing = [name for name in facts.ALL_PERMISSION_ACTIONS if name not in ca.actions]
    if not ca.actions and ca.other_accounts:
        yield f"ACM has permission on the CA only for account {' and '.join(ca.other_accounts)}, not for the CA's own"
    elif len(missing) == len(facts.ALL_PERMISSION_ACTIONS):
        yield "ACM has no permission on the CA"
    elif missing:
        yield f"ACM's permission on the CA lacks {' and '.join(missing)} (it has {' and '.join(ca.actions)})"


def unrenewable(certificate: Certificate, *, now: datetime, expiring: timedelta) -> Iterator[str]:
    """Yield why an issued certificate ends although its CA could renew it; nothing if it is fine."""
    if certificate.status != ISSUED or certificate.ends is None:
        return
    if reason := failed_renewal(certificate.renewal, certificate.reason):
        yield f"ACM could not renew it ({reason}), and it ends on {day(certificate.ends)}"
    elif not certificate.is_eligible and certificate.ends - now <= expiring:
        yield f"it ends on {day(certificate.ends)}; ACM renews only certificates that are in use or were exported"

"""What ACM's managed renewal depends on: the permission on the CA, and the status of the certificate.

Sources: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html (`SourceAccount` is the
account that ACM may issue for, by default the caller's), and for the statuses and FailureReason
https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html. That Terraform never makes a failed,
expired or revoked certificate anew: https://github.com/hashicorp/terraform-provider-aws/issues/34909.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_AGAIN = "delete it and request another one: neither ACM nor Terraform tries again"


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """What a status of ACM means: what is wrong (may contain `{reason}` and `{ended}`), and what to do."""

    problem: str
    advice: str
    is_final: bool = False
    """Whether ACM never issues or renews the certificate any more."""

    def describe(self, *, reason: str, ended: str) -> str:
        """Return what is wrong, with ACM's FailureReason and the day on which the certificate ended."""
        return self.problem.replace("{reason}", reason or "no reason given").replace("{ended}", ended)


ISSUED = "ISSUED"
CERTIFICATE_STATUSES: Mapping[str, CertificateStatus] = {
    ISSUED: CertificateStatus("", ""),
    "PENDING_VALIDATION": CertificateStatus(
        "it is PENDING_VALIDATION: ACM has not issued it yet",
        "a private certificate needs minutes: if it stays so, delete it and request it again",
    ),
    "INACTIVE": CertificateStatus(
        "it is INACTIVE: AWS does not say whether ACM renews it",
        "look at it in ACM, and request another one if something uses it",
    ),
    "EXPIRED": CertificateStatus(
        "it is EXPIRED: it ended on {ended}, and ACM no longer renews it",
        "delete it if nothing needs it, else request another one and use that: Terraform does not replace it by itself",
        is_final=True,
    ),
    "FAILED": CertificateStatus(
        "it is FAILED: ACM never issued it ({reason})", f"remove the reason, {_AGAIN}", is_final=True
    ),
    "VALIDATION_TIMED_OUT": CertificateStatus("it is VALIDATION_TIMED_OUT: ACM never issued it", _AGAIN, is_final=True),
    "REVOKED": CertificateStatus(
        "it is REVOKED: ACM does not renew it, and clients that check reject it",
        "request another one and use that: Terraform does not replace it by itself",
        is_final=True,
    ),
}
"""All statuses of ACM; only an issued certificate is in order, and only that one is ever renewed."""


def certificate_status(status: str) -> CertificateStatus:
    """Return what a status means; one that this release does not know is never taken for harmless."""
    unknown = CertificateStatus(
        f"its status '{status}' is not known to this release, so whether ACM renews it is unknown",
        "update pcaform, and look at the certificate in ACM",
    )
    return CERTIFICATE_STATUSES.get(status, unknown)


def certificate_problem(attributes: Mapping[str, Any]) -> str:
    """Return what is wrong with an `aws_acm_certificate`, by its attributes in a state; empty if nothing is.

    A source that has no status, such as Terraform files, shows nothing.
    """
    status = certificate_status(str(attributes.get("status") or ISSUED))
    if status.problem:
        ended = str(attributes.get("not_after") or "")[:10] or "a day that the source does not name"
        return f"{status.describe(reason='the reason is shown by ACM', ended=ended)}; {status.advice}"
    renewals = attributes.get("renewal_summary")
    for each in renewals if isinstance(renewals, list) else ():
        last = each if isinstance(each, Mapping) else {}
        if why := failed_renewal(str(last.get("renewal_status") or ""), str(last.get("renewal_status_reason") or "")):
            return f"ACM could not renew it ({why}): find out what ACM's reason means, and renew it"
    return ""


def failed_renewal(status: str, reason: str) -> str:
    """Return why the last renewal of a certificate failed, in ACM's words; empty if it did not."""
    return reason or ("no reason given" if status == "FAILED" else "")


def is_for_own_account(source_account: Any, ca_arn: str) -> bool:
    """Tell whether a permission lets ACM issue for the CA's own account; without a source account it does."""
    return not source_account or [str(source_account)] == ca_arn.split(":")[4:5]

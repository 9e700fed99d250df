"""Reads the private certificates of ACM with their CA, expiry and renewal status.

Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from pcaform.sources.account_snapshot import Certificate
from pcaform.sources.aws.api_calls import ACM_CERTIFICATE, FailedCall
from pcaform.sources.aws.issued_certificates import list_certificates
from pcaform.sources.aws.parallel import run_jobs, try_request
from pcaform.sources.aws.progress import ProgressCallback, no_progress
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

_ELIGIBLE = "ELIGIBLE"


def list_acm_certificates(
    account: Account, regions: Iterable[str], *, report_progress: ProgressCallback = no_progress
) -> tuple[list[Certificate], list[ImportNote]]:
    """Return the private certificates of some regions, those that expire first first, and notes on failures."""
    listed = list(list_certificates(account, regions))
    arns = [item for item in listed if not isinstance(item, ImportNote)]
    notes = [item for item in listed if isinstance(item, ImportNote)]
    clients = {arn.split(":")[3]: account.client("acm", arn.split(":")[3]) for arn in arns}
    jobs = {
        arn: partial(try_request, partial(_describe, clients[arn.split(":")[3]], arn), ACM_CERTIFICATE) for arn in arns
    }
    certificates = []
    for number, (arn, response) in enumerate(run_jobs(jobs, account.rate_limiter, regions=len(clients)), start=1):
        report_progress(number, len(jobs))
        if isinstance(response, FailedCall):
            notes.append(ImportNote("unknown", arn, f"certificate: {response.reason}"))
        elif response.get("CertificateAuthorityArn"):
            certificates.append(_build_certificate(response))
    return sorted(certificates, key=_expiry_order), notes


def _expiry_order(certificate: Certificate) -> tuple[str, str, str]:
    return str(certificate.ends or "9"), certificate.name, certificate.arn


def _describe(client: Any, arn: str) -> Mapping[str, Any]:
    response: Mapping[str, Any] = client.describe_certificate(CertificateArn=arn)["Certificate"]
    return response


def _build_certificate(detail: Mapping[str, Any]) -> Certificate:
    renewal = detail.get("RenewalSummary") or {}
    return Certificate(
        detail["CertificateArn"],
        detail["DomainName"],
        detail["CertificateAuthorityArn"],
        detail["Status"],
        detail.get("NotAfter"),
        # DescribeCertificate writes RSA-2048 where requests write RSA_2048.
        key_algorithm=detail.get("KeyAlgorithm", "").replace("-", "_"),
        names=tuple(sorted(detail.get("SubjectAlternativeNames", []))),
        users=len(detail.get("InUseBy", [])),
        is_eligible=detail.get("RenewalEligibility") == _ELIGIBLE,
        renewal=renewal.get("RenewalStatus", ""),
        reason=renewal.get("RenewalStatusReason", ""),
    )

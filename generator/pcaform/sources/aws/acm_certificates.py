"""The private certificates that ACM holds, as they stand: whose they are, how long they live, how renewal went.

Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from pcaform.sources.account_snapshot import Certificate
from pcaform.sources.aws.api_calls import ACM_CERTIFICATE, Unknown
from pcaform.sources.aws.issued_certificates import list_certificates
from pcaform.sources.aws.parallel import read, run_all
from pcaform.sources.aws.progress import ProgressCallback, no_progress
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

_ELIGIBLE = "ELIGIBLE"


def list_acm_certificates(
    account: Account, regions: Iterable[str], *, tell: ProgressCallback = no_progress
) -> tuple[list[Certificate], list[ImportNote]]:
    """Return the private certificates of some regions, soonest end first, and what could not be read."""
    found = list(list_certificates(account, regions))
    arns = [each for each in found if not isinstance(each, ImportNote)]
    notes = [each for each in found if isinstance(each, ImportNote)]
    clients = {arn.split(":")[3]: account.client("acm", arn.split(":")[3]) for arn in arns}
    jobs = {arn: partial(read, partial(_described, clients[arn.split(":")[3]], arn), ACM_CERTIFICATE) for arn in arns}
    certificates = []
    for number, (arn, answer) in enumerate(run_all(jobs, account.pace, regions=len(clients)), start=1):
        tell(number, len(jobs))
        if isinstance(answer, Unknown):
            notes.append(ImportNote("unknown", arn, f"certificate: {answer.reason}"))
        elif answer.get("CertificateAuthorityArn"):
            certificates.append(_certificate(answer))
    return sorted(certificates, key=lambda each: (str(each.ends or "9"), each.name, each.arn)), notes


def _described(client: Any, arn: str) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = client.describe_certificate(CertificateArn=arn)["Certificate"]
    return answer


def _certificate(found: Mapping[str, Any]) -> Certificate:
    renewal = found.get("RenewalSummary") or {}
    return Certificate(
        found["CertificateArn"],
        found["DomainName"],
        found["CertificateAuthorityArn"],
        found["Status"],
        found.get("NotAfter"),
        # DescribeCertificate writes RSA-2048 where requests write RSA_2048.
        key_algorithm=found.get("KeyAlgorithm", "").replace("-", "_"),
        names=tuple(sorted(found.get("SubjectAlternativeNames", []))),
        users=len(found.get("InUseBy", [])),
        is_eligible=found.get("RenewalEligibility") == _ELIGIBLE,
        renewal=renewal.get("RenewalStatus", ""),
        reason=renewal.get("RenewalStatusReason", ""),
    )

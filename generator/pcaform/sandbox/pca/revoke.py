"""RevokeCertificate: revokes an issued certificate, once and not a root's own.

Rules: https://docs.aws.amazon.com/privateca/latest/APIReference/API_RevokeCertificate.html
"""

from __future__ import annotations

import re

from pcaform.sandbox.http.aws_error import AwsError, not_found, validation_error
from pcaform.sandbox.pca.ca import Issued, SandboxCa
from pcaform.sandbox.pca.ca_states import check_state
from pcaform.sandbox.pca.chain_checks import is_self_signed

_SERIAL = re.compile(r"[0-9a-fA-F]+(:[0-9a-fA-F]+)*")


def revoke_certificate(ca: SandboxCa, serial: str, *, reason: str) -> str:
    """Mark a certificate as revoked, and return its ARN; `serial` is hexadecimal, with or without colons.

    Terraform revokes on destroy and ignores the error for a root's own certificate by its message.
    Raises InvalidRequestException, RequestAlreadyProcessedException,
    ResourceNotFoundException, InvalidStateException.
    """
    arn, issued = _find_issued(ca, _parse_serial(serial))
    if is_self_signed(issued.certificate):
        raise AwsError("InvalidRequestException", "Self-signed certificate can not be revoked")
    check_state("RevokeCertificate", arn=ca.arn, status=ca.status)
    if issued.revocation_reason is not None:
        raise AwsError("RequestAlreadyProcessedException", "The certificate has already been revoked")
    issued.revocation_reason = reason
    return arn


def _find_issued(ca: SandboxCa, number: int) -> tuple[str, Issued]:
    for arn, issued in ca.issued.items():
        if issued.certificate.serial_number == number:
            return arn, issued
    raise not_found(f"a certificate with the serial number {number:x}")


def _parse_serial(serial: str) -> int:
    if not _SERIAL.fullmatch(serial):
        raise validation_error(f"The serial number {serial} is not hexadecimal")
    return int(serial.replace(":", ""), 16)

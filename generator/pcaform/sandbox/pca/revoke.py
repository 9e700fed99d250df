"""RevokeCertificate: which certificates can be revoked, and once only.

Rules: https://docs.aws.amazon.com/privateca/latest/APIReference/API_RevokeCertificate.html
"""

from __future__ import annotations

import re

from pcaform.sandbox.http.aws_error import Refusal, not_found, validation
from pcaform.sandbox.pca.ca import Issued, SandboxCa
from pcaform.sandbox.pca.ca_states import check_state
from pcaform.sandbox.pca.chain_checks import is_self_signed

_SERIAL = re.compile(r"[0-9a-fA-F]+(:[0-9a-fA-F]+)*")


def revoke(authority: SandboxCa, serial: str, *, reason: str) -> None:
    """Mark a certificate as revoked; `serial` is hexadecimal, with or without colons.

    Terraform revokes on destroy and ignores the refusal of a root's own certificate by its text.
    Raises InvalidRequestException, RequestAlreadyProcessedException,
    ResourceNotFoundException, InvalidStateException.
    """
    issued = _find(authority, _number(serial))
    if is_self_signed(issued.certificate):
        raise Refusal("InvalidRequestException", "Self-signed certificate can not be revoked")
    check_state("RevokeCertificate", arn=authority.arn, status=authority.status)
    if issued.revocation_reason is not None:
        raise Refusal("RequestAlreadyProcessedException", "The certificate has already been revoked")
    issued.revocation_reason = reason


def _find(authority: SandboxCa, number: int) -> Issued:
    for issued in authority.issued.values():
        if issued.certificate.serial_number == number:
            return issued
    raise not_found(f"a certificate with the serial number {number:x}")


def _number(serial: str) -> int:
    if not _SERIAL.fullmatch(serial):
        raise validation(f"The serial number {serial} is not hexadecimal")
    return int(serial.replace(":", ""), 16)

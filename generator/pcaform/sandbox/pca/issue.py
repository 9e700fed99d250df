"""IssueCertificate: checks a request, builds the certificate and signs it.

Rules: https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import invalid_state, validation_error
from pcaform.sandbox.pca import validity
from pcaform.sandbox.pca.algorithms import find_signature, is_same_key, sign_certificate
from pcaform.sandbox.pca.ca import Issued, SandboxCa
from pcaform.sandbox.pca.chain_checks import remaining_depth
from pcaform.sandbox.pca.extensions import check_readable, choose_extensions
from pcaform.sandbox.pca.name_constraints import check_names
from pcaform.sandbox.pca.passthrough import Passthrough, read_passthrough
from pcaform.sandbox.pca.templates import Template, find_template

# https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
_SHORT_LIVED_LIMIT = timedelta(days=7)
_CERTIFICATE_IS_DUE = frozenset({"PENDING_CERTIFICATE", "EXPIRED"})


@dataclass(frozen=True)
class IssueRequest:
    """A request to sign: `validity` and `start` are Validity structures, no `template_arn` means the default one.

    `passthrough` is the ApiPassthrough structure, "ignored" unless the template accepts it:
    https://docs.aws.amazon.com/privateca/latest/APIReference/API_ApiPassthrough.html
    """

    csr: x509.CertificateSigningRequest
    signing_algorithm: str
    validity: dict[str, Any]
    start: dict[str, Any] | None = None
    template_arn: str | None = None
    passthrough: dict[str, Any] = field(default_factory=dict)


def issue_certificate(ca: SandboxCa, issue_request: IssueRequest) -> str:
    """Sign a certificate, store it with the CA and return its ARN, `<ca>/certificate/<32 hex digits>`.

    Raises InvalidStateException, InvalidArgsException, InvalidArnException and ValidationException like AWS.
    """
    template = find_template(issue_request.template_arn)
    _check_state(ca, template)
    _check_root(ca, template, csr=issue_request.csr)
    _check_depth(ca, template)
    moment = now().replace(microsecond=0)
    start, end = validity.not_before(issue_request.start, moment), validity.not_after(issue_request.validity, moment)
    _check_dates(ca, template, start=start, end=end)
    certificate = _sign(ca, template, issue_request=issue_request, start=start, end=end)
    arn = f"{ca.arn}/certificate/{certificate.serial_number:032x}"
    chain = [] if template.is_root else ca.issuing_chain
    ca.issued[arn] = Issued(certificate, chain)
    return arn


def _check_state(ca: SandboxCa, template: Template) -> None:
    """Allow only an ACTIVE CA to issue; a new or expired root may sign its own certificate.

    AWS's table does not let a CA issue in these two states, but lets an expired CA import a new certificate, and a
    root's can only be signed by itself: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html
    """
    is_own_start = template.is_root and ca.kind == "ROOT" and ca.status in _CERTIFICATE_IS_DUE
    if ca.status != "ACTIVE" and not is_own_start:
        # Word for word: Terraform's provider tries again for a minute while the text contains this sentence.
        raise invalid_state("The certificate authority is not in a valid state for issuing certificates")


def _check_root(ca: SandboxCa, template: Template, *, csr: x509.CertificateSigningRequest) -> None:
    if not template.is_root:
        return
    if ca.kind != "ROOT" or not is_same_key(csr.public_key(), ca.key.public_key()):
        raise validation_error("A root CA certificate can only be issued by a ROOT CA from its own CSR")


def _check_depth(ca: SandboxCa, template: Template) -> None:
    if not template.is_ca or template.is_root:
        return
    allowed = remaining_depth(ca.issuing_chain)
    if allowed is not None and (template.path_length is None or template.path_length >= allowed):
        message = f"The template {template.name} violates the path length constraint of the certificate authority"
        raise validation_error(message)


def _check_dates(ca: SandboxCa, template: Template, *, start: datetime, end: datetime) -> None:
    if start >= end:
        raise validation_error("The certificate would end before it starts")
    if template.is_root or ca.certificate is None:
        return
    if end > ca.certificate.not_valid_after_utc:
        message = "The certificate validity specified exceeds the certificate authority validity"
        raise validation_error(message)
    if ca.usage_mode == "SHORT_LIVED_CERTIFICATE" and end - now() > _SHORT_LIVED_LIMIT:
        raise validation_error("A SHORT_LIVED_CERTIFICATE CA issues certificates for at most 7 days")


def _sign(
    ca: SandboxCa, template: Template, *, issue_request: IssueRequest, start: datetime, end: datetime
) -> x509.Certificate:
    signature = find_signature(issue_request.signing_algorithm, ca.key_family)
    added = read_passthrough(issue_request.passthrough) if template.takes_api else Passthrough()
    subject = added.subject or issue_request.csr.subject
    builder = x509.CertificateBuilder(
        issuer_name=subject if template.is_root else ca.name,
        subject_name=subject,
        public_key=issue_request.csr.public_key(),
        serial_number=_draw_serial(),
        not_valid_before=start,
        not_valid_after=end,
    )
    for extension, is_critical in choose_extensions(ca, template, csr=issue_request.csr, added=added):
        builder = builder.add_extension(extension, critical=is_critical)
    certificate = sign_certificate(builder, ca.key, signature=signature)
    check_readable(certificate)
    if not template.is_root:
        check_names(certificate, path=ca.issuing_chain)
    return certificate


def _draw_serial() -> int:
    """Draw 16 random bytes whose first bits are 01: DER then needs no 17th byte, and hex has all 32 digits."""
    return secrets.randbits(126) | 1 << 126

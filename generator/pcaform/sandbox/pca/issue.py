"""IssueCertificate: what a CA signs, for whom, for how long, and with which extensions.

Rules: https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import invalid_state, validation
from pcaform.sandbox.pca import validity
from pcaform.sandbox.pca.algorithms import is_same_key, sign_certificate, signature_for
from pcaform.sandbox.pca.ca import Issued, SandboxCa
from pcaform.sandbox.pca.chain_checks import remaining_depth
from pcaform.sandbox.pca.extensions import check_readable, choose_extensions
from pcaform.sandbox.pca.name_constraints import check_names
from pcaform.sandbox.pca.passthrough import Passthrough, read_passthrough
from pcaform.sandbox.pca.templates import Template, template_for

# https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
_SHORT_LIVED_LIMIT = timedelta(days=7)
_CERTIFICATE_IS_DUE = frozenset({"PENDING_CERTIFICATE", "EXPIRED"})


@dataclass(frozen=True)
class IssueRequest:
    """A request to sign: `validity` and `start` are Validity structures, no `template_arn` is the default.

    `passthrough` is the ApiPassthrough structure, "ignored" without a template that takes it:
    https://docs.aws.amazon.com/privateca/latest/APIReference/API_ApiPassthrough.html
    """

    request: x509.CertificateSigningRequest
    signing_algorithm: str
    validity: dict[str, Any]
    start: dict[str, Any] | None = None
    template_arn: str | None = None
    passthrough: dict[str, Any] = field(default_factory=dict)


def issue(authority: SandboxCa, order: IssueRequest) -> str:
    """Sign an order, keep the certificate with the CA and return its ARN, `<ca>/certificate/<32 hex digits>`.

    Raises InvalidStateException, InvalidArgsException, InvalidArnException and ValidationException like AWS.
    """
    template = template_for(order.template_arn)
    _check_state(authority, template)
    _check_root(authority, template, request=order.request)
    _check_depth(authority, template)
    moment = now().replace(microsecond=0)
    start, end = validity.not_before(order.start, moment), validity.not_after(order.validity, moment)
    _check_dates(authority, template, start=start, end=end)
    certificate = _signed(authority, template, order=order, start=start, end=end)
    arn = f"{authority.arn}/certificate/{certificate.serial_number:032x}"
    chain = [] if template.is_root else authority.issuing_chain
    authority.issued[arn] = Issued(certificate, chain)
    return arn


def _check_state(authority: SandboxCa, template: Template) -> None:
    """Only an ACTIVE CA issues; a new root signs itself, and so does an expired one.

    AWS's table lets a CA issue in neither of these two states and lets an expired one take a new certificate, which
    for a root nobody else can sign: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html
    """
    is_own_start = template.is_root and authority.kind == "ROOT" and authority.status in _CERTIFICATE_IS_DUE
    if authority.status != "ACTIVE" and not is_own_start:
        # Terraform's provider waits while the text contains "not in a valid state for issuing certificates".
        message = f"The certificate authority {authority.arn} is not in a valid state for issuing certificates"
        raise invalid_state(message)


def _check_root(authority: SandboxCa, template: Template, *, request: x509.CertificateSigningRequest) -> None:
    if not template.is_root:
        return
    if authority.kind != "ROOT" or not is_same_key(request.public_key(), authority.key.public_key()):
        raise validation("A root CA certificate can only be issued by a ROOT CA from its own CSR")


def _check_depth(authority: SandboxCa, template: Template) -> None:
    if not template.is_ca or template.is_root:
        return
    allowed = remaining_depth(authority.issuing_chain)
    if allowed is not None and (template.path_length is None or template.path_length >= allowed):
        message = f"The template {template.name} violates the path length constraint of the certificate authority"
        raise validation(message)


def _check_dates(authority: SandboxCa, template: Template, *, start: datetime, end: datetime) -> None:
    if start >= end:
        raise validation("The certificate would end before it starts")
    if template.is_root or authority.certificate is None:
        return
    if end > authority.certificate.not_valid_after_utc:
        message = "The certificate validity specified exceeds the certificate authority validity"
        raise validation(message)
    if authority.usage_mode == "SHORT_LIVED_CERTIFICATE" and end - now() > _SHORT_LIVED_LIMIT:
        raise validation("A SHORT_LIVED_CERTIFICATE CA issues certificates for at most 7 days")


def _signed(
    authority: SandboxCa, template: Template, *, order: IssueRequest, start: datetime, end: datetime
) -> x509.Certificate:
    signature = signature_for(order.signing_algorithm, authority.key_family)
    added = read_passthrough(order.passthrough) if template.takes_api else Passthrough()
    subject = added.subject or order.request.subject
    builder = x509.CertificateBuilder(
        issuer_name=subject if template.is_root else authority.name,
        subject_name=subject,
        public_key=order.request.public_key(),
        serial_number=_serial(),
        not_valid_before=start,
        not_valid_after=end,
    )
    for extension, is_critical in choose_extensions(authority, template, request=order.request, added=added):
        builder = builder.add_extension(extension, critical=is_critical)
    certificate = sign_certificate(builder, authority.key, signature=signature)
    check_readable(certificate)
    if not template.is_root:
        check_names(certificate, path=authority.issuing_chain)
    return certificate


def _serial() -> int:
    """Draw 16 bytes whose first bits are 01: DER needs no 17th byte, and hex has all 32 digits."""
    return secrets.randbits(126) | 1 << 126

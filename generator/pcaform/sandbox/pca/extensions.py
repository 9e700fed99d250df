"""Chooses the extensions of a certificate from four sources, in AWS's order of precedence.

"For each extension value, the template definition has highest priority, followed by API passthrough values, followed
by CSR passthrough extensions": https://docs.aws.amazon.com/privateca/latest/userguide/template-order-of-operations.html
The extensions from the CA's configuration are part of the template's table, so they have the template's priority.
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.passthrough import Passthrough
from pcaform.sandbox.pca.revocation import revocation_extensions
from pcaform.sandbox.pca.templates import Extension, Template


def choose_extensions(
    ca: SandboxCa, template: Template, *, csr: x509.CertificateSigningRequest, added: Passthrough
) -> list[Extension]:
    """List every extension once, from the first source that has it; `added` is empty unless the template accepts it.

    The alternative names become critical if the subject is empty, as RFC 5280, 4.2.1.6 requires.
    """
    sources = [
        *_template_extensions(ca, template, csr=csr),
        *added.extensions,
        *_csr_extensions(template, csr),
    ]
    first = {value.oid: (value, is_critical) for value, is_critical in reversed(sources)}
    chosen = [first.pop(value.oid) for value, _ in sources if value.oid in first]
    has_subject = bool((added.subject or csr.subject).rdns)
    return [(value, is_critical or _is_only_name(value, has_subject=has_subject)) for value, is_critical in chosen]


def check_readable(certificate: x509.Certificate) -> None:
    """Refuse a certificate whose extensions no client could read, which a custom extension can cause.

    AWS documents no check of a custom extension's value; InvalidArgsException is its error for invalid arguments.
    """
    try:
        _ = certificate.extensions
    except x509.UnsupportedGeneralNameType:
        return  # valid: an EdiPartyName, which only cryptography does not read
    except ValueError as error:
        raise AwsError(
            "InvalidArgsException", f"An extension's value does not match its identifier: {error}."
        ) from error


def _template_extensions(
    ca: SandboxCa, template: Template, *, csr: x509.CertificateSigningRequest
) -> Iterator[Extension]:
    """List the extensions that neither API nor CSR can change. A root has no authority key identifier.

    "AWS Private CA does not set the authority key identifier extension on root certificates":
    https://docs.aws.amazon.com/privateca/latest/userguide/matter.html
    """
    yield from template.extensions()
    yield x509.SubjectKeyIdentifier.from_public_key(csr.public_key()), False
    if not template.is_root:
        yield authority_key_identifier(ca), False
        yield from revocation_extensions(ca.revocation, ca_id=ca.ca_id, region=ca.region_name)


def _csr_extensions(template: Template, csr: x509.CertificateSigningRequest) -> Iterator[Extension]:
    """List the extensions of the CSR: alternative names with every template, the rest with CSR passthrough."""
    for extension in csr.extensions:
        if template.takes_csr or extension.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME:
            yield extension.value, extension.critical


def _is_only_name(value: x509.ExtensionType, *, has_subject: bool) -> bool:
    return not has_subject and value.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME


def authority_key_identifier(ca: SandboxCa) -> x509.AuthorityKeyIdentifier:
    """Build the key identifier from the CA's own certificate, since an external parent may have chosen it.

    If the certificate has none, it is the SHA-1 of the key: https://docs.aws.amazon.com/privateca/latest/userguide/RFC-compliance.html
    """
    if ca.certificate:
        for extension in ca.certificate.extensions:
            if isinstance(extension.value, x509.SubjectKeyIdentifier):
                return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(extension.value)
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key())

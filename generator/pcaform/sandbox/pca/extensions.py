"""The extensions of a certificate: out of four sources, in AWS's order.

"For each extension value, the template definition has highest priority, followed by API passthrough values, followed
by CSR passthrough extensions": https://docs.aws.amazon.com/privateca/latest/userguide/template-order-of-operations.html
What the CA's configuration says stands in the template's table, so it counts as the template's.
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from pcaform.sandbox.http.aws_error import Refusal
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.passthrough import Passthrough
from pcaform.sandbox.pca.revocation import pointers
from pcaform.sandbox.pca.templates import Extension, Template


def choose_extensions(
    authority: SandboxCa, template: Template, *, request: x509.CertificateSigningRequest, added: Passthrough
) -> list[Extension]:
    """List every extension once, from the first source that has it; `added` is empty unless the template takes it.

    The alternative names become critical where no subject stands beside them, as RFC 5280, 4.2.1.6 demands.
    """
    sources = [*_dictated(authority, template, request=request), *added.extensions, *_requested(template, request)]
    first = {value.oid: (value, is_critical) for value, is_critical in reversed(sources)}
    chosen = [first.pop(value.oid) for value, _ in sources if value.oid in first]
    has_subject = bool((added.subject or request.subject).rdns)
    return [(value, is_critical or _stands_alone(value, has_subject=has_subject)) for value, is_critical in chosen]


def check_readable(certificate: x509.Certificate) -> None:
    """Refuse a certificate whose extensions no client could read, as a custom extension can make it.

    AWS documents no check of a custom extension's value; InvalidArgsException is what it says of wrong arguments.
    """
    try:
        _ = certificate.extensions
    except x509.UnsupportedGeneralNameType:
        return  # valid: an EdiPartyName, which only cryptography does not read
    except ValueError as error:
        raise Refusal("InvalidArgsException", f"An extension is not what its identifier says: {error}.") from error


def _dictated(
    authority: SandboxCa, template: Template, *, request: x509.CertificateSigningRequest
) -> Iterator[Extension]:
    """List what neither API nor CSR can change. A root has no authority key identifier.

    "AWS Private CA does not set the authority key identifier extension on root certificates":
    https://docs.aws.amazon.com/privateca/latest/userguide/matter.html
    """
    yield from template.extensions()
    yield x509.SubjectKeyIdentifier.from_public_key(request.public_key()), False
    if not template.is_root:
        yield _authority_key_identifier(authority), False
        yield from pointers(authority.revocation, authority_id=authority.authority_id, region=authority.region_name)


def _requested(template: Template, request: x509.CertificateSigningRequest) -> Iterator[Extension]:
    """List what comes from the CSR: the alternative names with every template, the rest with CSR passthrough."""
    for extension in request.extensions:
        if template.takes_csr or extension.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME:
            yield extension.value, extension.critical


def _stands_alone(value: x509.ExtensionType, *, has_subject: bool) -> bool:
    return not has_subject and value.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME


def _authority_key_identifier(authority: SandboxCa) -> x509.AuthorityKeyIdentifier:
    """Name the CA's key as its own certificate names it, which an outside parent may have chosen.

    Without a name there it is the SHA-1 of the key: https://docs.aws.amazon.com/privateca/latest/userguide/RFC-compliance.html
    """
    if authority.certificate:
        for extension in authority.certificate.extensions:
            if isinstance(extension.value, x509.SubjectKeyIdentifier):
                return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(extension.value)
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())

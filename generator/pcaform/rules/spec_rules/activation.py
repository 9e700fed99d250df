"""Rules about CAs whose certificate this stack does not issue."""

from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography import x509

from pcaform.core.x509 import certificates, is_ca, is_signed_by, key_algorithm
from pcaform.rules.rule import error, warning
from pcaform.spec.cas import CertificateAuthority, OfflineActivation
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"
_IMPORT = "https://docs.aws.amazon.com/privateca/latest/APIReference/API_ImportCertificateAuthorityCertificate.html"


@error("pending-parent")
def pending_ca_signs_nothing(spec: Spec) -> Iterator[Violation]:
    """A CA without a certificate (`activation: pending`) signs nothing yet."""
    signed = [((_AUTHORITIES, key, "parent"), ca.parent) for key, ca in spec.managed.items()]
    signed += [
        (("certificates", key, "certificate_authority"), certificate.certificate_authority)
        for key, certificate in spec.certificates.items()
    ]
    for loc, key in signed:
        if key in spec.pending:
            yield Violation(loc, f"'{key}' has no certificate yet and signs nothing: leave this out until it has one")


@warning("pending-permission")
def pending_ca_has_no_permissions(spec: Spec) -> Iterator[Violation]:
    """The permissions of a CA without a certificate are rendered only when it has one."""
    for key in sorted(spec.pending):
        if spec.managed[key].permissions:
            message = f"'{key}' has no certificate yet: its permissions are rendered when it has one"
            yield Violation((_AUTHORITIES, key, "permissions"), message)


@error("issued-elsewhere")
def external_ca_has_no_certificate_settings(spec: Spec) -> Iterator[Violation]:
    """`generation` and `api_passthrough` are set only for a CA whose certificate this stack issues."""
    for key, ca in spec.managed.items():
        for name in ("generation", "api_passthrough") if ca.activation is not None else ():
            if name in ca.model_fields_set and getattr(ca, name) not in (1, None):
                message = f"with 'activation' this stack issues no certificate: remove '{name}'"
                yield Violation((_AUTHORITIES, key, name), message)


@error("offline-certificate", source=_IMPORT)
def offline_certificate_matches_ca(spec: Spec) -> Iterator[Violation]:
    """A certificate signed elsewhere belongs to this CA, and its chain leads to a root; AWS checks that on import."""
    for key, ca, activation in _list_offline(spec):
        loc = (_AUTHORITIES, key, "activation")
        try:
            for name, message in _find_mismatches(ca, activation):
                yield Violation((*loc, name), message)
        except ValueError as invalid:
            yield Violation(loc, str(invalid))


@error("offline-date", source=_IMPORT)
def offline_certificate_is_valid_now(spec: Spec) -> Iterator[Violation]:
    """AWS installs a certificate only while it is valid."""
    now = datetime.now(UTC)
    for key, _, activation in _list_offline(spec):
        try:
            certificate = _parse_certificate(activation.certificate)
        except ValueError:
            continue
        loc = (_AUTHORITIES, key, "activation", "certificate")
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if now < start:
            yield Violation(loc, f"the certificate is not valid yet, its first day is {start:%Y-%m-%d}")
        elif now > end:
            yield Violation(loc, f"the certificate ended on {end:%Y-%m-%d}: have a new one signed")


def _list_offline(spec: Spec) -> Iterator[tuple[str, CertificateAuthority, OfflineActivation]]:
    for key, ca in spec.managed.items():
        if isinstance(ca.activation, OfflineActivation):
            yield key, ca, ca.activation


def _parse_certificate(pem: str) -> x509.Certificate:
    parsed = certificates(pem)
    if len(parsed) != 1:
        raise ValueError(f"{len(parsed)} certificates, expected one: those above it are 'certificate_chain'")
    return parsed[0]


def _parse_csr_key(pem: str) -> object:
    try:
        return x509.load_pem_x509_csr(pem.encode()).public_key()
    except ValueError:
        raise ValueError("this is not a CSR in PEM, which starts with -----BEGIN CERTIFICATE REQUEST-----") from None


def _find_mismatches(ca: CertificateAuthority, activation: OfflineActivation) -> Iterator[tuple[str, str]]:
    """Yield key and message for each mismatch of the PEMs; raises ValueError for text that is not PEM."""
    certificate = _parse_certificate(activation.certificate)
    chain = certificates(activation.certificate_chain) if activation.certificate_chain else []
    csr = activation.certificate_signing_request
    algorithm = key_algorithm(certificate.public_key())
    if not is_ca(certificate):
        yield "certificate", "this is not a CA certificate: its basic constraints do not say CA"
    if algorithm not in (ca.key_algorithm, None):
        yield "certificate", f"the certificate's key is {algorithm}, the CA's is {ca.key_algorithm}"
    if csr is not None and _parse_csr_key(csr) != certificate.public_key():
        yield "certificate", "the certificate's key differs from that of the CA's CSR"
    yield from _find_chain_mismatches(ca, certificate, chain)


def _find_chain_mismatches(
    ca: CertificateAuthority, certificate: x509.Certificate, chain: list[x509.Certificate]
) -> Iterator[tuple[str, str]]:
    if ca.type == "ROOT":
        if chain:
            yield "certificate_chain", "a root has no chain: remove it"
        if not is_signed_by(certificate, certificate):
            yield "certificate", "a root's certificate is signed by its own key, this one is not"
        return
    if not chain:
        yield "certificate", "a subordinate CA needs 'certificate_chain': the certificates above it, the root last"
        return
    for below, above in zip([certificate, *chain], [*chain, chain[-1]], strict=True):
        if not is_signed_by(below, above):
            name = below.subject.rfc4514_string()
            message = f"the certificate above '{name}' is missing: each is signed by the next one, the root is last"
            yield "certificate_chain", message
            return

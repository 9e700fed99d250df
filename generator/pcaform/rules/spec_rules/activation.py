"""Rules about CAs whose certificate this stack does not issue."""

from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography import x509

from pcaform.core.x509 import certificates, is_ca, is_signed_by, key_algorithm
from pcaform.rules.rule import error, warning
from pcaform.spec.cas import CertificateAuthority, OfflineActivation
from pcaform.spec.finding import Finding
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"


@error("pending-parent")
def pending_ca_signs_nothing(spec: Spec) -> Iterator[Finding]:
    """A CA that waits for its certificate signs nothing yet."""
    waiting = [((_AUTHORITIES, key, "parent"), each.parent) for key, each in spec.managed.items()]
    waiting += [
        (("certificates", key, "certificate_authority"), each.certificate_authority)
        for key, each in spec.certificates.items()
    ]
    for loc, key in waiting:
        if key in spec.pending:
            yield Finding(
                loc, f"'{key}' still waits for its own certificate and signs nothing: leave this out until then"
            )


@warning("pending-permission")
def pending_ca_has_no_permissions(spec: Spec) -> Iterator[Finding]:
    """The permissions of a CA that waits for its certificate wait with it."""
    for key in sorted(spec.pending):
        if spec.managed[key].permissions:
            message = f"'{key}' still waits for its certificate: its permissions are rendered once it has one"
            yield Finding((_AUTHORITIES, key, "permissions"), message)


@error("issued-elsewhere")
def external_ca_has_no_certificate_settings(spec: Spec) -> Iterator[Finding]:
    """What shapes a certificate is said only where this stack issues it."""
    for key, authority in spec.managed.items():
        for name in ("generation", "api_passthrough") if authority.activation is not None else ():
            if name in authority.model_fields_set and getattr(authority, name) not in (1, None):
                yield Finding(
                    (_AUTHORITIES, key, name), f"with 'activation' no certificate is issued here: remove '{name}'"
                )


@error("offline-certificate")
def offline_certificate_matches_ca(spec: Spec) -> Iterator[Finding]:
    """A certificate signed elsewhere is that of this CA, and its chain leads to a root, as AWS checks on import."""
    for key, authority, activation in _offline(spec):
        loc = (_AUTHORITIES, key, "activation")
        try:
            for name, message in _misfits(authority, activation):
                yield Finding((*loc, name), message)
        except ValueError as error:
            yield Finding(loc, str(error))


@error("offline-date")
def offline_certificate_is_valid_now(spec: Spec) -> Iterator[Finding]:
    """AWS installs only a certificate that is valid today."""
    now = datetime.now(UTC)
    for key, _, activation in _offline(spec):
        try:
            certificate = _certificate(activation.certificate)
        except ValueError:
            continue
        loc = (_AUTHORITIES, key, "activation", "certificate")
        if now < certificate.not_valid_before_utc:
            yield Finding(loc, f"the certificate is valid from {certificate.not_valid_before_utc:%Y-%m-%d} on, not yet")
        elif now > certificate.not_valid_after_utc:
            yield Finding(
                loc, f"the certificate ended at {certificate.not_valid_after_utc:%Y-%m-%d}: have a new one signed"
            )


def _offline(spec: Spec) -> Iterator[tuple[str, CertificateAuthority, OfflineActivation]]:
    for key, authority in spec.managed.items():
        if isinstance(authority.activation, OfflineActivation):
            yield key, authority, authority.activation


def _certificate(pem: str) -> x509.Certificate:
    found = certificates(pem)
    if len(found) != 1:
        raise ValueError(f"{len(found)} certificates, wanted one: those above it are 'certificate_chain'")
    return found[0]


def _request_key(pem: str) -> object:
    try:
        return x509.load_pem_x509_csr(pem.encode()).public_key()
    except ValueError:
        raise ValueError("this is no signing request in PEM, -----BEGIN CERTIFICATE REQUEST----- and so on") from None


def _misfits(authority: CertificateAuthority, activation: OfflineActivation) -> Iterator[tuple[str, str]]:
    """Yield key and message for each way in which the PEMs do not fit; raises ValueError for text that is no PEM."""
    certificate = _certificate(activation.certificate)
    chain = certificates(activation.certificate_chain) if activation.certificate_chain else []
    request = activation.certificate_signing_request
    algorithm = key_algorithm(certificate.public_key())
    if not is_ca(certificate):
        yield "certificate", "this is no certificate of a CA: its basic constraints do not say so"
    if algorithm not in (authority.key_algorithm, None):
        yield "certificate", f"the certificate's key is {algorithm}, the CA's is {authority.key_algorithm}"
    if request is not None and _request_key(request) != certificate.public_key():
        yield "certificate", "the certificate's key is not that of the CA's signing request"
    yield from _chain_misfits(authority, certificate, chain)


def _chain_misfits(
    authority: CertificateAuthority, certificate: x509.Certificate, chain: list[x509.Certificate]
) -> Iterator[tuple[str, str]]:
    if authority.type == "ROOT":
        if chain:
            yield "certificate_chain", "a root has no chain: remove it"
        if not is_signed_by(certificate, certificate):
            yield "certificate", "a root's certificate signs itself, this one does not"
        return
    if not chain:
        yield "certificate", "a subordinate CA needs 'certificate_chain': the certificates above it, the root last"
        return
    for below, above in zip([certificate, *chain], [*chain, chain[-1]], strict=True):
        if not is_signed_by(below, above):
            name = below.subject.rfc4514_string()
            yield (
                "certificate_chain",
                f"the certificate above '{name}' is missing: each is signed by the next, the root last",
            )
            return

"""Rules about CAs and certificates from elsewhere: no apply may reissue or disable one that exists, or fail at AWS."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pcaform.core import facts
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


def _parse_certificate(pem: str) -> Any:
    from pcaform.core.x509 import certificates

    parsed = certificates(pem)
    if len(parsed) != 1:
        raise ValueError(f"{len(parsed)} certificates, expected one: those above it are 'certificate_chain'")
    return parsed[0]


def _parse_csr_key(pem: str) -> object:
    from cryptography.x509 import load_pem_x509_csr

    try:
        return load_pem_x509_csr(pem.encode()).public_key()
    except ValueError:
        raise ValueError("this is not a CSR in PEM, which starts with -----BEGIN CERTIFICATE REQUEST-----") from None


def _find_mismatches(ca: CertificateAuthority, activation: OfflineActivation) -> Iterator[tuple[str, str]]:
    """Yield key and message for each mismatch of the PEMs; raises ValueError for text that is not PEM."""
    from pcaform.core.x509 import certificates, is_ca, key_algorithm

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


def _find_chain_mismatches(ca: CertificateAuthority, certificate: Any, chain: list[Any]) -> Iterator[tuple[str, str]]:
    from pcaform.core.x509 import is_signed_by

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


@error("reissue")
def adopted_ca_is_not_reissued(spec: Spec) -> Iterator[Violation]:
    """A CA with an `arn` is active: a new certificate for it would replace the trust anchor."""
    for key, ca in spec.managed.items():
        if ca.arn is not None and ca.activation not in ("external", "pending"):
            message = f"'{key}' exists already, and this would install a new certificate: add 'activation: external'"
            yield Violation((_AUTHORITIES, key, "arn"), message)
        if ca.arn is None and ca.activation == "external":
            message = (
                f"'{key}' would stay without a certificate: name the existing CA with 'arn', or remove 'activation'"
            )
            yield Violation((_AUTHORITIES, key, "activation"), message)


@error("arn-place")
def ca_arn_matches_stack(spec: Spec) -> Iterator[Violation]:
    """The ARN of a CA has the stack's account and region, unless the CA has a `provider`."""
    for key, ca in spec.certificate_authorities.items():
        if ca.arn is None:
            continue
        loc, account_id = (_AUTHORITIES, key, "arn"), ca.arn.split(":")[4]
        if message := _compare_region(ca.arn, spec.region_of(key)):
            yield Violation(loc, message)
        elif account_id != spec.aws.account_id and ca.managed and ca.provider is None:
            message = f"this ARN is of account {account_id}, not the stack's: add 'provider', or 'managed: false'"
            yield Violation(loc, message)


@error("certificate-place")
def certificate_arn_matches_ca(spec: Spec) -> Iterator[Violation]:
    """The ARN of an ACM certificate has its CA's region, and the stack's account unless the CA has a `provider`."""
    for key, certificate in spec.certificates.items():
        ca = spec.certificate_authorities.get(certificate.certificate_authority)
        if certificate.arn is None or ca is None:
            continue
        loc, account_id = ("certificates", key, "arn"), certificate.arn.split(":")[4]
        if message := _compare_region(certificate.arn, spec.region_of(certificate.certificate_authority)):
            yield Violation(loc, message)
        elif account_id != spec.aws.account_id and ca.provider is None:
            yield Violation(loc, f"this ARN is of account {account_id}, expected: {spec.aws.account_id}, the stack's")


@error("arn-twice")
def arns_are_unique(spec: Spec) -> Iterator[Violation]:
    """A spec has each CA and each certificate once: two entries of the same one would overwrite each other."""
    owners: dict[str, str] = {}
    for section in ("certificate_authorities", "certificates"):
        for key, item in getattr(spec, section).items():
            if item.arn is not None and owners.setdefault(item.arn, key) != key:
                message = f"'{owners[item.arn]}' has the same ARN: remove one of the two"
                yield Violation((section, key, "arn"), message)


@error("deletion-window")
def adopted_ca_keeps_deletion_window(spec: Spec) -> Iterator[Violation]:
    """An adopted CA keeps 30 days: Terraform imports this value, and AWS refuses an update that changes only this."""
    for key, ca in spec.managed.items():
        if ca.arn is not None and ca.permanent_deletion_time_in_days != facts.DEFAULT_DELETION_DAYS:
            message = "AWS refuses this change on a CA that exists: remove it, the value is 30 after the import"
            yield Violation((_AUTHORITIES, key, "permanent_deletion_time_in_days"), message)


@warning("disabled-before-active", source="https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html")
def disabled_ca_exists(spec: Spec) -> Iterator[Violation]:
    """Only an active CA can be disabled; Terraform creates every CA enabled."""
    for key, ca in spec.managed.items():
        if not ca.enabled and ca.arn is None:
            message = f"only an active CA can be disabled: leave this out until '{key}' has been applied once"
            yield Violation((_AUTHORITIES, key, "enabled"), message)


@warning("revocation-left-out")
def adopted_ca_states_revocation(spec: Spec) -> Iterator[Violation]:
    """An adopted CA has `revocation_configuration`: without it, the next apply switches revocation off."""
    for key, ca in spec.managed.items():
        if ca.arn is not None and ca.revocation_configuration is None:
            message = (
                f"if revocation is on for '{key}', the next apply would switch it off: write "
                "'revocation_configuration' as it is, or with 'enabled: false'"
            )
            yield Violation((_AUTHORITIES, key), message)


def _compare_region(arn: str, expected_region: str) -> str | None:
    """Return the message for an ARN of another region or partition than expected."""
    _, partition, _, region, _ = arn.split(":", 4)
    expected_partition = facts.partition(expected_region)
    if (partition, region) == (expected_partition, expected_region):
        return None
    return f"this ARN is of {partition}, {region}, expected: {expected_partition}, {expected_region}"

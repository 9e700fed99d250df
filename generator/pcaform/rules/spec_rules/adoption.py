"""Rules about CAs and certificates from elsewhere: no apply may reissue or disable one that exists, or fail at AWS."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pcaform.core import facts
from pcaform.rules.rule import Problems, error, select, warning
from pcaform.spec.cas import Authority, CertificateAuthority, OfflineActivation
from pcaform.spec.parse import Violation
from pcaform.spec.sections import Certificate
from pcaform.spec.stack import Spec

_STATUS = "privateca/latest/userguide/PcaUpdateStatus.html"
_IMPORT = "privateca/latest/APIReference/API_ImportCertificateAuthorityCertificate.html"


@error("pending-parent")
def pending_ca_signs_nothing(spec: Spec) -> Iterator[Violation]:
    """A CA without a certificate (`activation: pending`) signs nothing yet."""
    for loc, key in select(spec, "managed.*.parent", "certificates.*.certificate_authority"):
        if key in spec.pending:
            yield Violation(loc, f"'{key}' has no certificate yet and signs nothing: leave this out until it has one")


@warning("pending-permission", of="managed.*")
def pending_ca_has_no_permissions(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """The permissions of a CA without a certificate are rendered only when it has one."""
    if ca.activation == "pending" and ca.permissions:
        yield "permissions", f"'{key}' has no certificate yet: its permissions are rendered when it has one"


@error("issued-elsewhere", of="managed.*")
def external_ca_has_no_certificate_settings(ca: CertificateAuthority, *_: Any) -> Problems:
    """`generation`, `api_passthrough` and `template` are set only for a CA whose certificate this stack issues."""
    # A certificate from elsewhere may have name constraints, as they are in there; one that is still pending has none.
    pending = ("name_constraints",) if ca.activation == "pending" else ()
    for name in ("generation", "api_passthrough", "template", *pending) if ca.activation is not None else ():
        if name in ca.model_fields_set and getattr(ca, name) not in (1, None):
            yield name, f"with 'activation' this stack issues no certificate: remove '{name}'"


@error("offline-certificate", source=_IMPORT)
def offline_certificate_matches_ca(spec: Spec) -> Iterator[Violation]:
    """A certificate signed elsewhere belongs to this CA, and its chain leads to a root; AWS checks that on import."""
    owners: dict[bytes, str] = {}
    for key, ca in spec.managed.items():
        activation = ca.activation
        if not isinstance(activation, OfflineActivation):
            continue
        from pcaform.rules import offline_certificates  # loads cryptography

        loc = ("certificate_authorities", key, "activation")
        try:
            for name, message in offline_certificates.find_mismatches(ca, activation):
                yield Violation((*loc, name), message)
            owner = owners.setdefault(offline_certificates.encode_key(activation), key)
            if owner != key:
                message = f"this certificate has the key of '{owner}': give the one that was signed for '{key}'"
                yield Violation((*loc, "certificate"), message)
        except ValueError as invalid:
            yield Violation(loc, str(invalid))


@error("offline-date", of="managed.*.activation", source=_IMPORT)
def offline_certificate_is_valid_now(activation: OfflineActivation | str, *_: Any) -> Problems:
    """AWS installs a certificate only while it is valid."""
    if isinstance(activation, str):
        return
    from pcaform.rules import offline_certificates  # loads cryptography

    try:
        certificate = offline_certificates.parse_certificate(activation.certificate)
    except ValueError:
        return
    now, start, end = datetime.now(UTC), certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < start:
        yield "certificate", f"the certificate is not valid yet, its first day is {start:%Y-%m-%d}"
    elif now > end:
        yield "certificate", f"the certificate ended on {end:%Y-%m-%d}: have a new one signed"


@error("reissue", of="managed.*")
def adopted_ca_is_not_reissued(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """A CA with an `arn` is active: a new certificate for it would replace the trust anchor."""
    if ca.arn is not None and ca.activation not in ("external", "pending"):
        yield "arn", f"'{key}' exists already, and this would install a new certificate: add 'activation: external'"
    if ca.arn is None and ca.activation == "external":
        message = f"'{key}' would stay without a certificate: name the existing CA with 'arn', or remove 'activation'"
        yield "activation", message


@error("arn-place", of="certificate_authorities.*")
def ca_arn_matches_stack(ca: Authority, key: str, spec: Spec) -> Problems:
    """The ARN of a CA has the stack's account and region, unless the CA has a `provider`."""
    if ca.arn is None:
        return
    account_id = ca.arn.split(":")[4]
    if message := _compare_region(ca.arn, spec.region_of(key)):
        yield "arn", message
    elif account_id != spec.aws.account_id and ca.managed and ca.provider is None:
        yield "arn", f"this ARN is of account {account_id}, not the stack's: add 'provider', or 'managed: false'"


@error("certificate-place", of="certificates.*")
def certificate_arn_matches_ca(certificate: Certificate, _: str, spec: Spec) -> Problems:
    """The ARN of an ACM certificate has its CA's region, and the stack's account unless the CA has a `provider`."""
    ca = spec.certificate_authorities.get(certificate.certificate_authority)
    if certificate.arn is None or ca is None:
        return
    account_id = certificate.arn.split(":")[4]
    if message := _compare_region(certificate.arn, spec.region_of(certificate.certificate_authority)):
        yield "arn", message
    elif account_id != spec.aws.account_id and ca.provider is None:
        yield "arn", f"this ARN is of account {account_id}, expected: {spec.aws.account_id}, the stack's"


@error("arn-twice")
def arns_are_unique(spec: Spec) -> Iterator[Violation]:
    """A spec has each CA and each certificate once: two entries of the same one would overwrite each other."""
    owners: dict[str, str] = {}
    for loc, arn in select(spec, "certificate_authorities.*.arn", "certificates.*.arn"):
        if owners.setdefault(arn, str(loc[1])) != loc[1]:
            yield Violation(loc, f"'{owners[arn]}' has the same ARN: remove one of the two")


@error("deletion-window", of="managed.*")
def adopted_ca_keeps_deletion_window(ca: CertificateAuthority, *_: Any) -> Problems:
    """An adopted CA keeps 30 days: Terraform imports this value, and AWS refuses an update that changes only this."""
    if ca.arn is not None and ca.permanent_deletion_time_in_days != facts.DEFAULT_DELETION_DAYS:
        message = "AWS refuses this change on a CA that exists: remove it, the value is 30 after the import"
        yield "permanent_deletion_time_in_days", message


@error("disabled-signer", of="managed.*", source=_STATUS)
def disabled_ca_signs_nothing(ca: CertificateAuthority, key: str, spec: Spec) -> Problems:
    """A CA is signed while it and its signer are enabled; `issued_generation` says that this has been applied."""
    signers = (key, ca.parent or key) if ca.activation is None else (key,)
    asleep = [each for each in signers if each in spec.managed and not spec.managed[each].enabled]
    if asleep and ca.arn is None and ca.activation != "pending" and ca.issued_generation != ca.generation:
        message = (
            f"'{asleep[0]}' is disabled, and nothing says that generation {ca.generation} of '{key}' was issued. If an "
            f"apply has issued it, write 'issued_generation: {ca.generation}'. If not: leave 'enabled: false' out of "
            f"'{asleep[0]}' and apply, which issues it; then write both"
        )
        yield "generation" if ca.generation > 1 else "", message


@warning("disabled-before-active", of="managed.*", source=_STATUS)
def pending_ca_is_enabled(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """Only an active CA can be disabled: not one without a certificate (`activation: pending`)."""
    if not ca.enabled and ca.activation == "pending":
        yield "enabled", f"'{key}' has no certificate yet, and AWS only disables active CAs: leave this out until then"


@error("issued-generation", of="managed.*")
def issued_generation_is_not_ahead(ca: CertificateAuthority, *_: Any) -> Problems:
    """`issued_generation` is at most `generation`: a lower one would take back a certificate that is in use."""
    if ca.issued_generation is not None and (ca.issued_generation > ca.generation or ca.activation == "pending"):
        seen = "it has no certificate yet" if ca.activation == "pending" else f"'generation' is {ca.generation}"
        yield "issued_generation", f"'issued_generation' is {ca.issued_generation}, but {seen}: correct one of the two"


@warning("revocation-left-out", of="managed.*")
def adopted_ca_states_revocation(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """An adopted CA has `revocation_configuration`: without it, the next apply switches revocation off."""
    if ca.arn is not None and ca.revocation_configuration is None:
        message = (
            f"if revocation is on for '{key}', the next apply would switch it off: write "
            "'revocation_configuration' as it is, or with 'enabled: false'"
        )
        yield "", message


def _compare_region(arn: str, expected_region: str) -> str | None:
    """Return the message for an ARN of another region or partition than expected."""
    _, partition, _, region, _ = arn.split(":", 4)
    expected_partition = facts.partition(expected_region)
    if (partition, region) == (expected_partition, expected_region):
        return None
    return f"this ARN is of {partition}, {region}, expected: {expected_partition}, {expected_region}"

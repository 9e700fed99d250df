"""Rules about existing CAs and certificates: no apply may reissue or disable one, or fail at AWS."""

from collections.abc import Iterator

from pcaform.core import facts
from pcaform.rules.rule import error, warning
from pcaform.spec.finding import Finding
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"
_DEFAULT_DELETION_DAYS = 30


@error("reissue")
def adopted_ca_is_not_reissued(spec: Spec) -> Iterator[Finding]:
    """A CA with an `arn` is active: issuing and installing a certificate for it would replace its trust anchor."""
    for key, authority in spec.managed.items():
        if authority.arn is not None and authority.activation not in ("external", "pending"):
            message = f"'{key}' exists already, and this would install a new certificate: add 'activation: external'"
            yield Finding((_AUTHORITIES, key, "arn"), message)
        if authority.arn is None and authority.activation == "external":
            message = (
                f"'{key}' would stay without a certificate: name the existing CA with 'arn', or remove 'activation'"
            )
            yield Finding((_AUTHORITIES, key, "activation"), message)


@error("arn-place")
def ca_arn_matches_stack(spec: Spec) -> Iterator[Finding]:
    """A CA's ARN is of the stack's account and region, unless `provider` says where else."""
    for key, authority in spec.certificate_authorities.items():
        if authority.arn is None:
            continue
        loc, account_id = (_AUTHORITIES, key, "arn"), authority.arn.split(":")[4]
        if message := _in_another_region(authority.arn, spec.region_of(key)):
            yield Finding(loc, message)
        elif account_id != spec.aws.account_id and authority.managed and authority.provider is None:
            yield Finding(
                loc, f"this ARN is of account {account_id}, not the stack's: add 'provider', or 'managed: false'"
            )


@error("certificate-place")
def certificate_arn_matches_ca(spec: Spec) -> Iterator[Finding]:
    """A certificate of ACM is of its CA's region, and of the stack's account unless the CA has a `provider`."""
    for key, certificate in spec.certificates.items():
        authority = spec.certificate_authorities.get(certificate.certificate_authority)
        if certificate.arn is None or authority is None:
            continue
        loc, account_id = ("certificates", key, "arn"), certificate.arn.split(":")[4]
        if message := _in_another_region(certificate.arn, spec.region_of(certificate.certificate_authority)):
            yield Finding(loc, message)
        elif account_id != spec.aws.account_id and authority.provider is None:
            yield Finding(loc, f"this ARN is of account {account_id}, expected: {spec.aws.account_id}, the stack's")


@error("arn-twice")
def arns_are_unique(spec: Spec) -> Iterator[Finding]:
    """Each CA and each certificate stands in a spec once: two entries of one thing would overwrite each other."""
    owners: dict[str, str] = {}
    for section in ("certificate_authorities", "certificates"):
        for key, each in getattr(spec, section).items():
            if each.arn is not None and owners.setdefault(each.arn, key) != key:
                yield Finding((section, key, "arn"), f"'{owners[each.arn]}' is this already: remove one of the two")


@error("deletion-window")
def adopted_ca_keeps_deletion_window(spec: Spec) -> Iterator[Finding]:
    """An adopted CA keeps 30 days: Terraform imports it so, and AWS refuses an update of nothing but this."""
    for key, authority in spec.managed.items():
        if authority.arn is not None and authority.permanent_deletion_time_in_days != _DEFAULT_DELETION_DAYS:
            message = "AWS refuses this change on a CA that exists: remove it, the value is 30 after import"
            yield Finding((_AUTHORITIES, key, "permanent_deletion_time_in_days"), message)


@warning("revocation-left-out")
def adopted_ca_states_revocation(spec: Spec) -> Iterator[Finding]:
    """An adopted CA says how it revokes: left out, the next apply switches off whatever is on."""
    for key, authority in spec.managed.items():
        if authority.arn is not None and authority.revocation_configuration is None:
            message = (
                f"if revocation is on for '{key}', the next apply would switch it off: write "
                "'revocation_configuration' as it is, or with 'enabled: false'"
            )
            yield Finding((_AUTHORITIES, key), message)


@warning("disabled-before-active")
def disabled_ca_exists(spec: Spec) -> Iterator[Finding]:
    """A CA can be disabled once it is active; Terraform creates every CA enabled."""
    for key, authority in spec.managed.items():
        if not authority.enabled and authority.arn is None:
            message = f"only an active CA can be disabled: leave this out until '{key}' was applied once"
            yield Finding((_AUTHORITIES, key, "enabled"), message)


def _in_another_region(arn: str, expected: str) -> str | None:
    """Return what is wrong with an ARN that is of another region or partition than expected."""
    _, partition, _, region, _ = arn.split(":", 4)
    wanted = facts.partition(expected)
    if (partition, region) == (wanted, expected):
        return None
    return f"this ARN is of {partition}, {region}, expected: {wanted}, {expected}"

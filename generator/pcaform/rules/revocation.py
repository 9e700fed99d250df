"""Rules about revocation lists and responders."""

from collections.abc import Iterator

from pcaform.spec.finding import Finding
from pcaform.spec.revocation import CrlConfiguration
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc


def list_has_bucket(spec: Spec) -> Iterator[Finding]:
    """A revocation list that is enabled names its bucket and how long one list is valid."""
    for loc, crl in _lists(spec):
        for name in ("s3_bucket_name", "expiration_in_days"):
            if crl.enabled and getattr(crl, name) is None:
                yield Finding(loc, f"a list that is enabled needs '{name}'")


def list_is_not_public(spec: Spec) -> Iterator[Finding]:
    """A revocation list is not public by an object's ACL: S3 Block Public Access refuses it."""
    for loc, crl in _lists(spec):
        if crl.s3_object_acl == "PUBLIC_READ":
            message = (
                "PUBLIC_READ fails on buckets with S3 Block Public Access: remove it, and serve the list through a CDN"
            )
            yield Finding((*loc, "s3_object_acl"), message)


def name_has_no_protocol(spec: Spec) -> Iterator[Finding]:
    """A custom name for a list or responder is a host name, without a protocol."""
    for key, authority in spec.managed.items():
        configuration = authority.revocation_configuration
        for section, name in (("crl_configuration", "custom_cname"), ("ocsp_configuration", "ocsp_custom_cname")):
            value = getattr(getattr(configuration, section, None), name, None)
            if value and "://" in value:
                loc = ("certificate_authorities", key, "revocation_configuration", section, name)
                yield Finding(loc, f"'{value}' starts with a protocol: write the host name alone")


def _lists(spec: Spec) -> Iterator[tuple[Loc, CrlConfiguration]]:
    for key, authority in spec.managed.items():
        configuration = authority.revocation_configuration
        if configuration is not None and configuration.crl_configuration is not None:
            loc = ("certificate_authorities", key, "revocation_configuration", "crl_configuration")
            yield loc, configuration.crl_configuration

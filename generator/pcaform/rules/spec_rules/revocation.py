"""Rules about CRLs, their buckets, and OCSP."""

import re
from collections.abc import Iterator

from pcaform.rules.rule import error
from pcaform.spec.finding import Finding
from pcaform.spec.revocation import CrlConfiguration
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_RESERVED = re.compile(
    r"xn--|sthree-|amzn-s3-demo-|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)\Z|.*\.\.|([0-9]+\.){3}[0-9]+\Z"
)
"""Both from https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""


@error("crl-incomplete")
def crl_has_bucket(spec: Spec) -> Iterator[Finding]:
    """A revocation list that is enabled names its bucket and how long one list is valid."""
    for loc, crl in _lists(spec):
        for name in ("s3_bucket_name", "expiration_in_days"):
            if crl.enabled and getattr(crl, name) is None:
                yield Finding(loc, f"a list that is enabled needs '{name}'")


@error("crl-public")
def crl_is_not_public(spec: Spec) -> Iterator[Finding]:
    """A revocation list is not public by an object's ACL: S3 Block Public Access refuses it."""
    for loc, crl in _lists(spec):
        if crl.s3_object_acl == "PUBLIC_READ":
            message = (
                "PUBLIC_READ fails on buckets with S3 Block Public Access: remove it, and serve the list through a CDN"
            )
            yield Finding((*loc, "s3_object_acl"), message)


@error("cname-protocol")
def cname_has_no_protocol(spec: Spec) -> Iterator[Finding]:
    """A custom name for a list or responder is a host name, without a protocol."""
    for key, authority in spec.managed.items():
        configuration = authority.revocation_configuration
        for section, name in (("crl_configuration", "custom_cname"), ("ocsp_configuration", "ocsp_custom_cname")):
            value = getattr(getattr(configuration, section, None), name, None)
            if value and "://" in value:
                loc = ("certificate_authorities", key, "revocation_configuration", section, name)
                yield Finding(loc, f"'{value}' starts with a protocol: write the host name alone")


@error("bucket-name")
def bucket_name_is_valid(spec: Spec) -> Iterator[Finding]:
    """A bucket of this stack has a name that S3 takes, and one that no other has."""
    owners: dict[str, str] = {}
    for key, bucket in spec.crl_buckets.items():
        name = bucket.bucket or key
        loc = ("crl_buckets", key, "bucket") if bucket.bucket else ("crl_buckets", key)
        if not _BUCKET.match(name):
            message = f"S3 takes no bucket '{name}': 3 to 63 lower-case letters, digits, '.' and '-', set 'bucket'"
            yield Finding(loc, message)
        elif _RESERVED.match(name):
            message = f"S3 keeps names like '{name}' for itself, or takes it for an address: set another 'bucket'"
            yield Finding(loc, message)
        elif name in owners:
            yield Finding(loc, f"'{owners[name]}' makes the bucket '{name}' already: rename one")
        owners.setdefault(name, key)


def _lists(spec: Spec) -> Iterator[tuple[Loc, CrlConfiguration]]:
    for key, authority in spec.managed.items():
        configuration = authority.revocation_configuration
        if configuration is not None and configuration.crl_configuration is not None:
            loc = ("certificate_authorities", key, "revocation_configuration", "crl_configuration")
            yield loc, configuration.crl_configuration

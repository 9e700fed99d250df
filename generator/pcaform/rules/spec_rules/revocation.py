"""Rules about CRLs, their buckets, and OCSP."""

import re
from collections.abc import Iterator
from typing import Any

from pcaform.rules.rule import Problems, error, select, warning
from pcaform.spec.cas import CrlConfiguration
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_RESERVED = re.compile(
    r"xn--|sthree-|amzn-s3-demo-|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)\Z|.*\.\.|([0-9]+\.){3}[0-9]+\Z"
)
_CONFIGURATION = "managed.*.revocation_configuration"
_CRLS = f"{_CONFIGURATION}.crl_configuration"
_CRL = "https://docs.aws.amazon.com/privateca/latest/APIReference/API_CrlConfiguration.html"
_PLANNING = "https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html"
_BUCKET_NAMES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"


@error("crl-incomplete", of=_CRLS, source=_CRL)
def crl_has_bucket(crl: CrlConfiguration, *_: Any) -> Problems:
    """An enabled CRL has a bucket, and a number of days for which it is valid."""
    for name in ("s3_bucket_name", "expiration_in_days"):
        if crl.enabled and getattr(crl, name) is None:
            yield "", f"an enabled CRL needs '{name}'"


@error("crl-public", of=_CRLS, source=_PLANNING)
def crl_is_not_public(crl: CrlConfiguration, *_: Any) -> Problems:
    """A CRL is not public by an object's ACL: S3 Block Public Access refuses it."""
    if crl.s3_object_acl == "PUBLIC_READ":
        message = "PUBLIC_READ fails on buckets with S3 Block Public Access: remove it, and serve the CRL through a CDN"
        yield "s3_object_acl", message


@error("cname-protocol", source=_CRL)
def cname_has_no_protocol(spec: Spec) -> Iterator[Violation]:
    """The custom name of a CRL or OCSP responder is a host name, without a protocol."""
    for loc, value in select(spec, f"{_CRLS}.custom_cname", f"{_CONFIGURATION}.ocsp_configuration.ocsp_custom_cname"):
        if "://" in value:
            yield Violation(loc, f"'{value}' starts with a protocol: write only the host name")


@error("bucket-name", source=_BUCKET_NAMES)
def bucket_name_is_valid(spec: Spec) -> Iterator[Violation]:
    """The name of a bucket of this stack is valid at S3, and unique in the spec."""
    owners: dict[str, str] = {}
    for key, bucket in spec.crl_buckets.items():
        name = bucket.bucket or key
        loc = ("crl_buckets", key, "bucket") if bucket.bucket else ("crl_buckets", key)
        if not _BUCKET.match(name):
            message = (
                f"'{name}' is not a valid bucket name, allowed: 3 to 63 lower-case letters, digits, '.' and '-': "
                "set 'bucket'"
            )
            yield Violation(loc, message)
        elif _RESERVED.match(name):
            message = f"'{name}' is reserved by S3, or looks like an IP address: set another 'bucket'"
            yield Violation(loc, message)
        elif name in owners:
            yield Violation(loc, f"'{owners[name]}' has the same bucket '{name}': rename one")
        owners.setdefault(name, key)


@warning("crl-bucket-unused")
def crl_bucket_is_used(spec: Spec) -> Iterator[Violation]:
    """A CA publishes its CRL in each bucket of this stack."""
    used = {crl.s3_bucket_name for _, crl in select(spec, _CRLS) if crl.s3_bucket_name and crl.enabled}
    for loc, bucket in select(spec, "crl_buckets.*"):
        name = bucket.bucket or str(loc[1])
        if name not in used:
            close = suggest(name, used) or ": name it in a CA's 's3_bucket_name', or remove it"
            yield Violation(loc, f"no CA of this spec has its CRL in '{name}'{close}")


@warning("crl-unreadable", source=_PLANNING)
def crl_can_be_read(spec: Spec) -> Iterator[Violation]:
    """Whoever checks a certificate can read the CRL: this stack's buckets are private, CloudFront serves them."""
    buckets = {bucket.bucket or key: (key, bucket) for key, bucket in spec.crl_buckets.items()}
    for loc, crl in select(spec, _CRLS):
        key, bucket = buckets.get(crl.s3_bucket_name or "", ("", None))
        if bucket is None or not crl.enabled:
            continue
        if not bucket.cloudfront_distribution_arns:
            message = f"nobody can read the CRL in the private bucket '{key}': add 'cloudfront_distribution_arns' to it"
            yield Violation((*loc, "s3_bucket_name"), message)
        if crl.custom_cname is None:
            message = "certificates carry the private bucket's address: add 'custom_cname', the distribution's host"
            yield Violation(loc, message)

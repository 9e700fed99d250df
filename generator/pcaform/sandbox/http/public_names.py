"""Answers for a bucket's objects over plain HTTP, to anyone: at its own address, or through a CloudFront distribution.

CloudFront goes on to S3 "by using the protocol that viewers used", where the policy of the bucket decides:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-s3-origin.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.cloudfront.models import Distribution, Origin, ViewerCertificate, cloudfront_backends

from pcaform.sandbox.s3.by_services import find_bucket, is_allowed

_BUCKET_HOST = re.compile(r"(.+)\.s3(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")
_DENIED = ("403 Forbidden", b"AccessDenied\n")


class SignedOrigin(Origin):
    """An origin with its origin access control, which moto drops."""

    def __init__(self, origin: dict[str, Any]) -> None:
        super().__init__(origin)
        self.origin_access_control_id = origin.get("OriginAccessControlId") or ""


class OwnCertificate(ViewerCertificate):
    """The certificate of a distribution, which is CloudFront's own only without another."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.acm_certificate_arn: str | None = config.get("ACMCertificateArn") or None
        self.iam_certificate_id: str | None = config.get("IAMCertificateId") or None
        self.cloud_front_default_certificate = not (self.acm_certificate_arn or self.iam_certificate_id)


def answer_publicly(host: str, key: str) -> tuple[str, bytes] | None:
    """Return status and body for GET http://HOST/KEY; None where no bucket and no distribution has the name."""
    distribution = next((each for each in _distributions() if host in _names(each)), None)
    if distribution is None:
        return _read(host, key)
    config = distribution.distribution_config
    (origin,) = config.Origins["Items"]
    if not config.Enabled or config.DefaultCacheBehavior.viewer_protocol_policy != "allow-all":
        return _DENIED  # a redirect to HTTPS leads to what the sandbox does not have
    is_signed = bool(origin.origin_access_control_id)
    return _read(origin.domain_name, key, source=distribution.arn if is_signed else "") or _DENIED


def _distributions() -> list[Distribution]:
    return [each for _, _, backend in cloudfront_backends.iter_backends() for each in backend.distributions.values()]


def _names(distribution: Distribution) -> tuple[str, ...]:
    return (distribution.domain_name, *(distribution.distribution_config.Aliases.get("Items") or ()))


def _read(host: str, key: str, *, source: str = "") -> tuple[str, bytes] | None:
    match = _BUCKET_HOST.fullmatch(host)
    bucket = find_bucket(match[1]) if match else None
    if bucket is None:
        return None
    caller = {"by": "cloudfront.amazonaws.com", "source": source} if source else {"by": ""}
    is_readable = key in bucket.keys and is_allowed(bucket, key, "s3:GetObject", **caller, is_secure=False)
    return ("200 OK", bucket.keys[key].value) if is_readable else _DENIED

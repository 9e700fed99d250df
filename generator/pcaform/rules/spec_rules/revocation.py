"""Rules about CRLs, their buckets, and OCSP."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pcaform.core import facts
from pcaform.iam.policies.resource_policies import bucket_policy
from pcaform.rules.rule import Problems, error, select, warning
from pcaform.spec.cas import CrlConfiguration
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation
from pcaform.spec.sections import CrlBucket
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_RESERVED = re.compile(
    r"xn--|sthree-|amzn-s3-demo-|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)\Z|.*\.\.|([0-9]+\.){3}[0-9]+\Z"
)
_CONFIGURATION = "managed.*.revocation_configuration"
_CRLS = f"{_CONFIGURATION}.crl_configuration"
_CRL = "privateca/latest/APIReference/API_CrlConfiguration.html"
_PLANNING = "privateca/latest/userguide/crl-planning.html"
_YEAR = 366


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


@error("bucket-name", source="AmazonS3/latest/userguide/bucketnamingrules.html")
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
        if name not in used and bucket.content == "crls":
            close = suggest(name, used) or ": name it in a CA's 's3_bucket_name', or remove it"
            yield Violation(loc, f"no CA of this spec has its CRL in '{name}'{close}")


@error("crl-unreadable", source=_PLANNING)
def crl_can_be_read(spec: Spec) -> Iterator[Violation]:
    """Whoever checks a certificate can read the CRL at the URL in it: this stack's buckets are private."""
    from pcaform.checks.audit.crl_access import why_unreadable

    for loc, crl, key, bucket in _crls_here(spec):
        name, own, aws = bucket.bucket or key, f"(distribution of {key})", spec.aws
        policy = bucket_policy(bucket, name, account_id=aws.account_id, region=aws.region, distribution=own)
        is_of_crls = bucket.content == "crls"
        reason = why_unreadable(crl.model_dump(), name, json.dumps(policy)) if is_of_crls else ""
        if reason and crl.custom_cname is None:
            advice = "add 'custom_cname', the name of a distribution that reads it ('distribution' makes one)"
            message = f"no one can read the CRL: {reason}: {advice}"
            yield Violation(loc, message)
        elif reason:
            message = (
                f"no one can read the CRL: {reason}: add 'distribution' or 'cloudfront_distribution_arns' to '{key}'"
            )
            yield Violation((*loc, "custom_cname"), message)


def _crls_here(spec: Spec) -> Iterator[tuple[Loc, CrlConfiguration, str, CrlBucket]]:
    """Yield each CRL in a bucket of this stack, with the bucket."""
    buckets = {bucket.bucket or key: (key, bucket) for key, bucket in spec.crl_buckets.items()}
    for loc, crl in select(spec, _CRLS):
        if crl.enabled and crl.s3_bucket_name in buckets:
            yield loc, crl, *buckets[crl.s3_bucket_name]


@error(
    "crl-distribution", source="AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-requirements"
)
def distribution_answers_for_names(spec: Spec) -> Iterator[Violation]:
    """The distribution of a bucket has a certificate for the names of the CRLs, or they are CloudFront's own."""
    for loc, distribution in select(spec, "crl_buckets.*.distribution"):
        arn = distribution.acm_certificate_arn
        if facts.partition(spec.aws.region) != "aws":
            yield Violation(loc, f"CloudFront is not in the partition of {spec.aws.region}: serve the CRLs elsewhere")
        elif arn is not None and arn.split(":")[3] != "us-east-1":
            message = f"'{arn}' is in {arn.split(':')[3]}, and CloudFront only takes certificates of us-east-1"
            yield Violation((*loc, "acm_certificate_arn"), message)
    for loc, crl, key, bucket in _crls_here(spec):
        is_known = crl.custom_cname is None or facts.is_of_cloudfront(crl.custom_cname)
        own = None if bucket.cloudfront_distribution_arns else bucket.distribution
        if own and not is_known and own.acm_certificate_arn is None:
            message = (
                f"the distribution of '{key}' does not answer for '{crl.custom_cname}': add 'acm_certificate_arn' to it"
            )
            yield Violation((*loc, "custom_cname"), message)


@error("audit-report-bucket", source="privateca/latest/userguide/PcaAuditReport.html")
def reports_are_kept_apart(spec: Spec) -> Iterator[Violation]:
    """A bucket for audit reports has no CRL, and nothing that serves it."""
    for loc, bucket in select(spec, "crl_buckets.*"):
        for name in ("cloudfront_distribution_arns", "distribution"):
            if bucket.content == "audit_reports" and getattr(bucket, name):
                yield Violation((*loc, name), f"'{loc[1]}' is for audit reports, which nobody serves: remove '{name}'")
    for loc, _, key, bucket in _crls_here(spec):
        if bucket.content == "audit_reports":
            yield Violation((*loc, "s3_bucket_name"), f"'{key}' is for audit reports: name a bucket for CRLs")


@warning("crl-over-a-year", of=_CRLS)
def crl_ends_in_sensible_time(crl: CrlConfiguration, *_: Any) -> Problems:
    """A CRL is valid for at most a year: a client that has one need not ask for another until its end."""
    if crl.enabled and (crl.expiration_in_days or 0) > _YEAR:
        message = f"{crl.expiration_in_days} days: a client may not learn of a revocation for so long: {_YEAR} or fewer"
        yield "expiration_in_days", message

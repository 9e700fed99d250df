"""Rules about shares, and about the buckets for revocation lists."""

import re
from collections.abc import Iterator

from pcaform.core import facts
from pcaform.spec.finding import Finding
from pcaform.spec.messages import suggest_nearest
from pcaform.spec.stack import Spec

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_RESERVED = re.compile(
    r"xn--|sthree-|amzn-s3-demo-|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)\Z|.*\.\.|([0-9]+\.){3}[0-9]+\Z"
)
"""Both from https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""


def share_names_someone(spec: Spec) -> Iterator[Finding]:
    """A share is of a CA of this spec and account, names accounts or an organization, and a template AWS shares."""
    known = list(spec.certificate_authorities)
    for key, share in spec.shares.items():
        authority = spec.certificate_authorities.get(key)
        if authority is None:
            message = f"the CA '{key}' is not in this spec{suggest_nearest(key, known)}, known: {', '.join(known)}"
            yield Finding(("shares", key), message)
        elif not share.accounts and share.organization is None:
            yield Finding(("shares", key), f"'{key}' is shared with nobody: give 'accounts' or 'organization'")
        elif authority.arn is not None and authority.arn.split(":")[4] != spec.aws.account_id:
            yield Finding(("shares", key), f"'{key}' is of another account: its owner shares it")
        if share.template not in facts.SHARED_TEMPLATES:
            message = f"AWS shares no CA for '{share.template}', allowed: {', '.join(facts.SHARED_TEMPLATES)}"
            yield Finding(("shares", key, "template"), message)


def bucket_can_be_made(spec: Spec) -> Iterator[Finding]:
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

"""A CA with all that serves its CRL (bucket, distribution, record, zone), and what is found where one of it changes."""

from typing import Any

from checks.guard.builders import AUTHORITY, CA, allow, change, policy, rules, there
from pcaform.terraform.plan_json import Resource

NAME, ZONE = "crl.corp.example", "corp.example"
PUBLIC: dict[str, Any] = {"enabled": True, "s3_bucket_name": "lists", "s3_object_acl": "PUBLIC_READ"}
NAMED = {**PUBLIC, "s3_object_acl": "BUCKET_OWNER_FULL_CONTROL", "custom_cname": NAME, "expiration_in_days": 7}
FRONT = "arn:aws:cloudfront::123456789012:distribution/E1"
ORIGIN = {"domain_name": "lists.s3.eu-west-1.amazonaws.com", "origin_id": "s3", "origin_access_control_id": "O1"}
DISTRIBUTION: dict[str, Any] = {
    "id": "E1",
    "arn": FRONT,
    "domain_name": "d1.cloudfront.net",
    "aliases": [NAME],
    "enabled": True,
    "origin": [ORIGIN],
    "default_cache_behavior": [{"viewer_protocol_policy": "allow-all", "cache_policy_id": "P1"}],
}
ALIAS = [{"name": "d1.cloudfront.net", "zone_id": "Z2"}]
RECORD: dict[str, Any] = {"name": NAME, "type": "A", "zone_id": "Z1", "alias": ALIAS, "records": None}
OBJECTS, BUCKET = "arn:aws:s3:::lists/*", "arn:aws:s3:::lists"
WRITES = allow("s3:*", [BUCKET, OBJECTS], Principal={"Service": "acm-pca.amazonaws.com"})
FROM_FRONT = {"StringEquals": {"AWS:SourceArn": FRONT}}
READS = allow("s3:GetObject", OBJECTS, Principal={"Service": "cloudfront.amazonaws.com"}, Condition=FROM_FRONT)
POLICY = {"bucket": "lists", "policy": policy(WRITES, READS)}
BEHIND: dict[str, Any] = {
    "aws_cloudfront_distribution": DISTRIBUTION,
    "aws_route53_record": RECORD,
    "aws_route53_zone": {"name": ZONE, "zone_id": "Z1", "comment": "a", "vpc": []},
    "aws_cloudfront_origin_access_control": {"id": "O1", "name": "a", "signing_behavior": "always"},
    "aws_cloudfront_cache_policy": {"id": "P1", "max_ttl": 1},
    "aws_s3_bucket": {"bucket": "lists", "arn": BUCKET},
    "aws_s3_bucket_policy": POLICY,
    "aws_s3_bucket_server_side_encryption_configuration": {"bucket": "lists"},
    "aws_s3_bucket_public_access_block": {"bucket": "lists"},
    "aws_s3_bucket_ownership_controls": {"bucket": "lists", "rule": [{"object_ownership": "BucketOwnerPreferred"}]},
}


def state(crl: dict[str, Any]) -> list[Resource]:
    """Return a CA with its CRL, and all that serves it."""
    ca = there(f"{AUTHORITY}.x", arn=CA, revocation_configuration=[{"crl_configuration": [crl]}])
    return [ca, *(there(f"{kind}.x", **values) for kind, values in BEHIND.items())]


def edited(kind: str, crl: dict[str, Any] | None = None, **after: Any) -> list[str]:
    """Return what is found where one object changes; a value `...` is one that is known only after the apply."""
    unknown = {name: True for name, value in after.items() if value is ...}
    new = {name: value for name, value in {**BEHIND[kind], **after}.items() if value is not ...}
    return rules(change(f"{kind}.x", BEHIND[kind], new, unknown=unknown), state=state(crl or NAMED))


def created(kind: str, crl: dict[str, Any] | None = None, **after: Any) -> list[str]:
    return rules(change(f"{kind}.new", None, {"bucket": "lists", **after}), state=state(crl or NAMED))

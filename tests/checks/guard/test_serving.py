"""What serves revocation stays as it is: the argument that closes, moves or removes it is found, others are not.

What nobody knows is in doubt: an argument of a later release, or a value that only the apply shows.
"""

from dataclasses import replace
from typing import Any

import pytest

from checks.guard.builders import AUTHORITY, CA, allow, change, deny, policy, rules, there
from pcaform.checks.guard.analysis.revocation import serving
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Plan, Resource

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


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"enabled": False}, ["revocation-off"]),
        ({"aliases": ["b.corp.example"]}, ["revocation-moved"]),
        ({"origin": [{**ORIGIN, "domain_name": "others.s3.eu-west-1.amazonaws.com"}]}, ["revocation-moved"]),
        ({"origin": [{**ORIGIN, "origin_path": "/old"}]}, ["doubt"]),
        ({"origin": ...}, ["doubt"]),
        ({"enabled": ...}, ["doubt"]),
        ({"restrictions": [{"geo_restriction": [{"restriction_type": "whitelist"}]}]}, ["doubt"]),
        ({"web_acl_id": "arn:aws:wafv2:::x"}, ["doubt"]),
        ({"default_cache_behavior": [{"viewer_protocol_policy": "https-only"}]}, ["doubt"]),
        ({"viewer_certificate": [{}], "custom_error_response": [{}]}, ["doubt"]),
        ({"argument_of_a_later_release": 1}, ["doubt"]),
        ({"comment": "b", "price_class": "PriceClass_100", "http_version": "http3", "tags": {"a": "b"}}, []),
        ({"etag": ..., "last_modified_time": ..., "tags_all": ...}, []),
        ({"aliases": [NAME, "b.corp.example"], "origin": [ORIGIN, {"domain_name": "b", "origin_id": "b"}]}, []),
    ],
)
def test_distribution(after: dict[str, Any], expected: list[str]) -> None:
    assert edited("aws_cloudfront_distribution", **after) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"alias": [{"name": "d9.cloudfront.net"}]}, ["revocation-moved"]),
        ({"alias": [], "type": "CNAME", "records": ["elsewhere.example"]}, ["revocation-moved"]),
        ({"alias": ...}, ["doubt"]),
        ({"set_identifier": "a", "weighted_routing_policy": [{"weight": 0}]}, ["doubt"]),
        ({"health_check_id": "h"}, ["doubt"]),
        ({"zone_id": "Z9"}, ["doubt"]),
        ({"ttl": 60, "allow_overwrite": True}, []),
        ({"alias": [], "type": "CNAME", "records": ["D1.cloudfront.net."]}, []),
    ],
)
def test_record(after: dict[str, Any], expected: list[str]) -> None:
    assert edited("aws_route53_record", **after) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"type": "A", "alias": [{"name": "d9.cloudfront.net"}], "set_identifier": "b"}, ["doubt"]),
        ({"name": ZONE, "type": "NS", "records": ["ns.example"]}, ["doubt"]),
        ({"type": "AAAA", "alias": ALIAS}, []),
        ({"type": "TXT", "records": ["x"]}, []),
        ({"name": "b.corp.example", "records": ["x"]}, []),
    ],
)
def test_further_record(after: dict[str, Any], expected: list[str]) -> None:
    assert created("aws_route53_record", **{"name": NAME, "type": "A", **after}) == expected


@pytest.mark.parametrize(
    ("kind", "after", "expected"),
    [
        ("aws_route53_zone", {"vpc": [{"vpc_id": "v"}]}, ["doubt"]),
        ("aws_route53_zone", {"comment": "b", "force_destroy": True}, []),
        ("aws_cloudfront_origin_access_control", {"signing_behavior": "never"}, ["doubt"]),
        ("aws_cloudfront_origin_access_control", {"name": "b", "description": "c"}, []),
        ("aws_cloudfront_cache_policy", {"max_ttl": 31536000}, ["doubt"]),
    ],
)
def test_what_they_are_made_of(kind: str, after: dict[str, Any], expected: list[str]) -> None:
    assert edited(kind, **after) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("aws_cloudfront_distribution", ["revocation-moved"]),
        ("aws_route53_record", ["revocation-moved"]),
        ("aws_route53_zone", ["revocation-moved"]),
        ("aws_cloudfront_origin_access_control", ["doubt"]),
        ("aws_s3_bucket", ["list-bucket-destroyed"]),
        ("aws_s3_bucket_policy", ["list-bucket-destroyed"]),
        ("aws_s3_bucket_ownership_controls", ["doubt"]),
        ("aws_s3_bucket_public_access_block", []),
        ("aws_s3_bucket_server_side_encryption_configuration", []),
    ],
)
def test_destroyed(kind: str, expected: list[str]) -> None:
    """Twin: where nothing is served by it."""
    gone = change(f"{kind}.x", BEHIND[kind], None)
    assert rules(gone, state=state(NAMED)) == expected
    assert rules(gone, state=state({**NAMED, "enabled": False})) == []


def rule(**more: Any) -> dict[str, Any]:
    return {"rule": [{"status": "Enabled", "filter": [{"prefix": ""}], **more}]}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (rule(expiration=[{"days": 1}]), ["list-bucket-destroyed"]),
        (rule(expiration=[{"date": "2030-01-01T00:00:00Z"}]), ["list-bucket-destroyed"]),
        (rule(expiration=[{"days": 90}]), ["doubt"]),
        (rule(transition=[{"days": 0, "storage_class": "GLACIER"}]), ["list-bucket-destroyed"]),
        (rule(expiration=[{"days": 1}], filter=[{"prefix": "crl/"}]), ["list-bucket-destroyed"]),
        (rule(expiration=[{"days": 1}], filter=[{"prefix": "logs/"}]), []),
        (rule(expiration=[{"days": 1}], filter=[{"tag": [{"key": "a"}]}]), []),
        (rule(expiration=[{"days": 1}], status="Disabled"), []),
        (
            rule(noncurrent_version_expiration=[{"noncurrent_days": 1}], transition=[{"storage_class": "STANDARD_IA"}]),
            [],
        ),
        ({"rule": [], "argument_of_a_later_release": 1}, ["doubt"]),
    ],
)
def test_lifecycle_of_the_bucket(after: dict[str, Any], expected: list[str]) -> None:
    """Twins: the same rule as before, none any more, and another bucket."""
    kind = "aws_s3_bucket_lifecycle_configuration"
    assert created(kind, **after) == expected
    assert created(kind, **{**after, "bucket": "others"}) == []
    same = {"bucket": "lists", **after}
    assert rules(change(f"{kind}.x", same, {**same, "tags": {}}), state=state(NAMED)) == []
    assert rules(change(f"{kind}.x", same, None), state=state(NAMED)) == []


def encrypted(**by: Any) -> dict[str, Any]:
    return {"rule": [{"apply_server_side_encryption_by_default": [by]}]}


@pytest.mark.parametrize(
    ("crl", "after", "expected"),
    [
        (NAMED, encrypted(sse_algorithm="aws:kms"), ["revocation-off"]),
        (PUBLIC, encrypted(sse_algorithm="aws:kms", kms_master_key_id="k"), ["revocation-off"]),
        (NAMED, encrypted(sse_algorithm="aws:kms:dsse", kms_master_key_id="k"), ["doubt"]),
        (NAMED, {"rule": ...}, ["doubt"]),
        (NAMED, encrypted(sse_algorithm="AES256"), []),
    ],
)
def test_encryption_of_the_bucket(crl: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    assert edited("aws_s3_bucket_server_side_encryption_configuration", crl, **after) == expected


def test_access_that_bucket_and_account_block() -> None:
    """Twin: a CRL that only a distribution reads, by a policy that is not public."""
    for kind in ("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"):
        assert created(kind, PUBLIC, block_public_acls=True) == ["revocation-off"]
        assert created(kind, PUBLIC, ignore_public_acls=True) == ["revocation-off"]
        assert created(kind, block_public_acls=True, ignore_public_acls=True) == []
        assert created(kind, restrict_public_buckets=True, block_public_policy=True) == []
        public = change("aws_s3_bucket_policy.x", POLICY, {**POLICY, "policy": policy(WRITES, READS, ANYONE)})
        blocked = change(f"{kind}.new", None, {"bucket": "lists", "restrict_public_buckets": True})
        assert rules(public, blocked, state=state(NAMED)) == ["revocation-off"]


ANYONE = allow("s3:GetObject", OBJECTS, Principal="*")


@pytest.mark.parametrize(
    ("crl", "owner", "expected"),
    [
        (PUBLIC, "BucketOwnerEnforced", ["revocation-off"]),
        (NAMED, "BucketOwnerEnforced", []),
        (NAMED, "ObjectWriter", ["doubt"]),
        (PUBLIC, "ObjectWriter", []),
    ],
)
def test_ownership_of_the_objects(crl: dict[str, Any], owner: str, expected: list[str]) -> None:
    assert edited("aws_s3_bucket_ownership_controls", crl, rule=[{"object_ownership": owner}]) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([WRITES], ["revocation-off"]),
        ([WRITES, {**READS, "Principal": {"AWS": "arn:aws:iam::123456789012:role/a"}, "Condition": {}}], ["doubt"]),
        ([WRITES, {**READS, "Condition": {"StringEquals": {"aws:SourceArn": f"{FRONT}9"}}}], ["revocation-off"]),
        ([WRITES, {**READS, "Condition": {**FROM_FRONT, "Bool": {"aws:ViaAWSService": "true"}}}], ["doubt"]),
        ([WRITES, READS, deny("s3:Get*", OBJECTS, Principal="*", Condition={"Null": {"aws:a": "true"}})], ["doubt"]),
        ([WRITES, READS, deny("s3:*", OBJECTS, NotPrincipal={"AWS": "123456789012"})], ["doubt"]),
        ([{**WRITES, "Condition": {"StringNotEquals": {"aws:SourceAccount": "123456789012"}}}, READS], ["doubt"]),
        ([{**WRITES, "Condition": {"StringEquals": {"aws:SourceOrgID": "o-a"}}}, READS], ["doubt"]),
        ([{**WRITES, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}}, READS], ["list-bucket-destroyed"]),
        ([READS, WRITES], []),
        ([WRITES, READS, ANYONE], []),
        ([WRITES, ANYONE], []),
        ([WRITES, READS, deny("s3:DeleteObject", OBJECTS, Principal="*")], []),
        ([{**WRITES, "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}, READS], []),
    ],
)
def test_readers_and_writer_of_the_bucket(statements: list[Any], expected: list[str]) -> None:
    assert edited("aws_s3_bucket_policy", policy=policy(*statements)) == expected


def test_policy_that_cannot_be_judged() -> None:
    """A new policy takes the place of one that the plan does not show."""
    assert edited("aws_s3_bucket_policy", policy="{") == ["doubt"]
    assert edited("aws_s3_bucket_policy", policy=...) == ["doubt"]
    alone = [each for each in state(NAMED) if "policy" not in each.type]
    for text, expected in ((policy(READS), "list-bucket-destroyed"), (policy(WRITES), "doubt")):
        new = change("aws_s3_bucket_policy.x", None, {"bucket": "lists", "policy": text})
        assert rules(new, state=alone) == [expected]
    new = change("aws_s3_bucket_policy.x", None, POLICY)
    assert rules(new, state=alone) == []


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("aws_s3_bucket_versioning", {"versioning_configuration": [{"status": "Suspended"}]}),
        ("aws_s3_bucket_logging", {"target_bucket": "logs"}),
        ("aws_s3_bucket_metric", {"name": "all"}),
        ("aws_s3_bucket_cors_configuration", {"cors_rule": [{}]}),
        ("aws_s3_bucket_acl", {"acl": "private"}),
        ("aws_s3_bucket_request_payment_configuration", {"payer": "BucketOwner"}),
    ],
)
def test_what_keeps_nobody_from_a_list(kind: str, after: dict[str, Any]) -> None:
    assert created(kind, **after) == []


def test_bucket_itself() -> None:
    assert created("aws_s3_bucket_request_payment_configuration", payer="Requester") == ["revocation-off"]
    assert edited("aws_s3_bucket", tags={"a": "b"}, force_destroy=True, versioning=[{"enabled": True}]) == []
    assert edited("aws_s3_bucket", lifecycle_rule=[{"enabled": True}]) == ["doubt"]
    assert edited("aws_s3_bucket", policy=policy(READS)) == ["list-bucket-destroyed"]


def test_bucket_that_is_not_known_yet() -> None:
    """Twin: the plan creates the bucket beside it."""
    new = change("aws_s3_bucket_lifecycle_configuration.x", None, rule(), unknown={"bucket": True})
    assert rules(new, state=state(NAMED)) == ["doubt"]
    bucket = change("aws_s3_bucket.new", None, {"bucket": "new"}, unknown={"id": True})
    assert rules(new, bucket, state=state(NAMED)) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"custom_path": "new"}, ["revocation-moved"]),
        ({"custom_path": "a"}, {"custom_path": ""}, ["revocation-moved"]),
        ({"crl_type": "PARTITIONED"}, {"crl_type": "COMPLETE"}, ["revocation-moved"]),
        ({}, {"omit_extension": True}, ["revocation-off"]),
        ({}, {"crl_distribution_point_extension_configuration": [{"omit_extension": True}]}, ["revocation-off"]),
        ({"omit_extension": True}, {"omit_extension": False}, ["doubt"]),
        ({}, {"argument_of_a_later_release": True}, ["doubt"]),
        ({}, {"s3_bucket_name": "others"}, ["doubt"]),
        ({}, {"crl_type": "COMPLETE", "custom_path": "", "expiration_in_days": 8}, []),
        ({"s3_object_acl": "PUBLIC_READ"}, {}, []),
    ],
)
def test_block_of_the_ca(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    """The ACL is closed where the policy lets the distribution read; the bucket moves without the distribution."""
    olds, news = (
        {"arn": CA, "revocation_configuration": [{"crl_configuration": [{**NAMED, **each}]}]}
        for each in (before, after)
    )
    found = change(f"{AUTHORITY}.x", olds, news)
    assert rules(found, state=state({**NAMED, **before})) == expected


def test_block_that_is_not_known() -> None:
    olds, news = ({"arn": CA, "revocation_configuration": [{"mirror": [{"enabled": on}]}]} for on in (True, False))
    assert rules(change(f"{AUTHORITY}.x", olds, news)) == ["doubt"]


def test_names_that_lead_to_names() -> None:
    """The name leads to one that leads to the distribution; and everything on the way identifies what serves."""
    hops = [
        there("aws_route53_record.a", name=NAME, type="CNAME", records=["cdn.corp.example"]),
        there("aws_route53_record.b", name="cdn.corp.example", type="CNAME", records=["d1.cloudfront.net"]),
    ]
    others = [each for each in state(NAMED) if each.type != "aws_route53_record"]
    gone = change("aws_route53_record.b", hops[1].values, None)
    assert rules(gone, state=[*others, hops[0]]) == ["revocation-moved"]
    found = serving(PlanContext(Plan((), is_errored=False, resources=(*others, *hops))))
    assert {NAME, "cdn.corp.example", "d1.cloudfront.net", "E1", FRONT, "lists", BUCKET} <= found
    assert not found & {"O1", "Z1", ZONE}


def test_wildcard_that_answers() -> None:
    wildcard = {"name": "*.corp.example", "type": "CNAME", "records": ["d1.cloudfront.net"]}
    others = [each for each in state(NAMED) if each.type != "aws_route53_record"]
    assert rules(change("aws_route53_record.w", wildcard, None), state=others) == ["revocation-moved"]
    exact = change("aws_route53_record.x", None, {"name": NAME, "type": "CNAME", "records": ["elsewhere.example"]})
    assert rules(exact, state=[*others, there("aws_route53_record.w", **wildcard)]) == ["doubt"]


@pytest.mark.parametrize("kind", [kind for kind in BEHIND if not kind.startswith("aws_cloudfront_cache")])
def test_what_is_forgotten_stays(kind: str) -> None:
    forgotten = replace(change(f"{kind}.x", BEHIND[kind], None), actions=("forget",))
    assert rules(forgotten, state=state(NAMED)) == []


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("aws_route53_records_exclusive", None, {"zone_id": "Z1", "resource_record_set": []}),
        ("aws_route53_hosted_zone_dnssec", {"hosted_zone_id": "Z1"}, None),
        ("aws_route53_traffic_policy_instance", None, {"hosted_zone_id": "Z1", "name": NAME}),
        ("awscc_s3_bucket", {"bucket_name": "lists"}, None),
        ("awscc_s3_bucket", {"bucket_name": "lists"}, {"bucket_name": "lists", "lifecycle_configuration": {"a": 1}}),
        ("awscc_cloudfront_distribution", {"id": "E1"}, {"id": "E1", "distribution_config": {"enabled": False}}),
        ("awscc_route53_record_set", {"name": NAME, "type": "A"}, None),
        ("aws_s3_bucket_object_lock_configuration", None, {"bucket": "lists", "rule": [{}]}),
        ("aws_s3_bucket_of_a_later_release", None, {"bucket": "lists"}),
        ("aws_organizations_policy", None, {"content": policy(deny("s3:*", OBJECTS, Principal="*"))}),
    ],
)
def test_other_kinds_that_touch_what_serves(kind: str, before: Any, after: Any) -> None:
    """Twin: where nothing is served."""
    found = change(f"{kind}.x", before, after)
    assert rules(found, state=state(NAMED)) == ["doubt"]
    assert rules(found, state=state({**NAMED, "enabled": False})) == []


def test_load_balancer_that_a_name_leads_to() -> None:
    record = {"name": NAME, "type": "A", "alias": [{"name": "l-1.elb.amazonaws.com"}]}
    others = [each for each in state(NAMED) if each.type != "aws_route53_record"]
    existing = [*others, there("aws_route53_record.l", **record)]
    balancer = {"id": "x", "dns_name": "l-1.elb.amazonaws.com"}
    assert rules(change("aws_lb.l", balancer, {**balancer, "internal": True}), state=existing) == ["doubt"]
    assert rules(change("aws_lb.l", balancer, {**balancer, "tags": {"a": "b"}}), state=existing) == []
    assert rules(change("aws_lb.l", {**balancer, "dns_name": "l-2"}, None), state=existing) == []

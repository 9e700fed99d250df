"""What serves revocation stays as it is: the argument that closes, moves or removes it is found, others are not.

What nobody knows is in doubt: an argument of a later release, or a value that only the apply shows.
"""

from dataclasses import replace
from typing import Any

import pytest

from checks.guard.builders import AUTHORITY, CA, change, deny, policy, rules, there
from checks.guard.served import ALIAS, BEHIND, BUCKET, FRONT, NAME, NAMED, OBJECTS, ORIGIN, ZONE, created, edited, state
from pcaform.checks.guard.analysis.revocation import served
from pcaform.checks.guard.context import PlanContext
from pcaform.terraform.plan_json import Plan


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
    found = served(PlanContext(Plan((), is_errored=False, resources=(*others, *hops)))).ids
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

"""Where revocation is looked up must stay readable and written: names, buckets, their policies and who may read."""

from typing import Any

import pytest

from checks.guard.builders import AUTHORITY, CA, allow, change, deny, messages, policy, rules, there
from pcaform.checks.guard.check import check_plan
from pcaform.terraform.plan_json import Plan, Resource

NAME = "crl.corp.example"


def authority(**crl: Any) -> dict[str, Any]:
    """Return a CA with a list in the bucket 'lists'."""
    block = {"enabled": True, "s3_bucket_name": "lists", "s3_object_acl": "PUBLIC_READ", **crl}
    return {"arn": CA, "revocation_configuration": [{"crl_configuration": [block]}]}


def answered(**ocsp: Any) -> dict[str, Any]:
    return {"arn": CA, "revocation_configuration": [{"ocsp_configuration": [{"enabled": True, **ocsp}]}]}


def live(**crl: Any) -> list[Resource]:
    return [there(f"{AUTHORITY}.x", **authority(**crl))]


def changed(before: dict[str, Any], after: dict[str, Any], block: str = "", **unknown: bool) -> list[str]:
    marks = {"revocation_configuration": [{f"{block}_configuration": [unknown]}]} if block else {}
    return rules(change(f"{AUTHORITY}.x", before, after, unknown=marks))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"s3_object_acl": "BUCKET_OWNER_FULL_CONTROL"}, ["revocation-off"]),
        ({"s3_object_acl": None}, {"s3_object_acl": "BUCKET_OWNER_FULL_CONTROL"}, ["revocation-off"]),
        ({"custom_cname": NAME}, {"custom_cname": NAME, "s3_object_acl": "BUCKET_OWNER_FULL_CONTROL"}, ["doubt"]),
        ({"s3_object_acl": "BUCKET_OWNER_FULL_CONTROL"}, {}, ["doubt"]),
        ({"s3_object_acl": None}, {}, []),
    ],
    ids=["closed", "closed that was open by default", "closed behind a name", "opened", "the default said"],
)
def test_list_that_is_closed_to_its_readers(before: Any, after: Any, expected: list[str]) -> None:
    assert changed(authority(**before), authority(**after)) == expected


@pytest.mark.parametrize(("before", "after"), [("", None), (None, "")])
def test_name_that_is_empty_is_one_that_is_absent(before: str | None, after: str | None) -> None:
    assert changed(authority(custom_cname=before), authority(custom_cname=after)) == []
    assert changed(answered(ocsp_custom_cname=before), answered(ocsp_custom_cname=after)) == []


def test_what_moves_the_place_is_named() -> None:
    before, after = authority(), authority(s3_bucket_name="others")
    (found,) = check_plan(Plan((change(f"{AUTHORITY}.x", before, after),), is_errored=False)).findings
    assert found.rule == "revocation-moved"
    (difference,) = found.differences
    assert difference.path == "revocation_configuration[0].crl_configuration[0].s3_bucket_name"
    assert (difference.before, difference.after) == ('"lists"', '"others"')


def test_place_that_is_not_known_yet() -> None:
    """Twin: behind a name of its own, the bucket may be any."""
    assert changed(authority(), authority(), "crl", custom_cname=True) == ["doubt"]
    assert changed(authority(), authority(s3_bucket_name=None), "crl", s3_bucket_name=True) == ["doubt"]
    assert changed(answered(), answered(), "ocsp", ocsp_custom_cname=True) == ["doubt"]
    named = authority(custom_cname=NAME)
    assert changed(named, authority(custom_cname=NAME, s3_bucket_name=None), "crl", s3_bucket_name=True) == []
    assert changed(authority(), authority(), "crl", expiration_in_days=True) == []
    assert changed(authority(), authority(), "crl", enabled=True) == ["doubt"]


WRITER = {"Service": "acm-pca.amazonaws.com"}
OBJECTS, BUCKET = "arn:aws:s3:::lists/*", "arn:aws:s3:::lists"
WRITES = allow(["s3:PutObject", "s3:PutObjectAcl"], OBJECTS, Principal=WRITER)
LOOKS = allow(["s3:GetBucketAcl", "s3:GetBucketLocation"], BUCKET, Principal=WRITER)
SECURE = deny("s3:*", [OBJECTS, BUCKET], Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})


READS = allow("s3:GetObject", OBJECTS, Principal={"Service": "cloudfront.amazonaws.com"})


def own(account: str) -> dict[str, Any]:
    return {**WRITES, "Condition": {"StringEquals": {"aws:SourceAccount": account}}}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([LOOKS, deny("s3:*", OBJECTS, Principal="*")], ["list-bucket-destroyed"]),
        ([LOOKS, WRITES, deny("s3:*", OBJECTS, Principal="*")], ["list-bucket-destroyed"]),
        ([WRITES, deny("s3:DeleteBucket", BUCKET, Principal="*")], ["list-bucket-destroyed"]),
        ([LOOKS, own("222222222222")], ["list-bucket-destroyed"]),
        ([LOOKS, {**WRITES, "Resource": "arn:aws:s3:::lists/others/*"}], ["list-bucket-destroyed"]),
        ([LOOKS, own("123456789012")], []),
        ([WRITES, LOOKS, SECURE], []),
        ([LOOKS, {**WRITES, "Action": "s3:Put*"}, allow("s3:GetObject", OBJECTS, Principal="*")], []),
    ],
)
def test_policy_of_the_bucket(after: Any, expected: list[str]) -> None:
    before, new = ({"bucket": "lists", "policy": policy(*each)} for each in ([WRITES, LOOKS], after))
    found = change("aws_s3_bucket_policy.x", before, new)
    assert rules(found, state=live()) == expected
    assert rules(found, state=live(enabled=False)) == []


def test_policy_of_the_bucket_that_lets_nobody_read() -> None:
    """Twins: another distribution reads, and the ACL of the CRL allows public reads."""
    reads = allow("s3:GetObject", OBJECTS, Principal={"Service": "cloudfront.amazonaws.com"})
    distribution = "arn:aws:cloudfront::123456789012:distribution/B"
    other = {**reads, "Condition": {"StringEquals": {"aws:SourceArn": distribution}}}
    closed = live(s3_object_acl="BUCKET_OWNER_FULL_CONTROL", custom_cname=NAME)
    before, without, changed_ = (
        {"bucket": "lists", "policy": policy(WRITES, LOOKS, *more)} for more in ([reads], [], [other])
    )
    gone = change("aws_s3_bucket_policy.x", before, without)
    assert rules(gone, state=closed) == ["revocation-off"]
    assert rules(gone, state=live()) == []
    assert rules(change("aws_s3_bucket_policy.x", before, changed_), state=closed) == []


def test_policy_of_the_bucket_that_is_not_known_yet() -> None:
    before = {"bucket": "lists", "policy": policy(WRITES, LOOKS)}
    found = change("aws_s3_bucket_policy.x", before, {"bucket": "lists"}, unknown={"policy": True})
    assert rules(found, state=live()) == ["doubt"]
    assert rules(found) == []


@pytest.mark.parametrize("flag", ["block_public_acls", "ignore_public_acls"])
def test_bucket_that_is_closed_to_the_readers(flag: str) -> None:
    """Twins: it was closed before, the list is not public, or another bucket is meant."""
    closed, address = {"bucket": "lists", flag: True}, "aws_s3_bucket_public_access_block.x"
    found = change(address, None, closed)
    assert rules(found, state=live()) == ["revocation-off"]
    assert "lists" in messages(found, state=live())
    assert rules(change(address, {**closed, flag: False}, closed), state=live()) == ["revocation-off"]
    assert rules(change(address, closed, {**closed, "tags": {}}), state=live()) == []
    assert rules(found, state=live(s3_object_acl="BUCKET_OWNER_FULL_CONTROL")) == []
    assert rules(found, state=live(s3_bucket_name="others")) == []
    assert rules(change(address, closed), state=live()) == []


def test_bucket_that_is_closed_with_a_list_that_is_closed_too() -> None:
    kept = {"custom_cname": NAME}
    both = change(f"{AUTHORITY}.x", authority(**kept), authority(**kept, s3_object_acl="BUCKET_OWNER_FULL_CONTROL"))
    found = change("aws_s3_bucket_public_access_block.x", None, {"bucket": "lists", "block_public_acls": True})
    assert rules(found, both) == ["doubt"]
    assert rules(found, both, state=[there("aws_s3_bucket_policy.x", bucket="lists", policy=policy(READS))]) == []


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        ("aws_route53_record.x", {"name": NAME, "fqdn": NAME}, None),
        ("aws_route53_record.x", {"name": NAME, "fqdn": NAME}, {"name": "b.corp.example"}),
        ("aws_cloudfront_distribution.x", {"domain_name": "d1.cloudfront.net", "aliases": [NAME]}, None),
        ("aws_cloudfront_distribution.x", {"domain_name": NAME, "aliases": None}, None),
        ("aws_cloudfront_distribution.x", {"aliases": [NAME, "b"]}, {"aliases": ["b"]}),
    ],
)
def test_name_of_the_list_that_goes(address: str, before: Any, after: Any) -> None:
    """Twins: the name of nothing, and of a list that is off."""
    found = change(address, before, after)
    assert rules(found, state=live(custom_cname=NAME)) == ["revocation-moved"]
    assert rules(found, state=[there(f"{AUTHORITY}.x", **answered(ocsp_custom_cname=NAME))]) == ["revocation-moved"]
    assert rules(found, state=live()) == []
    assert rules(found, state=live(custom_cname=NAME, enabled=False)) == []


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        ("aws_route53_record.x", {"name": NAME, "type": "CNAME"}, {"name": NAME, "type": "A"}),
        ("aws_cloudfront_distribution.x", {"aliases": [NAME]}, {"aliases": ["b", NAME]}),
    ],
)
def test_name_of_the_list_that_stays(address: str, before: Any, after: Any) -> None:
    assert rules(change(address, before, after), state=live(custom_cname=NAME)) == []
    assert rules(change(address, before, after, paths=["x"]), state=live(custom_cname=NAME)) == []

"""The bucket of a CRL stays readable and written: what its policy, encryption, lifecycle and blocks do is judged."""

from typing import Any

import pytest

from checks.guard.builders import AUTHORITY, CA, allow, change, deny, policy, rules, there
from checks.guard.served import FROM_FRONT, FRONT, NAMED, OBJECTS, POLICY, PUBLIC, READS, WRITES, created, edited, state


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


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [("a/", ["list-bucket-destroyed"]), ("a/b/c", ["list-bucket-destroyed"]), ("crl/", []), ("b/", [])],
)
def test_lifecycle_of_another_path(prefix: str, expected: list[str]) -> None:
    after = {"bucket": "lists", **rule(expiration=[{"days": 1}], filter=[{"prefix": prefix}])}
    new = change("aws_s3_bucket_lifecycle_configuration.x", None, after)
    assert rules(new, state=state({**NAMED, "custom_path": "a/b"})) == expected


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
    ("flags", "owner", "expected"),
    [
        ({}, "BucketOwnerPreferred", []),
        ({"block_public_acls": True}, "BucketOwnerPreferred", ["revocation-off"]),
        ({"ignore_public_acls": True}, "ObjectWriter", ["revocation-off"]),
        ({}, "BucketOwnerEnforced", ["revocation-off"]),
    ],
)
def test_public_acl_that_the_bucket_refuses(flags: dict[str, Any], owner: str, expected: list[str]) -> None:
    before, after = (
        {"arn": CA, "revocation_configuration": [{"crl_configuration": [{**NAMED, "s3_object_acl": acl}]}]}
        for acl in ("BUCKET_OWNER_FULL_CONTROL", "PUBLIC_READ")
    )
    there_already = [
        there("aws_s3_bucket_public_access_block.x", bucket="lists", **flags),
        there("aws_s3_bucket_ownership_controls.x", bucket="lists", rule=[{"object_ownership": owner}]),
    ]
    assert rules(change(f"{AUTHORITY}.x", before, after), state=there_already) == expected

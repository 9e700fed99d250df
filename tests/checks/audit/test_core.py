"""Rules of the audit on values: what the sandbox cannot hold, such as expiring certificates and odd buckets."""

from dataclasses import replace

import pytest

from checks.audit.account_values import authority, bucket, certificate, messages_of
from pcaform.sources.account_snapshot import Bucket, Certificate

ENDED = "it is EXPIRED: it ended on 2026-12-30, and ACM no longer renews it"
WRITING = {"Principal": {"Service": "acm-pca.amazonaws.com"}, "Action": "s3:PutObject"}
OPEN = {"Principal": "*", "Action": "s3:GetObject"}
INSIDE = {**OPEN, "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}
PROXY = {"Principal": {"AWS": "arn:aws:iam::111122223333:role/proxy"}, "Action": "s3:Get*"}
CLOSED = frozenset(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"))


@pytest.mark.parametrize(
    ("held", "messages"),
    [
        (certificate(80, is_eligible=True), []),
        (certificate(95), []),
        (certificate(80), ["it ends on 2027-03-22; ACM renews only certificates that are in use or were exported"]),
        (
            certificate(20, is_eligible=True, reason="PCA_NAME_CONSTRAINTS_VALIDATION"),
            ["ACM could not renew it (PCA_NAME_CONSTRAINTS_VALIDATION), and it ends on 2027-01-21"],
        ),
        (certificate(-2, status="EXPIRED"), [ENDED]),
        (certificate(-2, status="EXPIRED", users=3), [f"{ENDED}; it is used by 3 AWS resources"]),
        (certificate(-2, status="EXPIRED", users=1), [f"{ENDED}; it is used by 1 AWS resource"]),
        (certificate(95, status="REVOKED"), ["it is REVOKED: ACM does not renew it, and clients that check reject it"]),
        (certificate(95, status="VALIDATION_TIMED_OUT"), ["it is VALIDATION_TIMED_OUT: ACM never issued it"]),
        (certificate(95, status="PENDING_VALIDATION"), ["it is PENDING_VALIDATION: ACM has not issued it yet"]),
        (certificate(95, status="INACTIVE"), ["it is INACTIVE: AWS does not say whether ACM renews it"]),
        (
            certificate(95, status="FAILED", failure="PCA_INVALID_STATE"),
            ["it is FAILED: ACM never issued it (PCA_INVALID_STATE)"],
        ),
        (certificate(95, status="FAILED"), ["it is FAILED: ACM never issued it (no reason given)"]),
        (
            certificate(95, status="PAUSED", is_eligible=True),
            ["its status 'PAUSED' is not known to this release, so whether ACM renews it is unknown"],
        ),
    ],
)
def test_certificates_that_end_although_their_ca_is_well(held: Certificate, messages: list[str]) -> None:
    assert messages_of(authority(), held=[held]) == [f"certificate www.example: {each}" for each in messages]


def test_a_failed_renewal_is_one_finding_where_its_ca_is_the_cause() -> None:
    held = certificate(20, is_eligible=True, reason="PCA_ACCESS_DENIED")
    assert messages_of(authority(actions=()), held=[held]) == [
        "CA CA: 1 managed certificate will not renew, the first ends on 2027-01-21: ACM has no permission on the CA"
    ]


def test_a_ca_of_another_account_is_not_asked_for_its_permission() -> None:
    assert messages_of(authority(is_foreign=True, actions=()), held=[certificate(300)]) == []


def test_a_permission_that_could_not_be_read_is_not_missing() -> None:
    assert messages_of(authority(actions=(), unread=frozenset({"permissions"})), held=[certificate(300)]) == []


def test_an_incomplete_permission_is_reported_before_anything_was_issued() -> None:
    (message,) = messages_of(authority(actions=("GetCertificate", "IssueCertificate")))
    missing = "ACM's permission on the CA lacks ListPermissions (it has IssueCertificate and GetCertificate)"
    assert message == f"CA CA: certificates that ACM issues from it will not renew: {missing}"


UNWRITTEN = "CA CA: the policy of bucket lists does not allow acm-pca.amazonaws.com to write: no CRL is written"
UNREADABLE = "CA CA: no one can read its CRL:"
PRIVATE = f"{UNREADABLE} its URL is that of the bucket lists, which is not public"
BEHIND = f"{UNREADABLE} its URL is at crl.example, and the bucket lists has no reader that could serve it"
WIDE = "bucket lists: it is public: its policy allows s3:GetObject to '*'"
ACL = "bucket lists: it is public: its CRLs have the ACL PUBLIC_READ"


@pytest.mark.parametrize(
    ("crl", "of", "messages"),
    [
        ({}, bucket(WRITING, OPEN), [WIDE]),
        ({}, bucket(WRITING, OPEN, blocks=CLOSED), [PRIVATE]),
        ({}, bucket(WRITING, INSIDE, blocks=CLOSED), []),
        ({}, bucket(WRITING, PROXY, blocks=CLOSED), [PRIVATE]),
        ({}, bucket(WRITING, has_acls=False), [PRIVATE]),
        ({"s3_object_acl": ""}, bucket(WRITING), [ACL]),
        ({"custom_path": "a/b"}, bucket(WRITING, {**OPEN, "Resource": "arn:aws:s3:::lists/a/b/*"}), [WIDE]),
        ({"custom_path": "a"}, bucket(WRITING, {**OPEN, "Resource": "arn:aws:s3:::lists/crl/*"}), [PRIVATE]),
        ({"custom_path": "/"}, bucket({**WRITING, "Resource": "arn:aws:s3:::lists/crl/*"}, OPEN), [UNWRITTEN, WIDE]),
        ({"s3_object_acl": "PUBLIC_READ"}, bucket(WRITING, blocks=CLOSED), [PRIVATE]),
        ({"custom_cname": "crl.example"}, bucket(WRITING, PROXY, blocks=CLOSED), []),
        ({"custom_cname": "crl.example"}, bucket(WRITING, blocks=CLOSED), [BEHIND]),
        (
            {},
            bucket(OPEN, blocks=CLOSED),
            [UNWRITTEN],
        ),
    ],
)
def test_who_can_read_a_crl(crl: dict[str, str], of: Bucket, messages: list[str]) -> None:
    owned = {"s3_bucket_name": "lists", "s3_object_acl": "BUCKET_OWNER_FULL_CONTROL"}
    assert messages_of(authority(crl={**owned, **crl}), of=of) == messages


def test_crls_at_two_paths_of_a_bucket_are_judged_apart() -> None:
    owned = {"s3_bucket_name": "lists", "s3_object_acl": "BUCKET_OWNER_FULL_CONTROL"}
    here, there = authority(crl=owned), authority(crl={**owned, "custom_path": "a"})
    narrow = bucket(WRITING, {**OPEN, "Resource": "arn:aws:s3:::lists/crl/*"})
    assert messages_of(here, here, of=narrow) == [WIDE]
    assert messages_of(here, there, of=narrow) == [PRIVATE, WIDE]
    assert messages_of(here, there, of=bucket(WRITING, OPEN)) == [WIDE]


def test_a_policy_that_cannot_be_read_is_reported() -> None:
    odd = replace(bucket(), policy='{"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps"}]}')
    assert messages_of(authority(crl={"s3_bucket_name": "lists"}), of=odd) == [
        "bucket lists: its policy 'lists', statement 1 has the effect 'Perhaps', allowed: Allow, Deny"
    ]

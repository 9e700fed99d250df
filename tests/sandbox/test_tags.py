"""TagCertificateAuthority, UntagCertificateAuthority and ListTags."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.conftest import Pki, expect_error


def tags(pki: Pki, arn: str) -> list[dict[str, Any]]:
    return list(pki.client.list_tags(CertificateAuthorityArn=arn)["Tags"])


def untag(pki: Pki, arn: str, **tag: str) -> None:
    pki.client.untag_certificate_authority(CertificateAuthorityArn=arn, Tags=[tag])


def test_a_tag_is_removed_by_key_or_by_key_and_value(pki: Pki) -> None:
    arn = pki.create(Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    untag(pki, arn, Key="a", Value="other")
    assert len(tags(pki, arn)) == 2
    untag(pki, arn, Key="a", Value="1")
    untag(pki, arn, Key="b")
    assert tags(pki, arn) == []


def test_a_tag_needs_no_value(pki: Pki) -> None:
    assert tags(pki, pki.create(Tags=[{"Key": "lonely"}])) == [{"Key": "lonely"}]


def test_a_tag_is_set_anew(pki: Pki) -> None:
    arn = pki.create(Tags=[{"Key": f"key-{number}", "Value": "old"} for number in range(50)])
    pki.client.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "key-0", "Value": "new"}])
    assert {"Key": "key-0", "Value": "new"} in tags(pki, arn)
    with expect_error("TooManyTagsException"):
        pki.client.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "more", "Value": ""}])


@pytest.mark.parametrize("key", ["Größe", "a b", "x:y/z=1+2-3@home._"])
def test_letters_of_every_language_are_allowed(pki: Pki, key: str) -> None:
    assert tags(pki, pki.create(Tags=[{"Key": key, "Value": "値"}])) == [{"Key": key, "Value": "値"}]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([{"Key": "aws:team", "Value": ""}], "InvalidTagException"),
        ([{"Key": "AWS:team", "Value": ""}], "InvalidTagException"),
        ([{"Key": "twice", "Value": "1"}, {"Key": "twice", "Value": "2"}], "InvalidTagException"),
        ([{"Key": "what?", "Value": ""}], "ValidationException"),
        ([{"Key": "key", "Value": "a,b"}], "ValidationException"),
    ],
)
def test_other_tags_are_refused(pki: Pki, given: list[dict[str, str]], code: str) -> None:
    with expect_error(code):
        pki.create(Tags=given)
    arn = pki.create()
    with expect_error(code):
        pki.client.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=given)
    assert tags(pki, arn) == []

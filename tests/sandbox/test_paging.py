"""Pages: ListCertificateAuthorities, ListPermissions and ListTags."""

from __future__ import annotations

from sandbox.conftest import Pki, expect_error


def test_no_page_of_cas_has_more_than_100(pki: Pki) -> None:
    arns = [pki.create() for _ in range(101)][::-1]
    first = pki.client.list_certificate_authorities(MaxResults=1000)
    assert [ca["Arn"] for ca in first["CertificateAuthorities"]] == arns[:100]
    rest = pki.client.list_certificate_authorities(NextToken=first["NextToken"])
    assert [ca["Arn"] for ca in rest["CertificateAuthorities"]] == arns[100:]
    assert "NextToken" not in rest


def test_tags_are_paged(pki: Pki) -> None:
    tags = [{"Key": f"key-{number}", "Value": str(number)} for number in range(5)]
    arn = pki.create(Tags=tags)
    pages = list(
        pki.client.get_paginator("list_tags").paginate(CertificateAuthorityArn=arn, PaginationConfig={"PageSize": 2})
    )
    assert [len(cut_page["Tags"]) for cut_page in pages] == [2, 2, 1]
    assert [tag for cut_page in pages for tag in cut_page["Tags"]] == tags


def test_a_token_is_not_a_number(pki: Pki) -> None:
    with expect_error("InvalidNextTokenException"):
        pki.client.list_certificate_authorities(NextToken="1")

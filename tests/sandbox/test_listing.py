"""ListCertificates: filters, order, pages and summaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.conftest import expect_error
from sandbox.private_certificates import EC, export, request

ALL_KEYS = {"keyTypes": ["RSA_2048", "EC_prime256v1", "EC_secp384r1"]}


@dataclass(frozen=True)
class Certificates:
    plain: str
    exported: str
    large: str
    failed: str
    public: str

    @property
    def all(self) -> list[str]:
        return [self.plain, self.exported, self.large, self.failed, self.public]


@pytest.fixture(scope="module")
def certificates(acm: Any, issuer: str) -> Certificates:
    """Create certificates of every kind that a filter distinguishes."""
    plain, exported = request(acm, issuer), request(acm, issuer)
    export(acm, exported)
    large = request(acm, issuer, KeyAlgorithm="EC_secp384r1")
    failed = request(acm, issuer, KeyAlgorithm="RSA_2048")
    public = acm.request_certificate(DomainName="public.example.com", Options={"Export": "ENABLED"})["CertificateArn"]
    return Certificates(plain, exported, large, failed, str(public))


def list_arns(acm: Any, **more: Any) -> list[str]:
    return [item["CertificateArn"] for item in acm.list_certificates(**more)["CertificateSummaryList"]]


def test_without_a_filter_only_rsa_keys_are_shown(acm: Any, certificates: Certificates) -> None:
    assert list_arns(acm) == [certificates.failed, certificates.public]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["plain", "exported", "large", "failed", "public"]),
        ({"keyTypes": [EC]}, ["plain", "exported"]),
        ({"exportOption": "ENABLED"}, ["public"]),
        ({"keyUsage": ["KEY_ENCIPHERMENT"]}, ["plain", "exported", "large"]),
        ({"keyUsage": ["CRL_SIGNING"]}, []),
        ({"extendedKeyUsage": ["TLS_WEB_CLIENT_AUTHENTICATION", "CODE_SIGNING"]}, ["plain", "exported", "large"]),
        ({"managedBy": "CLOUDFRONT"}, []),
    ],
)
def test_includes_filters(acm: Any, certificates: Certificates, filters: dict[str, Any], *, names: list[str]) -> None:
    assert list_arns(acm, Includes=ALL_KEYS | filters) == [getattr(certificates, name) for name in names]


def test_statuses_filter(acm: Any, certificates: Certificates) -> None:
    assert list_arns(acm, CertificateStatuses=["FAILED"]) == [certificates.failed]
    assert list_arns(acm, CertificateStatuses=["EXPIRED"]) == []


def test_pages_join_to_the_whole(acm: Any, certificates: Certificates) -> None:
    pages = list(acm.get_paginator("list_certificates").paginate(Includes=ALL_KEYS, MaxItems=2))
    shown = [[item["CertificateArn"] for item in page["CertificateSummaryList"]] for page in pages]
    assert [len(page) for page in shown] == [2, 2, 1]
    assert [arn for page in shown for arn in page] == certificates.all


def test_the_order_can_be_turned(acm: Any, certificates: Certificates) -> None:
    private = {"Includes": ALL_KEYS | {"keyUsage": ["DIGITAL_SIGNATURE"]}}
    turned = list_arns(acm, SortBy="CREATED_AT", SortOrder="DESCENDING", **private)
    assert turned == [certificates.large, certificates.exported, certificates.plain]


@pytest.mark.parametrize("half", [{"SortBy": "CREATED_AT"}, {"SortOrder": "ASCENDING"}, {"NextToken": "made-up"}])
def test_half_an_order_or_a_made_up_token_is_refused(acm: Any, half: dict[str, str]) -> None:
    with expect_error("InvalidArgsException"):
        acm.list_certificates(**half)


def test_a_summary_shows_what_a_description_does_in_short(acm: Any, certificates: Certificates) -> None:
    summaries = {
        item["CertificateArn"]: item for item in acm.list_certificates(Includes=ALL_KEYS)["CertificateSummaryList"]
    }
    exported = summaries[certificates.exported]
    assert exported["Type"] == "PRIVATE"
    assert exported["KeyUsages"] == ["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"]
    assert exported["SubjectAlternativeNameSummaries"] == ["a.example.com"]
    assert (exported["Exported"], exported["RenewalEligibility"]) == (True, "ELIGIBLE")
    assert (summaries[certificates.plain]["Exported"], summaries[certificates.plain]["RenewalEligibility"]) == (
        False,
        "INELIGIBLE",
    )
    assert "NotAfter" not in summaries[certificates.failed]

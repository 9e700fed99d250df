"""The table of ACM's statuses is whole, and no other status is taken for harmless."""

from typing import Any

import botocore.session

from pcaform.core.renewal import CERTIFICATE_STATUSES, certificate_problem, certificate_status, is_for_own_account

ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/1"


def test_every_status_of_the_api_is_in_the_table() -> None:
    shape: Any = botocore.session.get_session().get_service_model("acm").shape_for("CertificateStatus")
    assert set(shape.enum) == set(CERTIFICATE_STATUSES)
    harmless = {name for name, status in CERTIFICATE_STATUSES.items() if not status.problem}
    assert harmless == {"ISSUED"}
    assert all(status.advice for name, status in CERTIFICATE_STATUSES.items() if name not in harmless)


def test_unknown_status_is_a_doubt() -> None:
    assert "'NEW'" in certificate_problem({"status": "NEW"})
    assert certificate_status("NEW").advice
    assert not certificate_status("NEW").is_final


def test_foreign_text_of_a_status_is_text() -> None:
    assert "'{x}'" in certificate_problem({"status": "{x}"})
    assert certificate_problem({"renewal_summary": "odd"}) == ""
    assert certificate_problem({"renewal_summary": ["odd"]}) == ""


def test_failed_renewal_is_told_with_a_reason_and_without() -> None:
    failed = {"renewal_status": "FAILED", "renewal_status_reason": ""}
    assert "no reason given" in certificate_problem({"renewal_summary": [failed]})
    assert "PCA_X" in certificate_problem({"renewal_summary": [{**failed, "renewal_status_reason": "PCA_X"}]})
    assert certificate_problem({"renewal_summary": [{"renewal_status": "SUCCESS"}]}) == ""


def test_missing_and_equal_accounts_are_the_own_one() -> None:
    assert all(is_for_own_account(account, ARN) for account in (None, "", "123456789012", 123456789012))
    assert not any(is_for_own_account(account, ARN) for account in ("210987654321", "12345678901"))
    assert not is_for_own_account("123456789012", "not an ARN")

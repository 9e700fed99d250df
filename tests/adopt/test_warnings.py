"""A proof names certificates that a plan without changes takes over although ACM never issues or renews them."""

from typing import Any

from pcaform.adopt.report import list_warnings


def change(name: str, status: str | None, **more: Any) -> dict[str, Any]:
    values = {"status": status, **more}
    return {
        "address": f"aws_acm_certificate.{name}",
        "type": "aws_acm_certificate",
        "change": {"actions": ["no-op"], "before": values, "after": values},
    }


def test_statuses_that_never_renew_are_warnings() -> None:
    changes = [
        change("good", "ISSUED"),
        change("failed", "FAILED"),
        change("ended", "EXPIRED", not_after="2026-02-03T00:00:00Z"),
        change("odd", "PAUSED"),
        change("stuck", "ISSUED", renewal_summary=[{"renewal_status_reason": "PCA_ACCESS_DENIED"}]),
    ]
    warnings = list(list_warnings({"resource_changes": changes}))
    assert [(line.partition(": ")[0], line.partition(": ")[2].split(";")[0]) for line in warnings] == [
        ("aws_acm_certificate.failed", "it is FAILED: ACM never issued it (the reason is shown by ACM)"),
        ("aws_acm_certificate.ended", "it is EXPIRED: it ended on 2026-02-03, and ACM no longer renews it"),
        (
            "aws_acm_certificate.odd",
            "its status 'PAUSED' is not known to this release, so whether ACM renews it is unknown",
        ),
        (
            "aws_acm_certificate.stuck",
            "ACM could not renew it (PCA_ACCESS_DENIED): find out what ACM's reason means, and renew it",
        ),
    ]

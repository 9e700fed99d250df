"""ListCertificates: filters, sort order, pages and the summaries.

Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
Simplified: a page holds at most 100 summaries, on AWS 1000.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.paging import cut_page

Summary = dict[str, Any]

# "Default filtering returns only RSA_1024 and RSA_2048 certificates":
# https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html
_DEFAULT_KEY_TYPES = ("RSA_1024", "RSA_2048")
_MAX_NAMES = 100
_COPIED_MEMBERS = (
    "CertificateArn",
    "DomainName",
    "Status",
    "Type",
    "KeyAlgorithm",
    "RenewalEligibility",
    "NotBefore",
    "NotAfter",
    "CreatedAt",
    "IssuedAt",
    "ImportedAt",
)


def summarize(detail: dict[str, Any], *, is_exported: bool) -> Summary:
    """Build a CertificateSummary from a DescribeCertificate structure."""
    names = detail.get("SubjectAlternativeNames", [])
    return {name: detail[name] for name in _COPIED_MEMBERS if name in detail} | {
        "SubjectAlternativeNameSummaries": names[:_MAX_NAMES],
        "HasAdditionalSubjectAlternativeNames": len(names) > _MAX_NAMES,
        "KeyUsages": [usage["Name"] for usage in detail.get("KeyUsages", [])],
        "ExtendedKeyUsages": [usage["Name"] for usage in detail.get("ExtendedKeyUsages", [])],
        "ExportOption": detail["Options"].get("Export", "DISABLED"),
        "InUse": bool(detail.get("InUseBy")),
        "Exported": is_exported,
    }


def select_certificates(summaries: Iterable[Summary], request: dict[str, Any]) -> dict[str, Any]:
    """Answer ListCertificates; raises InvalidArgsException for half a sort order or an unknown token."""
    selected = [summary for summary in summaries if _is_selected(summary, request)]
    page, token = _cut_page(_sort(selected, request), request)
    return {"CertificateSummaryList": page, **token}


def _is_selected(summary: Summary, request: dict[str, Any]) -> bool:
    filters = request.get("Includes") or {}
    statuses = request.get("CertificateStatuses")
    checks: Sequence[bool] = (
        not statuses or summary["Status"] in statuses,
        summary["KeyAlgorithm"] in (filters.get("keyTypes") or _DEFAULT_KEY_TYPES),
        _has_any(summary["KeyUsages"], filters.get("keyUsage")),
        _has_any(summary["ExtendedKeyUsages"], filters.get("extendedKeyUsage")),
        filters.get("exportOption") in {None, summary["ExportOption"]},
        not filters.get("managedBy"),
    )
    return all(checks)


def _has_any(usages: Sequence[str], selected: Sequence[str] | None) -> bool:
    return not selected or "ANY" in selected or bool(set(usages) & set(selected))


def _sort(summaries: list[Summary], request: dict[str, Any]) -> list[Summary]:
    field, order = request.get("SortBy"), request.get("SortOrder")
    if (field is None) != (order is None):
        raise AwsError("InvalidArgsException", "SortBy and SortOrder go together")
    if field is None:
        return summaries
    return sorted(summaries, key=_created_at, reverse=order == "DESCENDING")


def _created_at(summary: Summary) -> float:
    return float(summary.get("CreatedAt") or summary["ImportedAt"])


def _cut_page(summaries: list[Summary], request: dict[str, Any]) -> tuple[Sequence[Summary], dict[str, str]]:
    bounds = {"MaxResults": request.get("MaxItems"), "NextToken": request.get("NextToken")}
    try:
        return cut_page(summaries, bounds)
    except AwsError as error:
        raise AwsError("InvalidArgsException", error.message) from error

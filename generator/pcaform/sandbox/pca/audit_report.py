"""Audit reports on a CA: https://docs.aws.amazon.com/privateca/latest/userguide/PcaAuditReport.html."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.ca import SandboxCa, colon_hex
from pcaform.sandbox.s3.by_services import write_object

_COLUMNS = (
    "awsAccountId,requestedByServicePrincipal,certificateArn,serial,subject,notBefore,notAfter,issuedAt,revokedAt,"
    "revocationReason,templateArn"
)


def create_audit_report(ca: SandboxCa, uses: Mapping[str, Any], *, bucket: str, form: str) -> dict[str, Any]:
    """Write a report and return its description; `uses` are those of the CA's key, by the ARN of a certificate.

    Raises InvalidArgsException for a bucket that is not there, or into which Private CA may not write.
    """
    report_id, entries, text = str(uuid.uuid4()), list(_list_entries(ca, uses)), io.StringIO()
    key = f"audit-report/{ca.ca_id}/{report_id}.{form.lower()}"
    writer = csv.DictWriter(text, _COLUMNS.split(","), lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries)
    body = json.dumps(entries, indent=3) if form == "JSON" else text.getvalue()
    if not write_object(bucket, key, body.encode(), ca_arn=ca.arn):
        raise AwsError("InvalidArgsException", f"Private CA cannot write to the bucket {bucket}.")
    return {"AuditReportId": report_id, "S3BucketName": bucket, "S3Key": key, "CreatedAt": now().timestamp()}


def _list_entries(ca: SandboxCa, uses: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield what is known of each certificate; a state of a former release does not have its uses."""
    for arn, issued in ca.issued.items():
        certificate, use = issued.certificate, uses.get(arn, {})
        start = certificate.not_valid_before_utc
        values = {
            "awsAccountId": ca.account_id,
            "requestedByServicePrincipal": use.get("service"),
            "certificateArn": arn,
            "serial": colon_hex(certificate.serial_number),
            "subject": certificate.subject.rfc4514_string(),
            "notBefore": _format(start),
            "notAfter": _format(certificate.not_valid_after_utc),
            "issuedAt": _format(use.get("issued_at", start + timedelta(hours=1))),
            "revokedAt": _format(use.get("revoked_at")),
            "revocationReason": issued.revocation_reason,
            "templateArn": use.get("template_arn"),
        }
        yield {name: value for name, value in values.items() if value}


def _format(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z") if moment else None

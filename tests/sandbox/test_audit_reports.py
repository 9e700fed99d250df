"""Audit reports, and who may write them: the bucket's policy decides, as for CRLs."""

from __future__ import annotations

import csv
import io
import json
import secrets
from datetime import timedelta

from pcaform.iam.policies.resource_policies import bucket_policy
from pcaform.sandbox.pca.permissions import ACM
from pcaform.sandbox.server import Sandbox
from pcaform.spec.sections import CrlBucket
from sandbox.conftest import Pki, expect_error, parse_certificate, template

COLUMNS = (
    *("awsAccountId", "requestedByServicePrincipal", "certificateArn", "serial", "subject", "notBefore", "notAfter"),
    *("issuedAt", "revokedAt", "revocationReason", "templateArn"),
)


def make_report_bucket(sandbox: Sandbox, *, account_id: str | None = None) -> str:
    """Make a bucket with the policy that a stack gives to one for audit reports, for the CAs of an account."""
    s3, name = sandbox.client("s3"), f"reports-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": sandbox.region})
    bucket, account = CrlBucket(content="audit_reports"), account_id or sandbox.account_id
    policy = bucket_policy(bucket, name, account_id=account, region=sandbox.region)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    return name


def create_report(pki: Pki, arn: str, bucket: str, form: str) -> tuple[str, str]:
    """Create a report and return its id and key."""
    answer = pki.client.create_certificate_authority_audit_report(
        CertificateAuthorityArn=arn, S3BucketName=bucket, AuditReportResponseFormat=form
    )
    return answer["AuditReportId"], answer["S3Key"]


def test_a_report_says_what_a_ca_issued_and_revoked(pki: Pki, sandbox: Sandbox) -> None:
    root, bucket = pki.root(), make_report_bucket(sandbox)
    issued = pki.issue(root, TemplateArn=template("EndEntityClientAuthCertificate"))
    leaf = parse_certificate(issued["Certificate"])
    serial = leaf.serial_number.to_bytes(16, "big").hex(":")
    pki.client.revoke_certificate(
        CertificateAuthorityArn=root, CertificateSerial=serial, RevocationReason="KEY_COMPROMISE"
    )
    report, key = create_report(pki, root, bucket, "JSON")
    assert key == f"audit-report/{root.rpartition('/')[2]}/{report}.json"
    described = pki.client.describe_certificate_authority_audit_report(
        CertificateAuthorityArn=root, AuditReportId=report
    )
    assert (described["AuditReportStatus"], described["S3BucketName"], described["S3Key"]) == ("SUCCESS", bucket, key)
    body = sandbox.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    own, entry = json.loads(body)
    assert own["subject"] == "CN=Root CA,C=DE"
    assert "revokedAt" not in own
    issued_at = leaf.not_valid_before_utc + timedelta(hours=1)
    assert {name: value for name, value in entry.items() if name != "revokedAt"} == {
        "awsAccountId": sandbox.account_id,
        "certificateArn": issued["Arn"],
        "serial": serial,
        "subject": "CN=leaf.example.com",
        "notBefore": leaf.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "notAfter": leaf.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "issuedAt": issued_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "revocationReason": "KEY_COMPROMISE",
        "templateArn": template("EndEntityClientAuthCertificate"),
    }

    _, key = create_report(pki, root, bucket, "CSV")
    text = sandbox.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert {name: value for name, value in rows[1].items() if value} == entry


def test_a_report_names_acm_where_it_renewed(pki: Pki, sandbox: Sandbox) -> None:
    root, bucket, acm = pki.root(), make_report_bucket(sandbox), sandbox.client("acm")
    pki.grant(root)
    arn = acm.request_certificate(DomainName="a.example", CertificateAuthorityArn=root, KeyAlgorithm="EC_prime256v1")
    acm.export_certificate(CertificateArn=arn["CertificateArn"], Passphrase=b"pass")
    sandbox.advance(timedelta(days=340))
    _, key = create_report(pki, root, bucket, "JSON")
    entries = json.loads(sandbox.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    assert [entry.get("requestedByServicePrincipal") for entry in entries] == [None, None, ACM]


def test_the_bucket_decides_which_account_writes_reports(pki: Pki, sandbox: Sandbox) -> None:
    root, bucket = pki.root(), make_report_bucket(sandbox, account_id="210987654321")
    with expect_error("InvalidArgsException", "cannot write to the bucket reports-"):
        create_report(pki, root, bucket, "JSON")
    other, report = pki.root(), "11111111-2222-3333-4444-555555555555"
    with expect_error("ResourceNotFoundException"):
        pki.client.describe_certificate_authority_audit_report(CertificateAuthorityArn=other, AuditReportId=report)

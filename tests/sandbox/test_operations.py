"""All 23 operations once, in one sequence; the fixture's client checks every answer against the service model."""

from __future__ import annotations

import json
from typing import Any

from pcaform.sandbox.http.model_validation import service_model
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ALL_ACTIONS, Pki, parse_certificate
from sandbox.test_audit_reports import create_report, make_report_bucket


def test_every_operation_answers_in_the_shape_of_aws(pki: Pki, sandbox: Sandbox) -> None:
    called: set[str] = set()

    def note(operation_model: Any, **_: Any) -> None:
        called.add(operation_model.name)

    pki.client.meta.events.register("before-parse.acm-pca", note)
    use_every_operation(pki)
    (arn, *_) = (each["Arn"] for each in pki.client.list_certificate_authorities()["CertificateAuthorities"])
    report = create_report(pki, arn, make_report_bucket(sandbox), "JSON")
    pki.client.describe_certificate_authority_audit_report(CertificateAuthorityArn=arn, AuditReportId=report[0])
    assert called == set(service_model("acm-pca").operation_names)


def use_every_operation(pki: Pki) -> None:
    """Call every operation on a CA."""
    client = pki.client
    root = pki.root(Tags=[{"Key": "team", "Value": "pki"}])
    arn = pki.subordinate(root)
    assert parse_certificate(
        client.get_certificate_authority_certificate(CertificateAuthorityArn=arn)["CertificateChain"]
    )
    pki.grant(arn)
    (permission,) = client.list_permissions(CertificateAuthorityArn=arn)["Permissions"]
    assert permission["Actions"] == ALL_ACTIONS
    client.delete_permission(CertificateAuthorityArn=arn, Principal=permission["Principal"])
    use_resource_policy(pki, arn)
    client.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    client.untag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "a"}])
    assert client.list_tags(CertificateAuthorityArn=arn)["Tags"] == []
    serial = parse_certificate(pki.issue(arn)["Certificate"]).serial_number
    client.revoke_certificate(
        CertificateAuthorityArn=arn, CertificateSerial=f"{serial:x}", RevocationReason="SUPERSEDED"
    )
    pki.disable(arn)
    client.delete_certificate_authority(CertificateAuthorityArn=arn)
    listed = client.list_certificate_authorities()["CertificateAuthorities"]
    assert {ca["Arn"]: ca["Status"] for ca in listed} == {arn: "DELETED", root: "ACTIVE"}
    client.restore_certificate_authority(CertificateAuthorityArn=arn)
    assert pki.describe(arn)["Status"] == "DISABLED"


def use_resource_policy(pki: Pki, arn: str) -> None:
    """Set a CA's resource policy, read it and delete it."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "444455556666"},
        "Action": "acm-pca:GetCertificate",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    pki.client.put_policy(ResourceArn=arn, Policy=policy)
    assert pki.client.get_policy(ResourceArn=arn)["Policy"] == policy
    pki.client.delete_policy(ResourceArn=arn)

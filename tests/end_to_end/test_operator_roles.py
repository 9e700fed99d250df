"""Administrators and auditors: each does its own duty only, with its own credentials, policies counting."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from end_to_end.fixtures import Stack, started
from end_to_end.test_principals import ANY_ROLE, PARTNER, document, order, session
from end_to_end.test_story import arn_of

pytestmark = pytest.mark.terraform
TRUST = f'{{trust: {{principals: ["arn:aws:iam::{PARTNER}:user/deployer"]}}}}'
SPEC = f"""\
certificate_authorities:
  root: {{type: ROOT, subject: {{common_name: Root}}, validity: {{type: YEARS, value: 20}}}}
  other: {{type: ROOT, subject: {{common_name: Other}}, validity: {{type: YEARS, value: 20}}}}
administrators: {{pki: {TRUST}}}
auditors: {{security: {TRUST}}}
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Apply the spec beside a user of another account, and a CA that is not of the stack."""
    with started(tmp_path_factory.mktemp("duties"), iam=True) as found:
        foreign = found.server.client("iam", account_id=PARTNER)
        foreign.create_user(UserName="deployer")
        foreign.put_user_policy(UserName="deployer", PolicyName="roles", PolicyDocument=document(ANY_ROLE))
        found.apply_without_plan(SPEC)
        yield found


def foreign_authority(stack: Stack) -> str:
    """Make a CA that no spec knows."""
    configuration = {
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Subject": {"CommonName": "Elsewhere"},
    }
    made = stack.server.client("acm-pca").create_certificate_authority(
        CertificateAuthorityConfiguration=configuration, CertificateAuthorityType="ROOT"
    )
    return str(made["CertificateAuthorityArn"])


def denied(client: Any, *calls: tuple[str, dict[str, Any]]) -> None:
    for method, arguments in calls:
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(client, method)(**arguments)


def test_an_administrator_runs_cas_and_issues_to_cas_only(stack: Stack) -> None:
    credentials = session(stack, "pki")
    client, arn = stack.server.client("acm-pca", **credentials), arn_of(stack, "Root")
    ca = {"CertificateAuthorityArn": arn}
    client.create_permission(
        **ca, Principal="acm.amazonaws.com", Actions=["IssueCertificate", "GetCertificate", "ListPermissions"]
    )
    client.tag_certificate_authority(**ca, Tags=[{"Key": "team", "Value": "pki"}])
    client.untag_certificate_authority(**ca, Tags=[{"Key": "team", "Value": "pki"}])
    assert client.issue_certificate(**order(arn, "SubordinateCACertificate_PathLen0"))["CertificateArn"]
    assert client.list_certificate_authorities()["CertificateAuthorities"]
    denied(
        client,
        ("issue_certificate", order(arn)),
        ("delete_certificate_authority", ca),
        ("delete_permission", {**ca, "Principal": "acm.amazonaws.com"}),
        ("delete_policy", {"ResourceArn": arn}),
        ("describe_certificate_authority", {"CertificateAuthorityArn": foreign_authority(stack)}),
    )
    asked = {"DomainName": "www.corp.example", "CertificateAuthorityArn": arn}
    denied(stack.server.client("acm", **credentials), ("request_certificate", asked))
    stack.server.client("acm-pca").delete_permission(**ca, Principal="acm.amazonaws.com")


def test_an_auditor_looks_and_changes_nothing(stack: Stack) -> None:
    credentials = session(stack, "security")
    client, arn = stack.server.client("acm-pca", **credentials), arn_of(stack, "Root")
    ca = {"CertificateAuthorityArn": arn}
    assert client.describe_certificate_authority(**ca)["CertificateAuthority"]["Status"] == "ACTIVE"
    assert client.list_permissions(**ca)["Permissions"] == []
    assert client.list_certificate_authorities()["CertificateAuthorities"]
    denied(
        client,
        ("issue_certificate", order(arn)),
        ("issue_certificate", order(arn, "SubordinateCACertificate_PathLen0")),
        ("update_certificate_authority", {**ca, "Status": "DISABLED"}),
        ("delete_certificate_authority", ca),
        ("put_policy", {"ResourceArn": arn, "Policy": json.dumps({})}),
        ("tag_certificate_authority", {**ca, "Tags": [{"Key": "a", "Value": "b"}]}),
        ("describe_certificate_authority", {"CertificateAuthorityArn": foreign_authority(stack)}),
    )


def test_a_second_plan_is_empty(stack: Stack) -> None:
    assert stack.remaining_changes(SPEC) == {}


def test_a_role_does_not_leave_unsaid(stack: Stack) -> None:
    gone = SPEC[: SPEC.index("auditors:")]
    with pytest.raises(Exception, match="'security' was in this stack, and Terraform would destroy it"):
        stack.plan(gone)
    found = stack.plan(f"{gone}removed: {{auditors.security: forget}}\n")
    assert set(found.values()) == {("forget",)}
    assert {address.split(".")[1] for address in found} == {"auditor_security"}

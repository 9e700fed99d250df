"""Enforced IAM: policies decide calls of Private CA, ACM and IAM, with AWS's answers."""

from __future__ import annotations

from typing import Any

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, ACM, ALL_ACTIONS, Pki, csr, expect_error, template
from sandbox.iam.principals import User, policy_document


def issue_statements(ca: str, *names: str) -> list[dict[str, Any]]:
    """Return the statements that pcaform writes for AWS's case 1."""
    arns = [template(name) for name in names or ("EndEntityCertificate",)]
    return [
        {
            "Action": "acm-pca:IssueCertificate",
            "Resource": ca,
            "Condition": {"ArnLike": {"acm-pca:TemplateArn": arns}},
        },
        {"Action": ["acm-pca:GetCertificate", "acm-pca:DescribeCertificateAuthority"], "Resource": ca},
    ]


def request_statements(ca: str, names: str = "*.corp.example") -> list[dict[str, Any]]:
    """Return the statements that pcaform writes for AWS's case 2."""
    return [
        {
            "Action": "acm:RequestCertificate",
            "Condition": {
                "ArnEquals": {"acm:CertificateAuthority": ca},
                "ForAllValues:StringLike": {"acm:DomainNames": names},
            },
        },
        {"Action": "acm:DescribeCertificate"},
        {
            "Action": "acm-pca:IssueCertificate",
            "Resource": ca,
            "Condition": {"Bool": {"aws:ViaAWSService": "true"}},
        },
    ]


def issue_certificate(client: Any, ca: str, name: str | None = None) -> str:
    more = {"TemplateArn": template(name)} if name else {}
    return str(
        client.issue_certificate(
            CertificateAuthorityArn=ca,
            Csr=csr(),
            SigningAlgorithm="SHA256WITHECDSA",
            Validity={"Type": "DAYS", "Value": 3},
            **more,
        )["CertificateArn"]
    )


def test_an_issuer_issues_with_its_template_and_with_none_named(iam_sandbox: Sandbox, ca: str) -> None:
    issuer = User(iam_sandbox, *issue_statements(ca)).client("acm-pca")
    assert issue_certificate(issuer, ca).startswith(ca)
    assert issue_certificate(issuer, ca, "EndEntityCertificate").startswith(ca)


ORDER = {"Csr": csr(), "SigningAlgorithm": "SHA256WITHECDSA", "Validity": {"Type": "DAYS", "Value": 3}}
DENIED: dict[str, tuple[str, dict[str, Any]]] = {
    "another CA": ("issue_certificate", {"CertificateAuthorityArn": "OTHER", **ORDER}),
    "a CA's template": ("issue_certificate", {**ORDER, "TemplateArn": template("SubordinateCACertificate_PathLen0")}),
    "another template": ("issue_certificate", {**ORDER, "TemplateArn": template("CodeSigningCertificate")}),
    "a permission": ("create_permission", {"Principal": ACM, "Actions": ALL_ACTIONS}),
    "taking a permission away": ("delete_permission", {"Principal": ACM}),
    "a policy": ("put_policy", {"ResourceArn": "CA", "Policy": "{}"}),
    "taking a policy away": ("delete_policy", {"ResourceArn": "CA"}),
    "disabling": ("update_certificate_authority", {"Status": "DISABLED"}),
    "deletion": ("delete_certificate_authority", {}),
    "restoration": ("restore_certificate_authority", {}),
    "revocation": ("revoke_certificate", {"CertificateSerial": "0a" * 16, "RevocationReason": "SUPERSEDED"}),
    "a new certificate for the CA": ("import_certificate_authority_certificate", {"Certificate": b"x"}),
    "tags": ("tag_certificate_authority", {"Tags": [{"Key": "a", "Value": "b"}]}),
    "another CA's description": ("describe_certificate_authority", {"CertificateAuthorityArn": "OTHER"}),
}


@pytest.mark.parametrize("case", DENIED)
def test_an_issuers_own_key_is_denied(iam_sandbox: Sandbox, ca: str, other_ca: str, *, case: str) -> None:
    issuer = User(iam_sandbox, *issue_statements(ca))
    method, arguments_by_name = DENIED[case]
    about_ca = {} if "ResourceArn" in arguments_by_name else {"CertificateAuthorityArn": ca}
    arns = {"CA": ca, "OTHER": other_ca}
    arguments = {
        name: arns.get(value, value) if isinstance(value, str) else value
        for name, value in (about_ca | arguments_by_name).items()
    }
    with expect_error("AccessDeniedException", f"User: {issuer.arn} is not authorized to perform: acm-pca:"):
        getattr(issuer.client("acm-pca"), method)(**arguments)


def test_an_issuers_own_key_lists_nothing(iam_sandbox: Sandbox, ca: str) -> None:
    with expect_error("AccessDeniedException", "acm-pca:ListCertificateAuthorities on resource: *"):
        User(iam_sandbox, *issue_statements(ca)).client("acm-pca").list_certificate_authorities()


def test_a_denial_says_why(iam_sandbox: Sandbox, ca: str) -> None:
    deny = {"Effect": "Deny", "Action": "acm-pca:GetCertificateAuthorityCertificate"}
    reader = User(iam_sandbox, {"Action": "acm-pca:*"}, deny).client("acm-pca")
    with expect_error("AccessDeniedException", f"{ca} with an explicit deny in an identity-based policy"):
        reader.get_certificate_authority_certificate(CertificateAuthorityArn=ca)
    user = User(iam_sandbox).client("acm-pca")
    with expect_error("AccessDeniedException", "because no identity-based policy allows the acm-pca:ListTags action"):
        user.list_tags(CertificateAuthorityArn=ca)


def test_a_group_and_an_attached_policy_count(iam_sandbox: Sandbox, ca: str) -> None:
    user, iam = User(iam_sandbox), iam_sandbox.client("iam")
    policy = iam.create_policy(PolicyName="read", PolicyDocument=policy_document({"Action": "acm-pca:Describe*"}))[
        "Policy"
    ]
    iam.create_group(GroupName="readers")
    iam.attach_group_policy(GroupName="readers", PolicyArn=policy["Arn"])
    with expect_error("AccessDeniedException"):
        user.client("acm-pca").describe_certificate_authority(CertificateAuthorityArn=ca)
    iam.add_user_to_group(GroupName="readers", UserName=user.name)
    assert user.client("acm-pca").describe_certificate_authority(CertificateAuthorityArn=ca)


def test_a_boundary_limits(iam_sandbox: Sandbox, ca: str) -> None:
    iam = iam_sandbox.client("iam")
    arn = iam.create_policy(PolicyName="limit", PolicyDocument=policy_document({"Action": "acm:*"}))["Policy"]["Arn"]
    user = User(iam_sandbox, *issue_statements(ca), boundary=arn)
    assert iam.get_user(UserName=user.name)["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    with expect_error("AccessDeniedException", "because no permissions boundary allows"):
        issue_certificate(user.client("acm-pca"), ca)
    iam.delete_user_permissions_boundary(UserName=user.name)
    assert issue_certificate(user.client("acm-pca"), ca)
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=arn)
    with expect_error("AccessDeniedException", "boundary"):
        issue_certificate(user.client("acm-pca"), ca)


def test_resource_tags_count(iam_sandbox: Sandbox, admin: Pki, root: str) -> None:
    tagged = admin.subordinate(root, Tags=[{"Key": "team", "Value": "web"}])
    condition = {"StringEquals": {"aws:ResourceTag/team": "web"}}
    user = User(iam_sandbox, {"Action": "acm-pca:*", "Condition": condition}).client("acm-pca")
    assert user.list_tags(CertificateAuthorityArn=tagged)["Tags"]
    with expect_error("AccessDeniedException"):
        user.list_tags(CertificateAuthorityArn=root)


def request_status(client: Any, ca: str, name: str) -> tuple[str, str | None]:
    arn = client.request_certificate(DomainName=name, CertificateAuthorityArn=ca, KeyAlgorithm="EC_prime256v1")
    detail = client.describe_certificate(CertificateArn=arn["CertificateArn"])["Certificate"]
    return detail["Status"], detail.get("FailureReason")


def test_a_requester_requests_its_names_from_its_ca(iam_sandbox: Sandbox, ca: str, other_ca: str) -> None:
    acm = User(iam_sandbox, *request_statements(ca)).client("acm")
    assert request_status(acm, ca, "www.corp.example") == ("ISSUED", None)
    with expect_error("AccessDeniedException", "acm:RequestCertificate"):
        acm.request_certificate(DomainName="www.evil.example", CertificateAuthorityArn=ca)
    with expect_error("AccessDeniedException", "acm:RequestCertificate"):
        acm.request_certificate(DomainName="www.corp.example", CertificateAuthorityArn=other_ca)
    with expect_error("AccessDeniedException", "acm:RequestCertificate"):
        acm.request_certificate(DomainName="www.corp.example")


def test_a_requester_cannot_bypass_acm(iam_sandbox: Sandbox, ca: str) -> None:
    with expect_error("AccessDeniedException", "acm-pca:IssueCertificate"):
        issue_certificate(User(iam_sandbox, *request_statements(ca)).client("acm-pca"), ca)


def test_without_rights_to_the_ca_acm_fails_the_certificate(iam_sandbox: Sandbox, ca: str) -> None:
    acm = User(iam_sandbox, *request_statements(ca)[:2]).client("acm")
    assert request_status(acm, ca, "www.corp.example") == ("FAILED", "PCA_ACCESS_DENIED")


def test_iam_itself_is_guarded(iam_sandbox: Sandbox) -> None:
    own = {"Action": "iam:*AccessKey*", "Resource": f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"}
    user, other_user = User(iam_sandbox, own), User(iam_sandbox)
    iam = user.client("iam")
    assert iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"]
    assert iam.list_access_keys()["AccessKeyMetadata"]
    with expect_error("AccessDenied", f"iam:CreateAccessKey on resource: {other_user.arn}"):
        iam.create_access_key(UserName=other_user.name)
    with expect_error("AccessDenied", "iam:AttachUserPolicy"):
        iam.attach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def test_unknown_and_inactive_keys_are_refused(iam_sandbox: Sandbox) -> None:
    user = User(iam_sandbox, {"Action": "*"})
    user.iam.update_access_key(UserName=user.name, AccessKeyId=user.key["access_key_id"], Status="Inactive")
    with expect_error("UnrecognizedClientException"):
        user.client("acm-pca").list_certificate_authorities()
    with expect_error("InvalidClientTokenId"):
        user.client("iam").list_users()
    with expect_error("UnrecognizedClientException"):
        iam_sandbox.client("acm", access_key_id="AKIA" + "Q" * 16, secret_access_key="x").list_certificates()

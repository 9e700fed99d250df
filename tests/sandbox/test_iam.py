"""IAM that counts: what policies say decides Private CA, ACM, IAM and STS calls, as AWS answers them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from pcaform.sandbox.clock import clock
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, ACM, ALL_ACTIONS, REGION, Pki, csr, refused, template

OTHER = "999988887777"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Sandbox]:
    with Sandbox(account_id=ACCOUNT, region=REGION, iam=True) as running:
        yield running


@pytest.fixture(scope="module")
def admin(guarded: Sandbox) -> Pki:
    return Pki(guarded.client("acm-pca"))


@pytest.fixture(scope="module")
def root(admin: Pki) -> str:
    return admin.root()


@pytest.fixture(scope="module")
def ca(admin: Pki, root: str) -> str:
    made = admin.subordinate(root)
    admin.grant(made)
    return made


@pytest.fixture(scope="module")
def other_ca(admin: Pki, root: str) -> str:
    return admin.subordinate(root)


def document(*statements: dict[str, Any]) -> str:
    full = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": full})


class User:
    """An IAM user with one inline policy and a key of their own."""

    made = 0

    def __init__(self, sandbox: Sandbox, *statements: dict[str, Any], boundary: str | None = None) -> None:
        User.made += 1
        self.name, self.sandbox, self.iam = f"user-{User.made}", sandbox, sandbox.client("iam")
        more = {"PermissionsBoundary": boundary} if boundary else {}
        self.arn = self.iam.create_user(UserName=self.name, **more)["User"]["Arn"]
        if statements:
            self.iam.put_user_policy(UserName=self.name, PolicyName="p", PolicyDocument=document(*statements))
        key = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        self.key = {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}

    def client(self, service: str) -> Any:
        return self.sandbox.client(service, **self.key)


def issuing(ca: str, *names: str) -> list[dict[str, Any]]:
    """Grant what pcaform grants in AWS's case 1."""
    arns = [template(name) for name in names or ("EndEntityCertificate",)]
    return [
        {
            "Action": "acm-pca:IssueCertificate",
            "Resource": ca,
            "Condition": {"ArnLike": {"acm-pca:TemplateArn": arns}},
        },
        {"Action": ["acm-pca:GetCertificate", "acm-pca:DescribeCertificateAuthority"], "Resource": ca},
    ]


def requesting(ca: str, names: str = "*.corp.example") -> list[dict[str, Any]]:
    """Grant what pcaform grants in AWS's case 2."""
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


def order(client: Any, ca: str, name: str | None = None) -> str:
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


def test_an_issuer_issues_with_its_template_and_with_none_named(guarded: Sandbox, ca: str) -> None:
    issuer = User(guarded, *issuing(ca)).client("acm-pca")
    assert order(issuer, ca).startswith(ca)
    assert order(issuer, ca, "EndEntityCertificate").startswith(ca)


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


@pytest.mark.parametrize("what", DENIED)
def test_an_issuers_own_key_is_denied(guarded: Sandbox, ca: str, other_ca: str, *, what: str) -> None:
    issuer = User(guarded, *issuing(ca))
    method, wanted = DENIED[what]
    about_ca = {} if "ResourceArn" in wanted else {"CertificateAuthorityArn": ca}
    arns = {"CA": ca, "OTHER": other_ca}
    arguments = {
        name: arns.get(value, value) if isinstance(value, str) else value for name, value in (about_ca | wanted).items()
    }
    with refused("AccessDeniedException", f"User: {issuer.arn} is not authorized to perform: acm-pca:"):
        getattr(issuer.client("acm-pca"), method)(**arguments)


def test_an_issuers_own_key_lists_nothing(guarded: Sandbox, ca: str) -> None:
    with refused("AccessDeniedException", "acm-pca:ListCertificateAuthorities on resource: *"):
        User(guarded, *issuing(ca)).client("acm-pca").list_certificate_authorities()


def test_a_denial_says_why(guarded: Sandbox, ca: str) -> None:
    deny = {"Effect": "Deny", "Action": "acm-pca:GetCertificateAuthorityCertificate"}
    reader = User(guarded, {"Action": "acm-pca:*"}, deny).client("acm-pca")
    with refused("AccessDeniedException", f"{ca} with an explicit deny in an identity-based policy"):
        reader.get_certificate_authority_certificate(CertificateAuthorityArn=ca)
    nobody = User(guarded).client("acm-pca")
    with refused("AccessDeniedException", "because no identity-based policy allows the acm-pca:ListTags action"):
        nobody.list_tags(CertificateAuthorityArn=ca)


def test_a_group_and_an_attached_policy_count(guarded: Sandbox, ca: str) -> None:
    user, iam = User(guarded), guarded.client("iam")
    policy = iam.create_policy(PolicyName="read", PolicyDocument=document({"Action": "acm-pca:Describe*"}))["Policy"]
    iam.create_group(GroupName="readers")
    iam.attach_group_policy(GroupName="readers", PolicyArn=policy["Arn"])
    with refused("AccessDeniedException"):
        user.client("acm-pca").describe_certificate_authority(CertificateAuthorityArn=ca)
    iam.add_user_to_group(GroupName="readers", UserName=user.name)
    assert user.client("acm-pca").describe_certificate_authority(CertificateAuthorityArn=ca)


def test_a_boundary_limits(guarded: Sandbox, ca: str) -> None:
    iam = guarded.client("iam")
    arn = iam.create_policy(PolicyName="limit", PolicyDocument=document({"Action": "acm:*"}))["Policy"]["Arn"]
    user = User(guarded, *issuing(ca), boundary=arn)
    assert iam.get_user(UserName=user.name)["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    with refused("AccessDeniedException", "because no permissions boundary allows"):
        order(user.client("acm-pca"), ca)
    iam.delete_user_permissions_boundary(UserName=user.name)
    assert order(user.client("acm-pca"), ca)
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=arn)
    with refused("AccessDeniedException", "boundary"):
        order(user.client("acm-pca"), ca)


def test_resource_tags_count(guarded: Sandbox, admin: Pki, root: str) -> None:
    tagged = admin.subordinate(root, Tags=[{"Key": "team", "Value": "web"}])
    condition = {"StringEquals": {"aws:ResourceTag/team": "web"}}
    user = User(guarded, {"Action": "acm-pca:*", "Condition": condition}).client("acm-pca")
    assert user.list_tags(CertificateAuthorityArn=tagged)["Tags"]
    with refused("AccessDeniedException"):
        user.list_tags(CertificateAuthorityArn=root)


def status(client: Any, ca: str, name: str) -> tuple[str, str | None]:
    arn = client.request_certificate(DomainName=name, CertificateAuthorityArn=ca, KeyAlgorithm="EC_prime256v1")
    detail = client.describe_certificate(CertificateArn=arn["CertificateArn"])["Certificate"]
    return detail["Status"], detail.get("FailureReason")


def test_a_requester_requests_its_names_from_its_ca(guarded: Sandbox, ca: str, other_ca: str) -> None:
    acm = User(guarded, *requesting(ca)).client("acm")
    assert status(acm, ca, "www.corp.example") == ("ISSUED", None)
    with refused("AccessDeniedException", "acm:RequestCertificate"):
        acm.request_certificate(DomainName="www.evil.example", CertificateAuthorityArn=ca)
    with refused("AccessDeniedException", "acm:RequestCertificate"):
        acm.request_certificate(DomainName="www.corp.example", CertificateAuthorityArn=other_ca)
    with refused("AccessDeniedException", "acm:RequestCertificate"):
        acm.request_certificate(DomainName="www.corp.example")


def test_a_requester_cannot_bypass_acm(guarded: Sandbox, ca: str) -> None:
    with refused("AccessDeniedException", "acm-pca:IssueCertificate"):
        order(User(guarded, *requesting(ca)).client("acm-pca"), ca)


def test_without_rights_to_the_ca_acm_fails_the_certificate(guarded: Sandbox, ca: str) -> None:
    acm = User(guarded, *requesting(ca)[:2]).client("acm")
    assert status(acm, ca, "www.corp.example") == ("FAILED", "PCA_ACCESS_DENIED")


def test_iam_itself_is_guarded(guarded: Sandbox) -> None:
    own = {"Action": "iam:*AccessKey*", "Resource": f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"}
    user, stranger = User(guarded, own), User(guarded)
    iam = user.client("iam")
    assert iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"]
    assert iam.list_access_keys()["AccessKeyMetadata"]
    with refused("AccessDenied", f"iam:CreateAccessKey on resource: {stranger.arn}"):
        iam.create_access_key(UserName=stranger.name)
    with refused("AccessDenied", "iam:AttachUserPolicy"):
        iam.attach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def test_unknown_and_inactive_keys_are_refused(guarded: Sandbox) -> None:
    user = User(guarded, {"Action": "*"})
    user.iam.update_access_key(UserName=user.name, AccessKeyId=user.key["access_key_id"], Status="Inactive")
    with refused("UnrecognizedClientException"):
        user.client("acm-pca").list_certificate_authorities()
    with refused("InvalidClientTokenId"):
        user.client("iam").list_users()
    with refused("UnrecognizedClientException"):
        guarded.client("acm", access_key_id="AKIA" + "Q" * 16, secret_access_key="x").list_certificates()


def trust(principal: str, **condition: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    more = {"Condition": condition} if condition else {}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | more]})


def role(sandbox: Sandbox, name: str, *statements: dict[str, Any], trusted: str, account: str = ACCOUNT) -> str:
    iam = sandbox.client("iam", account_id=account)
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
    return str(arn)


def assumed(sts: Any, arn: str, **more: Any) -> dict[str, str]:
    found = sts.assume_role(RoleArn=arn, RoleSessionName="run", **more)["Credentials"]
    return {
        "access_key_id": found["AccessKeyId"],
        "secret_access_key": found["SecretAccessKey"],
        "session_token": found["SessionToken"],
    }


def test_a_role_is_assumed_by_whom_it_trusts(guarded: Sandbox, ca: str) -> None:
    user, stranger = User(guarded), User(guarded)
    arn = role(guarded, "reader", {"Action": "acm-pca:Describe*"}, trusted=trust(user.arn))
    session = assumed(user.client("sts"), arn)
    client = guarded.client("acm-pca", **session)
    assert client.describe_certificate_authority(CertificateAuthorityArn=ca)
    with refused("AccessDeniedException", "assumed-role/reader/run"):
        client.list_tags(CertificateAuthorityArn=ca)
    with refused("AccessDenied", "sts:AssumeRole"):
        assumed(stranger.client("sts"), arn)
    with refused("UnrecognizedClientException"):
        guarded.client("acm-pca", **session | {"session_token": "x"}).list_certificate_authorities()


def test_a_session_policy_limits_and_a_session_ends(guarded: Sandbox, ca: str) -> None:
    user = User(guarded)
    arn = role(guarded, "limited", {"Action": "acm-pca:*"}, trusted=trust(user.arn))
    policy = document({"Action": "acm-pca:ListTags"})
    client = guarded.client("acm-pca", **assumed(user.client("sts"), arn, Policy=policy))
    assert client.list_tags(CertificateAuthorityArn=ca)["Tags"] == []
    with refused("AccessDeniedException", "because no session policy allows"):
        client.describe_certificate_authority(CertificateAuthorityArn=ca)
    clock.advance(timedelta(hours=2))
    try:
        with refused("ExpiredTokenException"):
            client.list_tags(CertificateAuthorityArn=ca)
    finally:
        clock.reset()


def test_another_account_is_entered_through_its_roles(guarded: Sandbox, ca: str) -> None:
    user = User(guarded, {"Action": "sts:AssumeRole"})
    arn = role(guarded, "remote", {"Action": "acm-pca:*"}, trusted=trust(ACCOUNT), account=OTHER)
    client = guarded.client("acm-pca", **assumed(user.client("sts"), arn))
    assert client.list_certificate_authorities()["CertificateAuthorities"] == []
    made = Pki(client).create()
    assert made.split(":")[4] == OTHER
    with refused("AccessDeniedException", "because no resource-based policy allows"):
        client.describe_certificate_authority(CertificateAuthorityArn=ca)
    with refused("AccessDenied", "sts:AssumeRole"):
        assumed(User(guarded).client("sts"), arn)
    with refused("AccessDenied", "sts:AssumeRole"):
        assumed(user.client("sts"), arn.replace("remote", "missing"))


def test_policies_that_cannot_be_judged_never_let_through(guarded: Sandbox, ca: str) -> None:
    user = User(guarded)
    from moto.iam.models import iam_backends

    iam_backends[ACCOUNT]["aws"].users[user.name].policies["odd"] = '{"Version": "2012-10-17", "Statement": [{}]}'
    with refused("AccessDeniedException", "policy 'odd', statement 1"):
        user.client("acm-pca").list_tags(CertificateAuthorityArn=ca)


def test_a_trust_policy_that_cannot_be_judged_denies(guarded: Sandbox) -> None:
    user = User(guarded, {"Action": "sts:AssumeRole"})
    arn = role(guarded, "odd", trusted=trust(user.arn))
    from moto.iam.models import iam_backends

    kept = next(found for found in iam_backends[ACCOUNT]["aws"].roles.values() if found.arn == arn)
    for odd in ('{"Version": "2012-10-17", "Statement": [{}]}', "[", "[]", '"x"'):
        kept.assume_role_policy_document = odd
        with refused("AccessDenied", f"policy '{arn}'"):
            assumed(user.client("sts"), arn)


STATEMENT = {"Effect": "Allow", "Action": "acm-pca:ListTags", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
ODD = [
    {"Condition": {"StringEquals": {"aws:username": {"a": "b"}}}},
    {"Condition": {"IpAddress": {"aws:SourceIp": "here"}}},
    {"Condition": {"Bool": {"aws:SecureTransport": "perhaps"}}},
    {"NotAction": "acm:ListCertificates"},
    {"Effect": "Maybe"},
]


@pytest.mark.parametrize("odd", [*ODD, {"Principal": {"AWS": ACCOUNT}}], ids=str)
def test_iam_takes_no_malformed_policy(guarded: Sandbox, odd: dict[str, Any]) -> None:
    user = User(guarded)
    iam, sts = guarded.client("iam"), user.client("sts")
    arn = role(guarded, f"of-{user.name}", trusted=trust(user.arn))
    iam.create_group(GroupName=user.name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT | odd]})
    for put, more in (
        (iam.put_user_policy, {"UserName": user.name, "PolicyName": "odd"}),
        (iam.put_group_policy, {"GroupName": user.name, "PolicyName": "odd"}),
        (iam.put_role_policy, {"RoleName": f"of-{user.name}", "PolicyName": "odd"}),
        (iam.create_policy, {"PolicyName": user.name}),
    ):
        with refused("MalformedPolicyDocument"):
            put(PolicyDocument=policy, **more)
    with refused("MalformedPolicyDocument"):
        assumed(sts, arn, Policy=policy)


@pytest.mark.parametrize("odd", [*ODD, {"Principal": "me"}, {"Principal": {"Nobody": "x"}}, {"Resource": "x"}], ids=str)
def test_iam_takes_no_malformed_trust_policy(guarded: Sandbox, odd: dict[str, Any]) -> None:
    user = User(guarded)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [TRUST | odd]})
    with refused("MalformedPolicyDocument"):
        role(guarded, f"of-{user.name}", trusted=policy)
    role(guarded, f"of-{user.name}", trusted=trust(user.arn))
    with refused("MalformedPolicyDocument"):
        guarded.client("iam").update_assume_role_policy(RoleName=f"of-{user.name}", PolicyDocument=policy)
    assert assumed(user.client("sts"), f"arn:aws:iam::{ACCOUNT}:role/of-{user.name}")


def test_a_trust_policy_needs_a_principal(guarded: Sandbox) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT | {"Action": "sts:AssumeRole"}]})
    with refused("MalformedPolicyDocument", "Missing required field Principal"):
        role(guarded, "without", trusted=policy)

"""Users and roles as the console creates them: which of them become issuers, and the notes on the others."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcaform.sources.inventory import Inventory
from sources.aws.conftest import ACCOUNT, Live, live, notes_on, statement

AWS_OWN = "arn:aws:iam::aws:policy"
TEMPLATE = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
EC2 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
}


@dataclass(frozen=True)
class World:
    """The inventory, the ARN of the CA, and the names of all users of the account."""

    found: Inventory
    arn: str
    users: frozenset[str]

    def reasons(self, kind: str, name: str, path: str = "/") -> list[str]:
        """Return the reasons in the notes on a user or role."""
        return [note.reason for note in notes_on(self.found, f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}")]

    def policies(self, kind: str, name: str) -> dict[str, Any]:
        """Return the policies of a user or role in the inventory, by name."""
        managed = {each.attributes["arn"]: each.attributes for each in self.found.of_type("aws_iam_policy")}
        inline = [each.attributes for each in self.found.of_type(f"aws_iam_{kind}_policy")]
        attached = [each.attributes for each in self.found.of_type(f"aws_iam_{kind}_policy_attachment")]
        found = [each for each in inline if each[kind] == name]
        found += [managed[each["policy_arn"]] for each in attached if each[kind] == name]
        return {each["name"]: json.loads(each["policy"]) for each in found}


def populate(account: Live, arn: str) -> None:
    iam = account.server.client("iam")
    elsewhere = arn[:-4] + "0000"

    def user(name: str, *managed: str, **inline: Any) -> None:
        iam.create_user(UserName=name)
        for policy in managed:
            iam.attach_user_policy(UserName=name, PolicyArn=policy)
        for policy, document in inline.items():
            iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=json.dumps(document))

    def role(name: str, *managed: str, path: str = "/", **inline: Any) -> None:
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(EC2))
        for policy in managed:
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        for policy, document in inline.items():
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))

    def managed(name: str, document: Any) -> str:
        return str(iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]["Arn"])

    issue = statement("acm-pca:IssueCertificate", arn)
    user("console", f"{AWS_OWN}/AWSPrivateCAUser", f"{AWS_OWN}/AmazonS3ReadOnlyAccess")
    user("by-hand", issue=statement(["acm-pca:Issue*", "acm-pca:Get*"], arn, Condition=MFA), s3=statement("s3:*"))
    user("variable", own=statement("acm-pca:*", "arn:aws:acm-pca:*:${aws:PrincipalAccount}:certificate-authority/*"))
    user("all-but", rest={"Version": "2012-10-17", "Statement": [ALL_BUT]})
    user("elsewhere", other=statement("acm-pca:IssueCertificate", elsewhere))
    user("web", request=statement("acm:RequestCertificate", "*", Condition=ca_is(arn)))
    user("public-web", request=statement("acm:RequestCertificate", "*", Condition=ca_is(elsewhere)))
    user("administrator", f"{AWS_OWN}/AdministratorAccess")
    user("reader", f"{AWS_OWN}/AWSPrivateCAReadOnly")
    user("nobody", s3=statement("s3:GetObject"))
    user("denied", deny={"Version": "2012-10-17", "Statement": [{**issue["Statement"][0], "Effect": "Deny"}]})
    user("bounded", issue=issue)
    user("bounded-away", issue=issue)
    iam.put_user_permissions_boundary(
        UserName="bounded", PermissionsBoundary=managed("pca-only", statement("acm-pca:*"))
    )
    iam.put_user_permissions_boundary(
        UserName="bounded-away", PermissionsBoundary=managed("s3-only", statement("s3:*"))
    )
    iam.create_group(GroupName="signers")
    iam.attach_group_policy(GroupName="signers", PolicyArn=managed("sign", issue))
    iam.put_group_policy(GroupName="signers", PolicyName="inline", PolicyDocument=json.dumps(issue))
    for name in ("member", "member-too"):
        user(name, **({"own": issue} if name == "member-too" else {}))
        iam.add_user_to_group(GroupName="signers", UserName=name)
    role("signer", managed("role-sign", statement("acm-pca:IssueCertificate", arn)))
    role("AWSReservedSSO_Pki_0123456789abcdef", f"{AWS_OWN}/AWSPrivateCAUser", path=SSO)
    role("AWSServiceRoleForX", path="/aws-service-role/x.amazonaws.com/", issue=issue)


SSO = "/aws-reserved/sso.amazonaws.com/eu-central-1/"
ALL_BUT = {"Effect": "Allow", "NotAction": ["iam:*", "acm-pca:Create*"], "NotResource": "arn:aws:s3:::secret"}


def ca_is(arn: str) -> Any:
    return {"StringEquals": {"acm:CertificateAuthority": arn}}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with live() as account:
        # by default moto has no AWS managed policies
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        arn = account.pki.root()
        populate(account, arn)
        pages = account.server.client("iam").get_paginator("list_users").paginate()
        users = frozenset(user["UserName"] for page in pages for user in page["Users"])
        yield World(account.read(), arn, users)


def test_principals_that_can_issue_are_issuers(world: World) -> None:
    users = [each.attributes["name"] for each in world.found.of_type("aws_iam_user")]
    assert sorted(users) == ["all-but", "bounded", "by-hand", "member-too", "variable", "web"]
    assert [each.attributes["name"] for each in world.found.of_type("aws_iam_role")] == ["signer"]


def test_only_policies_about_issuing_are_read(world: World) -> None:
    assert sorted(world.policies("user", "by-hand")) == ["issue"]
    assert world.policies("user", "by-hand")["issue"]["Statement"][0]["Condition"] == MFA
    assert world.policies("user", "all-but")["rest"]["Statement"] == [ALL_BUT]
    assert sorted(world.policies("role", "signer")) == ["role-sign"]


def test_permissions_boundaries_apply(world: World) -> None:
    (bounded,) = (each for each in world.found.of_type("aws_iam_user") if each.attributes["name"] == "bounded")
    assert bounded.attributes["permissions_boundary"] == f"arn:aws:iam::{ACCOUNT}:policy/pca-only"
    assert world.reasons("user", "bounded-away") == []


def test_issuing_through_a_group_is_reported(world: World) -> None:
    reason = (
        "it may issue by 'inline', 'sign' of the group 'signers': a spec has no groups, so that policy stays unchanged"
    )
    assert world.reasons("user", "member") == [reason]
    assert world.reasons("user", "member-too") == [reason]
    assert sorted(world.policies("user", "member-too")) == ["own"]


def test_other_principals_that_can_issue_are_listed(world: World) -> None:
    assert world.reasons("user", "administrator") == [
        "an administrator: it may issue by 'AdministratorAccess', and create CAs, so it is not an issuer"
    ]
    (reason,) = world.reasons("user", "console")
    assert reason.startswith("it may issue by the AWS managed policy 'AWSPrivateCAUser', which stays attached")
    assert world.reasons("role", "AWSReservedSSO_Pki_0123456789abcdef", SSO) == [
        ("it may issue by 'AWSPrivateCAUser'; IAM Identity Center manages this role: change its permission set instead")
    ]
    assert world.reasons("role", "AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/") == [
        "it may issue by 'issue'; its service manages this service-linked role"
    ]
    assert [note.reason for note in notes_on(world.found, ACCOUNT)] == [
        "they may read, revoke or administer, but not issue: reader"
    ]


def test_principals_without_access_are_not_reported(world: World) -> None:
    for name in ("nobody", "denied", "elsewhere", "public-web"):
        assert name in world.users
        assert world.reasons("user", name) == []

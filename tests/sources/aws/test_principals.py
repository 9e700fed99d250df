"""Who can use an account's CAs: users and roles as the console makes them, and who is written of them."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcaform.sources.inventory import Inventory
from sources.aws.conftest import ACCOUNT, Live, live, remarks_on, statement

AWS_OWN = "arn:aws:iam::aws:policy"
TEMPLATE = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
EC2 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
}


@dataclass(frozen=True)
class World:
    """What was read, and of which CA."""

    found: Inventory
    arn: str

    def said(self, kind: str, name: str, path: str = "/") -> list[str]:
        """Return what is said of a user or role."""
        return [note.reason for note in remarks_on(self.found, f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}")]

    def policies(self, kind: str, name: str) -> dict[str, Any]:
        """Return the documents that are written of a user or role, by name."""
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
        # moto leaves AWS's own policies out unless it is told otherwise.
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        arn = account.pki.root()
        populate(account, arn)
        yield World(account.read(), arn)


def test_issuers_are_those_whom_a_policy_lets_issue(world: World) -> None:
    users = [each.attributes["name"] for each in world.found.of_type("aws_iam_user")]
    assert sorted(users) == ["all-but", "bounded", "by-hand", "member-too", "variable", "web"]
    assert [each.attributes["name"] for each in world.found.of_type("aws_iam_role")] == ["signer"]


def test_only_policies_that_let_somebody_issue_are_taken(world: World) -> None:
    assert sorted(world.policies("user", "by-hand")) == ["issue"]
    assert world.policies("user", "by-hand")["issue"]["Statement"][0]["Condition"] == MFA
    assert world.policies("user", "all-but")["rest"]["Statement"] == [ALL_BUT]
    assert sorted(world.policies("role", "signer")) == ["role-sign"]


def test_a_boundary_counts(world: World) -> None:
    (bounded,) = (each for each in world.found.of_type("aws_iam_user") if each.attributes["name"] == "bounded")
    assert bounded.attributes["permissions_boundary"] == f"arn:aws:iam::{ACCOUNT}:policy/pca-only"
    assert world.said("user", "bounded-away") == []


def test_who_issues_through_a_group_is_listed(world: World) -> None:
    said = (
        "it may issue by 'inline', 'sign' of the group 'signers': a spec has no groups, so that policy stays unchanged"
    )
    assert world.said("user", "member") == [said]
    assert world.said("user", "member-too") == [said]
    assert sorted(world.policies("user", "member-too")) == ["own"]


def test_who_is_no_issuer_of_ours_is_listed(world: World) -> None:
    assert world.said("user", "administrator") == [
        "an administrator: it may issue by 'AdministratorAccess', and create CAs, so it is not an issuer"
    ]
    (said,) = world.said("user", "console")
    assert said.startswith("it may issue by the AWS managed policy 'AWSPrivateCAUser', which stays attached")
    assert world.said("role", "AWSReservedSSO_Pki_0123456789abcdef", SSO) == [
        ("it may issue by 'AWSPrivateCAUser'; IAM Identity Center manages this role: change its permission set instead")
    ]
    assert world.said("role", "AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/") == [
        "it may issue by 'issue'; its service manages this service-linked role"
    ]
    assert [note.reason for note in remarks_on(world.found, ACCOUNT)] == [
        "they may read, revoke or administer, but not issue: reader"
    ]


def test_everybody_else_is_left_in_peace(world: World) -> None:
    for name in ("nobody", "denied", "elsewhere", "public-web"):
        assert world.said("user", name) == []

"""`pcaform access --live`: what users and roles that were made by hand may really do."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest

from conftest import Run
from pcaform.checks.access.account import check_account_access
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus, IamPrincipal, IamPrincipals, Policy
from sources.aws.conftest import ACCOUNT, REGION, Live, live, statement

AWS_OWN = "arn:aws:iam::aws:policy"
END_ENTITY = {"ArnLike": {"acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@dataclass(frozen=True)
class LiveAccount:
    live: Live
    pcaform: Run

    def access(self, *arguments: str) -> CompletedProcess[str]:
        return self.pcaform("access", "--live", *arguments, env=self.live.environment)


def populate(account: Live) -> None:
    iam = account.server.client("iam")
    issuing = account.pki.root(configuration={"Subject": {"CommonName": "Issuing"}})
    account.pki.root(configuration={"Subject": {"CommonName": "Other"}})
    allowed = statement("acm-pca:IssueCertificate", issuing, Condition=END_ENTITY)
    account.user("narrow", issue=allowed)
    account.user("mfa", issue=statement("acm-pca:IssueCertificate", issuing, Condition={**END_ENTITY, **MFA}))
    account.user("bounded", issue=allowed)
    account.user("nobody", s3=statement("s3:*"))
    account.user("runs", run=statement(["acm-pca:DeletePermission", "acm-pca:IssueCertificate"], issuing))
    policy = json.dumps(statement("acm-pca:Describe*"))
    boundary = iam.create_policy(PolicyName="look", PolicyDocument=policy)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=boundary)
    account.user("old")
    iam.attach_user_policy(UserName="old", PolicyArn=f"{AWS_OWN}/AWSPrivateCAUser")
    account.user("boss", all=statement("acm-pca:*"))
    account.user("member")
    iam.create_group(GroupName="signers")
    iam.put_group_policy(GroupName="signers", PolicyName="sign", PolicyDocument=json.dumps(allowed))
    iam.add_user_to_group(GroupName="signers", UserName="member")


@pytest.fixture(scope="module")
def account(pcaform: Run) -> Iterator[LiveAccount]:
    with live() as served:
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        populate(served)
        yield LiveAccount(served, pcaform)


@pytest.fixture(scope="module")
def review(account: LiveAccount) -> CompletedProcess[str]:
    return account.access()


def block(done: CompletedProcess[str], name: str) -> list[str]:
    """Return the lines about a user, except the last one with the count."""
    lines = done.stdout.splitlines()
    start = lines.index(f"user {name}: arn:aws:iam::{ACCOUNT}:user/{name}") + 1
    length = next(number for number, line in enumerate(lines[start:]) if line.startswith("  all else is denied"))
    return lines[start : start + length]


def test_user_with_aws_managed_policy_is_a_finding(review: CompletedProcess[str]) -> None:
    """AWSPrivateCAUser allows issuing from every CA, so its users are findings."""
    assert review.returncode == 2
    findings = [line for line in review.stdout.splitlines() if line.startswith("user old: acm-pca:")]
    assert findings == [
        (
            "user old: acm-pca:IssueCertificate on another CA, EndEntityCertificate/V1: "
            "may issue from every CA, including future ones"
        )
    ]
    by_target = {line.split("  ")[1].strip(): line for line in block(review, "old")}
    assert list(by_target) == ["Issuing, Other, another CA", "no CA"]
    permissions = by_target["Issuing, Other, another CA"]
    assert "IssueCertificate EndEntityCertificate/V1, GetCertificate, ListPermissions, RevokeCertificate" in permissions
    assert "EndEntityServerAuthCertificate" not in " ".join(block(review, "old"))


def test_full_access_is_summarized(review: CompletedProcess[str]) -> None:
    """Every template and every action of Private CA, on every CA: two lines are enough."""
    assert [" ".join(line.split()) for line in block(review, "boss")] == [
        "Issuing, Other, another CA itself: IssueCertificate with every template, every other action on a CA",
        "no CA itself: CreateCertificateAuthority, ListCertificateAuthorities",
    ]


def test_narrow_user_is_not_a_finding(review: CompletedProcess[str]) -> None:
    assert [" ".join(line.split()) for line in block(review, "narrow")] == [
        "Issuing itself: IssueCertificate EndEntityCertificate/V1",
    ]
    assert "user narrow: acm" not in review.stdout


def test_group_policies_count(review: CompletedProcess[str]) -> None:
    assert block(review, "member") == block(review, "narrow")


def test_permissions_boundary_counts(review: CompletedProcess[str]) -> None:
    assert "user bounded" not in review.stdout


def test_conditional_access_is_marked(review: CompletedProcess[str]) -> None:
    assert [" ".join(line.split()) for line in block(review, "mfa")] == [
        "Issuing itself: IssueCertificate EndEntityCertificate/V1 under conditions"
    ]


def test_administering_and_issuing_is_a_finding(review: CompletedProcess[str]) -> None:
    findings = [line for line in review.stdout.splitlines() if line.startswith("user runs: acm-pca:")]
    assert [line.partition(": ")[2] for line in findings] == [
        "acm-pca:DeletePermission on Issuing: may administer CAs and issue from them: separate these roles",
        "acm-pca:IssueCertificate on Issuing, BlankRootCACertificate_APIPassthrough/V1: may issue CA certificates",
    ]


def test_principal_without_access_is_not_listed(review: CompletedProcess[str]) -> None:
    assert "nobody" not in review.stdout
    assert review.stderr.splitlines()[-1].startswith("6 principals, ")
    assert review.stderr.splitlines()[-1].endswith(" requests checked: 6 findings")


def test_json_and_markdown_agree(account: LiveAccount) -> None:
    done = account.access("--format", "json")
    report = json.loads(done.stdout)
    schema = json.loads(account.pcaform("schema", "access").stdout)
    jsonschema.validate(report, schema)
    assert {each["key"] for each in report["principals"]} == {"narrow", "mfa", "runs", "old", "member", "boss"}
    assert "permissions boundaries" not in report["not_shown"]
    assert "| user `old` | Issuing, Other, another CA |" in account.access("--format", "markdown").stdout


def test_unreadable_policies_are_reported(account: LiveAccount) -> None:
    with account.live.server.inject_faults(denials=["iam:GetAccountAuthorizationDetails"]):
        done = account.access()
    assert done.returncode == 2
    assert f"unknown: {ACCOUNT}: users, roles and their policies: GetAccountAuthorizationDetails: " in done.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("--region", REGION), ("--live", "spec.yaml"), ("spec.yaml", "--tag", "a=b")]
)
def test_exactly_one_subject_is_required(pcaform: Run, arguments: Any) -> None:
    done = pcaform("access", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("pcaform: name a SPEC or a STACK, or give --live")


@pytest.mark.parametrize("name", ["Issuing", "another CA", "no CA", "the account"])
def test_a_ca_is_checked_whatever_its_name(name: str) -> None:
    arn = f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-555555555555"
    ca = CaStatus(arn, "ACTIVE", {"certificate_authority_configuration": [{"subject": [{"common_name": name}]}]})
    policy = Policy("issue", json.dumps(statement("acm-pca:IssueCertificate", arn, Condition=END_ENTITY)))
    user = IamPrincipal("user", "narrow", f"arn:aws:iam::{ACCOUNT}:user/narrow", "/", (policy,))
    snapshot = AccountSnapshot(ACCOUNT, (REGION,), (ca,), principals=IamPrincipals((user,)))
    result = check_account_access(snapshot)
    (target,) = {request.target for principal in result.principals for request in principal.allowed}
    assert target == (name if name == "Issuing" else f"{name} {arn.rpartition('/')[2]}")
    assert result.findings == ()

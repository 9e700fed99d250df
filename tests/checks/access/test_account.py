"""`pcaform access --live`: what users and roles that somebody made by hand really may do."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest

from conftest import Run
from sources.aws.conftest import ACCOUNT, REGION, Live, live, statement

AWS_OWN = "arn:aws:iam::aws:policy"
END_ENTITY = {"ArnLike": {"acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@dataclass(frozen=True)
class World:
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
def world(pcaform: Run) -> Iterator[World]:
    with live() as account:
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        populate(account)
        yield World(account, pcaform)


@pytest.fixture(scope="module")
def judged(world: World) -> CompletedProcess[str]:
    return world.access()


def block(done: CompletedProcess[str], name: str) -> list[str]:
    """Return the lines about a user but the last, which counts."""
    lines = done.stdout.splitlines()
    start = lines.index(f"user {name}: arn:aws:iam::{ACCOUNT}:user/{name}") + 1
    length = next(number for number, line in enumerate(lines[start:]) if line.startswith("  all else is denied"))
    return lines[start : start + length]


def test_an_old_user_is_seen_for_what_it_is(judged: CompletedProcess[str]) -> None:
    """AWSPrivateCAUser lets issue from every CA, and whoever has it is a finding."""
    assert judged.returncode == 2
    findings = [line for line in judged.stdout.splitlines() if line.startswith("user old: acm-pca:")]
    assert findings == [
        (
            "user old: acm-pca:IssueCertificate on another CA, EndEntityCertificate/V1: "
            "may issue from every CA, also from those that come later"
        )
    ]
    on = {line.split("  ")[1].strip(): line for line in block(judged, "old")}
    assert list(on) == ["Issuing, Other, another CA", "no CA"]
    may = on["Issuing, Other, another CA"]
    assert "IssueCertificate EndEntityCertificate/V1, GetCertificate, ListPermissions, RevokeCertificate" in may
    assert "EndEntityServerAuthCertificate" not in " ".join(block(judged, "old"))


def test_who_may_do_everything_is_said_in_few_words(judged: CompletedProcess[str]) -> None:
    """Every template and every action of Private CA, on every CA: two lines say it."""
    assert [" ".join(line.split()) for line in block(judged, "boss")] == [
        "Issuing, Other, another CA itself: IssueCertificate with every template, every other action on a CA",
        "no CA itself: CreateCertificateAuthority, ListCertificateAuthorities",
    ]


def test_a_narrow_user_is_no_finding(judged: CompletedProcess[str]) -> None:
    assert [" ".join(line.split()) for line in block(judged, "narrow")] == [
        "Issuing itself: IssueCertificate EndEntityCertificate/V1",
    ]
    assert "user narrow: acm" not in judged.stdout


def test_what_a_group_gives_counts(judged: CompletedProcess[str]) -> None:
    assert block(judged, "member") == block(judged, "narrow")


def test_what_a_boundary_takes_counts(judged: CompletedProcess[str]) -> None:
    assert "user bounded" not in judged.stdout


def test_what_needs_a_second_factor_is_said(judged: CompletedProcess[str]) -> None:
    assert [" ".join(line.split()) for line in block(judged, "mfa")] == [
        "Issuing itself: IssueCertificate EndEntityCertificate/V1 under conditions"
    ]


def test_two_duties_in_one_hand_are_a_finding(judged: CompletedProcess[str]) -> None:
    findings = [line for line in judged.stdout.splitlines() if line.startswith("user runs: acm-pca:")]
    assert [line.partition(": ")[2] for line in findings] == [
        "acm-pca:DeletePermission on Issuing: may administer CAs and issue from them: these are two duties",
        "acm-pca:IssueCertificate on Issuing, BlankRootCACertificate_APIPassthrough/V1: may make a certificate of a CA",
    ]


def test_who_can_do_nothing_is_not_named(judged: CompletedProcess[str]) -> None:
    assert "nobody" not in judged.stdout
    assert judged.stderr.splitlines()[-1].startswith("6 principals, ")
    assert judged.stderr.splitlines()[-1].endswith(" requests judged: 6 findings")


def test_json_and_markdown_say_the_same(world: World) -> None:
    done = world.access("--format", "json")
    report = json.loads(done.stdout)
    schema = json.loads(world.pcaform("schema", "access").stdout)
    jsonschema.validate(report, schema)
    assert {each["key"] for each in report["principals"]} == {"narrow", "mfa", "runs", "old", "member", "boss"}
    assert "permissions boundaries" not in report["not_shown"]
    assert "| user `old` | Issuing, Other, another CA |" in world.access("--format", "markdown").stdout


def test_what_could_not_be_read_is_said(world: World) -> None:
    with world.live.server.with_faults(denials=["iam:GetAccountAuthorizationDetails"]):
        done = world.access()
    assert done.returncode == 2
    assert f"unknown: {ACCOUNT}: users, roles and their policies: GetAccountAuthorizationDetails: " in done.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("--region", REGION), ("--live", "spec.yaml"), ("spec.yaml", "--tag", "a=b")]
)
def test_one_thing_is_judged(pcaform: Run, arguments: Any) -> None:
    done = pcaform("access", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("pcaform: name a SPEC or a STACK, or give --live")

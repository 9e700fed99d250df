"""The specs that `pcaform import aws` prints of an account, and its exit codes."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml

from conftest import Run
from pcaform.iam.policies import issuer_policies
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws
from sources.aws.conftest import ACCOUNT, REGION, Live, live, statement

AWS_OWN = "arn:aws:iam::aws:policy"
MANY = 15
KINDS = ("EndEntity", "EndEntityClientAuth", "EndEntityServerAuth", "OCSPSigning")
WIDE: list[dict[str, Any]] = [
    {
        "certificates": "unmanaged",
        "certificate_authorities": [f"ca{number}" for number in range(MANY)],
        "templates": [f"{kind}Certificate/V1"],
    }
    for kind in KINDS
]
"""Grants that do not fit into one policy."""
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
TEMPLATE = {"ArnLike": {"acm-pca:TemplateArn": ["arn:aws:acm-pca:::template/EndEntityCertificate/V1"]}}


@dataclass(frozen=True)
class World:
    """An account, its CAs, and the result of an import."""

    live: Live
    pcaform: Run
    arns: list[str]
    done: CompletedProcess[str]

    @property
    def spec(self) -> Any:
        return yaml.safe_load(self.done.stdout)

    def run(self, *arguments: str, **more: str) -> CompletedProcess[str]:
        return self.pcaform("import", "aws", *arguments, env={**self.live.environment, **more})


def render_policies(grants: list[Any], arns: list[str]) -> dict[str, Any]:
    """Return the policies that pcaform renders for grants, by name."""
    issuer = Issuer.model_validate({"user_name": "x", "grants": grants})
    aws = Aws(region=REGION, account_id=ACCOUNT)
    return dict(issuer_policies.documents(issuer, aws, arn_of=lambda key: arns[int(key[2:])]))


def shuffle(document: dict[str, Any]) -> dict[str, Any]:
    """Return an equivalent policy with its statements reordered and renamed."""
    turned = [dict(reversed(each.items())) for each in reversed(document["Statement"])]
    return {
        "Statement": [{**each, "Sid": f"Hand{number}"} for number, each in enumerate(turned)],
        "Version": "2012-10-17",
    }


def populate(account: Live, arns: list[str]) -> None:
    iam = account.server.client("iam")

    def attach(user: str, arn: str) -> None:
        iam.attach_user_policy(UserName=user, PolicyArn=arn)

    def managed(name: str, document: Any) -> str:
        text = json.dumps(document)
        return str(iam.create_policy(PolicyName=name, Path="/pki/", PolicyDocument=text)["Policy"]["Arn"])

    for name in ("console", "console-too"):
        account.user(name)
        attach(name, f"{AWS_OWN}/AWSPrivateCAUser")
    one = {"certificates": "unmanaged", "certificate_authorities": ["ca0", "ca1"]}
    (document,) = render_policies([one], arns).values()
    account.user("by-hand", hand=shuffle(document))
    web = {"certificates": "managed", "certificate_authorities": ["ca0"], "domain_names": ["*.corp.example"]}
    (document,) = render_policies([web], arns).values()
    account.user("web", request=json.loads(json.dumps(document).replace("user/x", "user/web")))
    account.user("fleet")
    spread = render_policies(WIDE, arns)
    assert len(spread) > 1
    for number, document in enumerate(spread.values()):
        attach("fleet", managed(f"fleet-{number}", document))
    names = ["EndEntityCertificate_APIPassthrough/V1", "EndEntityCertificate_CSRPassthrough/V1"]
    wild = {"certificates": "unmanaged", "certificate_authorities": ["ca0"], "templates": names}
    (document,) = render_policies([wild], arns).values()
    account.user("wild", issue=document)
    account.user("mfa", issue=statement("acm-pca:IssueCertificate", arns[0], Condition={**TEMPLATE, **MFA}))
    account.user("acm", all=statement("acm:*"), s3=statement("s3:*"))
    account.user(
        "beside", issue=statement("acm-pca:IssueCertificate", arns[1]), look=statement("acm-pca:Describe*", arns[1])
    )
    account.user("twice", a=statement("acm-pca:IssueCertificate", arns[0]), b=statement("acm-pca:Issue*", arns[1]))
    account.user("boss")
    attach("boss", f"{AWS_OWN}/AdministratorAccess")


@pytest.fixture(scope="module")
def world(pcaform: Run) -> Iterator[World]:
    with live() as account:
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        arns = [account.pki.root(configuration={"Subject": {"CommonName": f"CA{number}"}}) for number in range(MANY)]
        populate(account, arns)
        done = pcaform("import", "aws", "--stack", "pki", env=account.environment)
        yield World(account, pcaform, arns, done)


def test_issuers_are_written(world: World) -> None:
    """As grants if grants make an equivalent policy, else with the policy unchanged."""
    assert sorted(world.spec["issuers"]) == [
        *("acm", "beside", "by-hand", "fleet", "fleet-2", "mfa", "twice", "twice-2", "web", "wild"),
    ]
    assert world.spec["issuers"]["by-hand"] == {
        "existing_user": "by-hand",
        "grants": [{"certificates": "unmanaged", "certificate_authorities": ["ca0", "ca1"]}],
        "deny_other_templates": True,
    }
    web = world.spec["issuers"]["web"]
    assert web["grants"] == [
        {"certificates": "managed", "certificate_authorities": ["ca0"], "domain_names": ["*.corp.example"]}
    ]
    assert [each["rule"] for each in web["ignore"]] == ["managed-without-permission"]
    assert [each["rule"] for each in world.spec["issuers"]["wild"]["ignore"]] == ["privileged-template"]
    for name in ("fleet", "twice"):  # several policies, which grants would not make word for word: each for itself
        entries = [world.spec["issuers"][key] for key in (name, f"{name}-2")]
        assert {each["existing_user"] for each in entries} == {name}
        assert len({each["policy"]["name"] for each in entries}) == 2


def test_policies_without_equivalent_grants_are_kept_unchanged(world: World) -> None:
    issuers = world.spec["issuers"]
    mfa = statement("acm-pca:IssueCertificate", world.arns[0], Condition={**TEMPLATE, **MFA})
    assert issuers["mfa"] == {"existing_user": "mfa", "policy": {"name": "issue", "document": mfa}}
    assert issuers["acm"]["policy"] == {"name": "all", "document": statement("acm:*")}
    assert issuers["beside"]["policy"]["document"] == statement("acm-pca:IssueCertificate", world.arns[1])


def test_users_with_an_aws_managed_policy_are_not_written(world: World) -> None:
    """AWSPrivateCAUser allows issuing from every CA: it is reported, and stays attached."""
    for name in ("console", "console-too"):
        assert f"user/{name}: " in world.done.stderr
        assert name not in world.spec["issuers"]


OWN = (
    "it may issue by the AWS managed policy 'AWSPrivateCAUser', which stays attached: a spec would only add a "
    "copy of it. Give the principal grants, then detach that policy"
)


def test_principals_that_cannot_be_written_are_reported(world: World) -> None:
    assert world.done.returncode == 2
    user = f"arn:aws:iam::{ACCOUNT}:user"
    lines = [line for line in world.done.stderr.splitlines() if f"{user}/" in line and not line.startswith("account ")]
    ignored = [line for line in lines if line.startswith("ignored: ")]
    assert [line.split(": ")[1].removeprefix(f"{user}/") for line in ignored] == ["web", "wild"]
    assert [line for line in lines if line not in ignored] == [
        f"listed: {user}/console: {OWN}",
        f"listed: {user}/console-too: {OWN}",
        (
            f"listed: {user}/boss: an administrator: it may issue by 'AdministratorAccess', and create CAs, "
            "so it is not an issuer"
        ),
    ]


def test_listed_notes_do_not_change_the_exit_code(world: World, tmp_path: Path) -> None:
    """Accounts have administrators and deleted CAs: a nightly import must not fail for them."""
    iam = world.live.server.client("iam")
    for name, policy in (("twice", "b"), ("web", "request"), ("wild", "issue")):
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    for each in iam.list_attached_user_policies(UserName="fleet")["AttachedPolicies"]:
        iam.detach_user_policy(UserName="fleet", PolicyArn=each["PolicyArn"])
    out = tmp_path / "pki.yaml"
    done = world.run("--stack", "pki", "--out", str(out), "--format", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["left_out"], report["unknown"]) == (0, [], [])
    assert [note["address"].rpartition("/")[2] for note in report["listed"]] == ["console", "console-too", "boss"]
    assert yaml.safe_load(out.read_text(encoding="utf-8"))["issuers"]["twice"]["existing_user"] == "twice"


def test_an_import_into_a_spec_uses_its_region_and_default_tags(world: World, tmp_path: Path) -> None:
    """Default tags are not written to each CA; the region is the spec's."""
    spec = tmp_path / "pki.yaml"
    spec.write_text(
        f"version: 1\nstack: pki\naws: {{region: {REGION}, account_id: '{ACCOUNT}', default_tags: {{owner: sec}}}}\n",
        encoding="utf-8",
    )
    tags = [{"Key": "owner", "Value": "sec"}, {"Key": "team", "Value": "pki"}]
    world.live.pki.client.tag_certificate_authority(CertificateAuthorityArn=world.arns[0], Tags=tags)
    done = world.run("--into", str(spec), "--arn", world.arns[0])
    assert done.returncode in {0, 2}
    assert yaml.safe_load(spec.read_text(encoding="utf-8"))["certificate_authorities"]["ca0"]["tags"] == {"team": "pki"}
    before = spec.read_bytes()
    done = world.run("--into", str(spec), "--dry-run", AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1")
    assert f", in {REGION}" in done.stderr.splitlines()[0]
    assert spec.read_bytes() == before


def test_unknown_parts_are_marked_and_remove_nothing(world: World, tmp_path: Path) -> None:
    spec = tmp_path / "pki.yaml"
    world.live.pki.grant(world.arns[2])
    arn = ("--arn", world.arns[2])
    with world.live.server.inject_faults(denials=["acm-pca:ListPermissions"]):
        fresh = world.run("--stack", "pki", *arn)
    why = "ListPermissions: the caller's policies do not allow it (AccessDeniedException)"
    assert f"\n  # unknown: permissions: {why}\n  ca2:\n    arn: {world.arns[2]}\n" in fresh.stdout
    assert fresh.returncode == 2
    world.run("--stack", "pki", *arn, "--out", str(spec))
    before = spec.read_bytes()
    assert b"principal: acm.amazonaws.com" in before
    with world.live.server.inject_faults(denials=["acm-pca:ListPermissions", "acm-pca:ListTags", "acm-pca:GetPolicy"]):
        into = world.run("--into", str(spec), *arn)
    assert (into.returncode, spec.read_bytes()) == (2, before)
    assert f"unknown: {world.arns[2]}: permissions: {why}" in into.stderr


def test_a_parent_is_found_by_its_key_and_not_by_its_name(world: World) -> None:
    twins = [world.live.pki.root(configuration={"Subject": {"CommonName": "Twin"}}) for _ in range(2)]
    child = world.live.pki.subordinate(twins[1], configuration={"Subject": {"CommonName": "Child"}})
    done = world.run("--stack", "pki", *(word for arn in (*twins, child) for word in ("--arn", arn)))
    found = yaml.safe_load(done.stdout)["certificate_authorities"]
    assert found[found["child"]["parent"]]["arn"] == twins[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--stack NAME is missing"),
        (("--into", "nowhere.yaml"), "nowhere.yaml: there is no such file; --out nowhere.yaml writes a new one"),
        (("--stack", "x", "--into", "a.yaml", "--out", "b.yaml"), "--into changes an existing spec"),
    ],
)
def test_invalid_options_are_refused_before_any_request(
    pcaform: Run, world: World, arguments: tuple[str, ...], message: str
) -> None:
    with world.live.server.inject_faults(denials=["*"]) as counts:
        done = pcaform("import", "aws", *arguments, env=world.live.environment)
    assert (done.returncode, done.stdout, counts["denials"]) == (1, "", 0)
    (line,) = done.stderr.splitlines()
    assert message in line

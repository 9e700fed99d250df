"""One spec for a hierarchy that spans regions, and for what an import into it looks: no more, and nothing invented."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml

from conftest import Run
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import Pki
from sources.aws.conftest import ACCOUNT, OTHER, REGION, Live, live, statement

ELSEWHERE = "us-east-1"
BOTH = ("--region", REGION, "--region", ELSEWHERE)
HEAD = f"""version: 1
stack: pki
aws: {{region: {REGION}, account_id: "{ACCOUNT}", default_tags: {{owner: sec, generation: "2", permissions: all}}}}
"""
CAS = f"""certificate_authorities:
  top:
    type: ROOT
    subject: {{common_name: Root}}
    key_algorithm: EC_prime256v1
    validity: {{type: DAYS, value: 900}}
  issuing-us:
    type: SUBORDINATE
    parent: top
    subject: {{common_name: Issuing}}
    key_algorithm: EC_prime256v1
    validity: {{type: DAYS, value: 500}}
    provider: {{region: {ELSEWHERE}}}
    permissions: [{{principal: acm.amazonaws.com}}]
issuers:
  web:
    existing_user: web
    grants: [{{certificates: unmanaged, certificate_authorities: [top, issuing-us]}}]
administrators:
  admins: {{role_name: pki-admins, trust: {{accounts: ["{ACCOUNT}"]}}}}
crl_buckets: {{corp-crl: {{}}}}
"""
"""The spec of the stack that made this account: its own CAs have no ARN in it."""
TAGS = [{"Key": "owner", "Value": "sec"}, {"Key": "generation", "Value": "2"}, {"Key": "permissions", "Value": "all"}]


@dataclass(frozen=True)
class World:
    """A root, its subordinate CA in another region, a user that issues from both, and an administrator."""

    live: Live
    pcaform: Run
    root: str
    issuing: str

    def into(self, spec: Path, *arguments: str) -> CompletedProcess[str]:
        """Show what an import would change in a spec."""
        return self.pcaform("import", "aws", "--into", spec, "--dry-run", *arguments, env=self.live.environment)


def subordinate(server: Sandbox, pki: Pki, root: str) -> str:
    """Make a CA in another region than the root that signs it; return its ARN."""
    other = Pki(server.client("acm-pca", region=ELSEWHERE))
    arn = other.create("SUBORDINATE", configuration={"Subject": {"CommonName": "Issuing"}}, Tags=TAGS)
    template = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
    signed = pki.issue(root, other.csr_of(arn), TemplateArn=template, Validity={"Type": "DAYS", "Value": 500})
    other.install(arn, signed["Certificate"], signed["CertificateChain"])
    other.grant(arn)
    return arn


@pytest.fixture(scope="module")
def world(pcaform: Run) -> Iterator[World]:
    with live() as account:
        root = account.pki.root(configuration={"Subject": {"CommonName": "Root"}}, Tags=TAGS)
        issuing = subordinate(account.server, account.pki, root)
        actions = ["acm-pca:GetCertificate", "acm-pca:IssueCertificate"]
        account.user("web", issue=statement(actions, [root, issuing]))
        principals = {"AWS": [f"arn:aws:iam::{each}:root" for each in (ACCOUNT, OTHER)]}
        trusting = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principals}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [trusting]})
        iam = account.server.client("iam")
        iam.create_role(RoleName="pki-admins", AssumeRolePolicyDocument=trust)
        policy = json.dumps(statement("acm-pca:*", root))
        iam.put_role_policy(RoleName="pki-admins", PolicyName="all", PolicyDocument=policy)
        yield World(account, pcaform, root, issuing)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "pki.yaml"
    path.write_text(HEAD + CAS, encoding="utf-8")
    return path


def lines(done: CompletedProcess[str], *kinds: str) -> list[str]:
    """Return the lines of some kinds in a report."""
    return [line for line in done.stderr.splitlines() if line.startswith(kinds)]


def test_hierarchy_of_two_regions_is_one_spec(world: World, tmp_path: Path) -> None:
    file = tmp_path / "pki.yaml"
    done = world.pcaform("import", "aws", "--stack", "pki", *BOTH, "--out", file, env=world.live.environment)
    assert done.returncode == 0, done.stderr
    written: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert (written["stack"], written["aws"]["region"]) == ("pki", REGION)
    cas = written["certificate_authorities"]
    assert {key: (ca.get("parent"), ca.get("provider")) for key, ca in cas.items()} == {
        "root": (None, None),
        "issuing": ("root", {"region": ELSEWHERE}),
    }
    again = world.into(file)
    assert (again.returncode, again.stdout) == (0, "")
    assert f", in {REGION}, {ELSEWHERE}" in again.stderr


def test_first_region_is_that_of_the_stack(world: World) -> None:
    done = world.pcaform("import", "aws", "--stack", "x", *BOTH[2:], *BOTH[:2], env=world.live.environment)
    written: Any = yaml.safe_load(done.stdout)
    assert written["aws"]["region"] == ELSEWHERE
    assert written["certificate_authorities"]["root"]["provider"] == {"region": REGION}


@pytest.mark.parametrize("arguments", [(), BOTH, ("--all-regions",)])
def test_spec_of_two_regions_is_compared_with_both(world: World, spec: Path, arguments: tuple[str, ...]) -> None:
    """Nothing of it is elsewhere, missing, or there twice, and the default tags are there."""
    done = world.into(spec, *arguments)
    assert lines(done, "not found", "left out", "added: certificate_authorities", "added: issuers") == []
    assert lines(done, "changed: aws", "conflict", "not written") == []
    assert "default tags" not in done.stderr
    administrator = f"listed: arn:aws:iam::{ACCOUNT}:role/pki-admins: the administrator 'admins' of the spec, "
    administrator += "where it stays as it is: 'pcaform drift' compares its policy"
    assert lines(done, administrator)
    assert lines(done, "not read") == ["not read: crl_buckets.corp-crl: it stays in the spec"]


@pytest.mark.parametrize("filters", ["region", "arn", "tag"])
def test_what_is_not_looked_for_is_not_missing(world: World, spec: Path, filters: str) -> None:
    """And no CA that the spec has under its own key gets another one."""
    options = {
        "region": ("--region", ELSEWHERE),
        "arn": ("--arn", world.issuing),
        "tag": ("--tag", "owner=nobody", "--arn", world.issuing),
    }
    done = world.into(spec, *options[filters])
    assert lines(done, "not found", "added: certificate_authorities") == []
    if filters != "tag":
        assert "+  ca-" not in done.stdout
        assert done.returncode in {0, 2}


def test_default_tags_that_some_lack_are_told(world: World, spec: Path) -> None:
    spec.write_text((HEAD + CAS).replace("owner: sec", "owner: sec, team: pki"), encoding="utf-8")
    assert "2 CAs lack the default tags of the spec (generation, owner, permissions, team)" in world.into(spec).stderr


def test_role_of_the_spec_reads_its_account(world: World, spec: Path) -> None:
    """Credentials of another account are enough, if the role that the spec assumes is of its account."""
    role = f"arn:aws:iam::{ACCOUNT}:role/pki-admins"
    text = (HEAD + CAS).replace("default_tags:", f"assume_role: {{role_arn: '{role}'}}, default_tags:")
    spec.write_text(text, encoding="utf-8")
    assert world.into(spec).stderr.startswith(f"account {ACCOUNT}, as arn:aws:iam::{ACCOUNT}:user/")
    strangers = {"AWS_ACCESS_KEY_ID": f"SANDBOXA{OTHER}"}
    for command in (("import", "aws", "--into", spec, "--dry-run"), ("drift", spec)):
        done = world.pcaform(*command, env={**world.live.environment, **strangers})
        assert done.stderr.startswith(f"account {ACCOUNT}, as arn:aws:sts::{ACCOUNT}:assumed-role/pki-admins/")


def test_what_to_do_with_a_ca_behind_a_role_is_told(world: World, spec: Path) -> None:
    """The credentials of one account read neither the CAs of another one nor those behind a role."""
    role = f"provider: {{region: {REGION}, assume_role: {{role_arn: 'arn:aws:iam::{OTHER}:role/pki'}}}}"
    far = f"  far: {{type: ROOT, {role}, subject: {{common_name: Far}}, key_algorithm: RSA_2048, VALIDITY}}\n"
    far = far.replace("VALIDITY", "validity: {type: DAYS, value: 9}")
    spec.write_text((HEAD + CAS).replace("  issuing-us:\n", f"{far}  issuing-us:\n"), encoding="utf-8")
    done = world.into(spec)
    assert lines(done, "not read: certificate_authorities.far: it stays in the spec")
    assert lines(
        done, "far: not read, since it is behind a role of its own or in another account: to see what AWS has, "
    )
    assert lines(done, "not found", "issuing-us: not read") == []


def test_ca_that_is_left_out_is_not_called_missing(world: World, spec: Path) -> None:
    arn = world.live.pki.create(configuration={"Subject": {"CommonName": "Waiting"}})
    waiting = "  waiting: {type: ROOT, subject: {common_name: Waiting}, key_algorithm: EC_prime256v1, VALIDITY}\n"
    waiting = waiting.replace("VALIDITY", "validity: {type: DAYS, value: 9}")
    spec.write_text((HEAD + CAS).replace("  issuing-us:\n", f"{waiting}  issuing-us:\n"), encoding="utf-8")
    done = world.into(spec)
    assert lines(done, f"left out: {arn}: it has no certificate yet")
    assert lines(done, "not found") == []

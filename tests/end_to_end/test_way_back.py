"""What a stack of pcaform made is imported and adopted by the commands of the README: nothing of it changes."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from conftest import ROOT, Run
from end_to_end.fixtures import Stack, started
from pcaform.terraform.runner import find_binary

pytestmark = pytest.mark.terraform
MADE = """
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    validity: {type: YEARS, value: 20}
    permissions: [{principal: acm.amazonaws.com}]
    tags: {tier: root}
  overseas:
    type: SUBORDINATE
    parent: root
    subject: {common_name: Overseas}
    validity: {type: YEARS, value: 5}
    revocation_configuration: {ocsp_configuration: {enabled: true}}
shares:
  overseas: {accounts: ["210987654321"]}
issuers:
  ci:
    user_name: ci-signer
    path: /people/
    policy_path: /pki/
    tags: {team: web}
    policy_tags: {owner: pki}
    grants:
      - {certificates: unmanaged, certificate_authorities: [root, overseas], key_algorithms: [RSA_2048, EC_prime256v1]}
  web:
    role: {trust: {services: [ec2.amazonaws.com]}, description: The web, instance_profile: false}
    grants: [{certificates: managed, certificate_authorities: [root], domain_names: ["*.corp.example"]}]
  runner:
    existing_user: runner
    grants: [{certificates: unmanaged, certificate_authorities: [root]}]
  denied:
    existing_role: denied
    deny_other_templates: true
    path: /pki/
    grants: [{certificates: unmanaged, certificate_authorities: [root], additional_actions: [RevokeCertificate]}]
  kept:
    existing_user: kept
    tags: {a: b}
    policy:
      name: kept
      description: As it was
      document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "acm-pca:Issue*", Resource: "*"}]}
  several:
    existing_role: several
    grants: [{certificates: unmanaged, certificate_authorities: [root]}]
  several-second:
    existing_role: several
    policy:
      name: second
      document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "acm-pca:Issue*", Resource: "*"}]}
  several-third:
    existing_role: several
    policy:
      name: third
      document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "acm-pca:Issue*", Resource: "*"}]}
certificates:
  www: {certificate_authority: root, domain_name: www.corp.example, key_algorithm: EC_prime256v1}
auditors:
  audit: {trust: {accounts: ["123456789012"]}}
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with started(tmp_path) as each:
        yield each


def test_the_way_back_changes_nothing(stack: Stack, pcaform: Run) -> None:
    iam = stack.server.client("iam")
    for name in ("runner", "kept"):
        iam.create_user(UserName=name)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    for name in ("denied", "several"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    stack.apply_without_plan(MADE)
    home, environment = stack.home, {**stack.server.environment, **stack.terraform.environment}
    for line in commands("README.md", "## CAs that exist"):
        done = shell(line, home, environment)
        assert (done.returncode, "left out" in done.stderr) == (0, False), done.stderr
    assert "0 to add, 0 to change, 0 to destroy" in done.stdout
    assert pcaform("drift", "old-pki.yaml", cwd=home, env=environment).returncode == 0
    told = json.loads(pcaform("access", "old-pki.yaml", "--format", "json", cwd=home).stdout)
    allowed = {each["key"]: len(each["allowed"]) for each in told["principals"]}
    assert allowed["several"] == allowed["several-2"] == allowed["several-3"] > allowed["runner"]
    stack.terraform.plan(stack.terraform.directory / "tfplan")
    shutil.copytree(stack.terraform.directory, home / "project")
    shutil.copytree(stack.terraform.directory, home / "project" / "terraform" / "pki")
    for line in commands("docs/import.md", "# Import existing CAs into a spec"):
        done = shell(line, home / "project", environment)
        assert (done.returncode, (home / "project" / "corp-pki.yaml").is_file()) == (0, True), done.stderr
        (home / "project" / "corp-pki.yaml").unlink()


def commands(page: str, title: str) -> list[str]:
    """Return the commands of the first block below a title of a page."""
    text = f"\n{(ROOT / page).read_text(encoding='utf-8')}".partition(f"\n{title}\n")[2]
    block = re.search(r"^```shell\n((?s:.*?))^```$|((?:^ {4}.*\n)+)", text, re.MULTILINE)
    assert block is not None
    return [line.strip() for line in (block[1] or block[2]).splitlines()]


def shell(line: str, home: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), str(Path(find_binary()).parent), environment["PATH"]))
    command = ["bash", "-euo", "pipefail", "-c", line]
    return subprocess.run(
        command, cwd=home, env={**environment, "PATH": path}, capture_output=True, text=True, check=False
    )

"""Whatever pcaform itself can make is imported from its account, rendered, and adopted: nothing of it changes.

PCAFORM_WAY_BACK_SPECS draws more specs, PCAFORM_WAY_BACK_FIRST others.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from conftest import Run
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.rules.load import load_valid_text
from pcaform.sandbox.server import Sandbox
from pcaform.spec.stack import Spec
from pcaform.terraform.runner import Terraform, find_binary
from spec.strategies import specs
from spec.test_yaml_writer import yaml_of
from terraform_steps import apply_without_plan, init_once

pytestmark = pytest.mark.terraform
DRAWN = int(os.environ.get("PCAFORM_WAY_BACK_SPECS", "3"))
FIRST = int(os.environ.get("PCAFORM_WAY_BACK_FIRST", "0"))
ISSUING = {"Effect": "Allow", "Action": "acm-pca:Issue*", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}


def draw(seed: int) -> dict[str, Any]:
    """Return a large one of the specs that a seed draws."""
    found = []

    @hypothesis.seed(seed)
    @settings(max_examples=8, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(specs(is_new=True))
    def collect(data: dict[str, Any]) -> None:
        found.append(data)

    collect()
    data = max(found, key=lambda each: len(json.dumps(each)))
    for number, issuer in enumerate(data["issuers"].values()):
        if "policy" in issuer:  # one that IAM takes
            issuer["policy"]["document"] = {
                "Version": "2012-10-17",
                "Statement": [{**ISSUING, "Sid": f"S{number}"}, *([ISSUING] if number else [])],
            }
    return {**data, "stack": "made"}


def make_existing(spec: Spec, server: Sandbox) -> None:
    """Make what a stack takes for granted."""
    iam = server.client("iam")
    iam.create_policy(
        PolicyName="boundary", PolicyDocument=document({"Effect": "Allow", "Action": "*", "Resource": "*"})
    )
    for issuer in spec.issuers.values():
        if issuer.existing_user:
            iam.create_user(UserName=issuer.existing_user)
        if issuer.existing_role:
            iam.create_role(RoleName=issuer.existing_role, AssumeRolePolicyDocument=document(TRUST))


def document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.mark.parametrize("seed", range(FIRST, FIRST + DRAWN))
def test_the_way_back_changes_nothing(seed: int, pcaform: Run, tmp_path: Path) -> None:
    text = yaml_of(draw(seed))
    (tmp_path / "made.yaml").write_text(text, encoding="utf-8")
    spec = load_valid_text(text.encode(), "made.yaml")
    with open_sandbox(account_id=spec.aws.account_id, region=spec.aws.region) as (server, hermetic):
        make_existing(spec, server)
        environment = {**server.environment, **hermetic}
        done = pcaform("render", "made.yaml", "--out", ".", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        apply_without_plan(Terraform(find_binary(), tmp_path / "made", environment))
        into = ("--stack", "back", "--out", "back.yaml", "--all-regions")
        found = pcaform("import", "aws", *into, cwd=tmp_path, env=environment)
        assert "left out" not in found.stderr, found.stderr
        done = pcaform("render", "back.yaml", "--out", ".", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        init_once(Terraform(find_binary(), tmp_path / "back", environment))
        done = pcaform("adopt", "back", "--dry-run", cwd=tmp_path, env=environment)
    assert (done.returncode, "0 to add, 0 to change, 0 to destroy" in done.stdout) == (0, True), (
        text + found.stderr + done.stderr + done.stdout
    )

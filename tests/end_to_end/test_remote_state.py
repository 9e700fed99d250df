"""A root in one stack, used by others that read its ARN from its state or parameter: order, and what another does."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from conftest import Run
from end_to_end.fixtures import ACCOUNT, REGION, started
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec
from pcaform.rules.load import load_file
from pcaform.terraform.plan_json import read
from pcaform.terraform.runner import Terraform, TerraformError, find_binary
from terraform_steps import apply_without_plan, remaining_changes

pytestmark = pytest.mark.terraform

HEAD = f"""\
version: 1
stack: %s
aws: {{region: {REGION}, account_id: "{ACCOUNT}"}}
"""
ROOT = (
    HEAD % "security/root"
    + """\
certificate_authorities:
  root: {type: ROOT, subject: {common_name: Root}, key_algorithm: RSA_2048, validity: {type: YEARS, value: 20}}
"""
)
SOURCES = {
    "state": '{remote_state: {local: {path: "../{stack}/terraform.tfstate"}}}',
    "parameter": '{ssm_parameter: "/pcaform/{stack}/{certificate_authority}"}',
}
"""What `references` says in every stack; that with the root writes its parameter by it."""
PARAMETER = "/pcaform/security/root/root"
ABOVE = """\
certificate_authorities:
  above: {managed: false, stack: security/root, certificate_authority: root, key_algorithm: RSA_2048%s}
"""
SIGNED = (
    HEAD % "signed"
    + ABOVE % ""
    + """\
  own:
    type: SUBORDINATE
    parent: above
    subject: {common_name: Own}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 5}
"""
)
PERMITTED = (
    HEAD % "permitted"
    + ABOVE % ", permissions: [{}]"
    + """\
issuers:
  ci: {grants: [{certificates: managed, certificate_authorities: [above], domain_names: ["*.corp.example"]}]}
"""
)
SPECS = {"security/root": ROOT, "signed": SIGNED, "permitted": PERMITTED}
LOCK = ".terraform.lock.hcl"
USERS = ("signed", "permitted")


class Stacks:
    """The three stacks below one directory, in an account."""

    def __init__(self, home: Path, environment: dict[str, str], write: Callable[["Stacks", str], None]) -> None:
        self.home, self.environment = home, environment
        self.write = partial(write, self)
        self.state = home / "stacks/security/root/terraform.tfstate"

    def terraform(self, stack: str) -> Terraform:
        """Return the Terraform of a stack; all have the same provider, which is set up once."""
        first = self.state.parent
        if (first / LOCK).exists() and not (self.home / "stacks" / stack / LOCK).exists():
            for name in (LOCK, ".terraform/providers"):
                (link := self.home / "stacks" / stack / name).parent.mkdir(exist_ok=True)
                link.symlink_to(first / name)
        return Terraform(find_binary(), self.home / "stacks" / stack, self.environment)

    def failure(self, stack: str) -> str:
        """Return why a stack cannot be planned, on one line."""
        with pytest.raises(TerraformError) as error:
            self.terraform(stack).plan(self.home / "tfplan")
        return " ".join(str(error.value).replace("│", " ").split())

    def edit_output(self, arn: str) -> None:
        """Give the root's state another ARN, as the apply of another root leaves it."""
        state = json.loads(self.state.read_bytes())
        state["outputs"]["certificate_authority_arns"]["value"] = {"root": arn}
        state["outputs"]["certificate_authority_arns"]["type"] = ["object", {"root": "string"}]
        self.state.write_text(json.dumps(state), encoding="utf-8")


@pytest.fixture(params=SOURCES)
def stacks(pcaform: Run, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stacks]:
    with started(tmp_path) as found:
        ssm, head = found.server.client("ssm"), f"references: {SOURCES[request.param]}\n"

        def edit_parameter(_: Stacks, arn: str) -> None:
            ssm.put_parameter(Name=PARAMETER, Value=arn, Overwrite=True)

        (tmp_path / "specs").mkdir()
        for stack, text in SPECS.items():
            (tmp_path / "specs" / f"{stack.replace('/', '-')}.yaml").write_text(head + text, encoding="utf-8")
        done = pcaform("render", "specs", "--out", "stacks", cwd=tmp_path, env=dict(found.terraform.environment))
        assert done.returncode == 0, done.stderr
        write = Stacks.edit_output if request.param == "state" else edit_parameter
        yield Stacks(tmp_path, dict(found.terraform.environment), write)


def test_stacks_read_the_arn_from_another(stacks: Stacks) -> None:
    for stack in SPECS:
        apply_without_plan(stacks.terraform(stack))
    assert [remaining_changes(stacks.terraform(each), stacks.home / "tfplan") for each in USERS] == [{}, {}]

    arn = f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-555555555555"
    stacks.write(arn)
    assert "This certificate was issued by another CA." in stacks.failure("signed")
    plan = json.dumps(stacks.terraform("permitted").plan(stacks.home / "tfplan")).encode()
    result = check_plan_with_spec(read(plan, "plan"), load_file(str(stacks.home / "specs/permitted.yaml")))
    found = {(each.rule, each.level) for each in result.findings}
    assert found == {("permission-replaced", "breaks-trust"), ("policy-widened", "widens-access")}

    stacks.write(arn.replace(ACCOUNT, "222222222222"))
    wanted = f"must have an ARN of account {ACCOUNT} in {REGION} here: apply that stack first"
    assert wanted in stacks.failure("permitted")

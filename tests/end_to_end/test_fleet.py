"""Ten stacks on three levels, applied in the order of their references; then the root's stack changes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.guard.git_histories import Repository
from conftest import Run
from end_to_end.fixtures import ACCOUNT, REGION, started
from pcaform.terraform.runner import Terraform, find_binary
from terraform_steps import apply_without_plan, remaining_changes

pytestmark = pytest.mark.terraform

BASE = f"""\
version: 1
aws: {{region: {REGION}, account_id: "{ACCOUNT}"}}
references: {{lock_file: pcaform.lock.json}}
certificate_authority_defaults: {{key_algorithm: EC_prime256v1}}
"""
ROOT = """\
extends: ../base.yaml
stack: security
certificate_authorities:
  root: {type: ROOT, subject: {common_name: Root}, validity: {type: YEARS, value: 20}}
"""
BELOW = """\
extends: ../base.yaml
stack: %s
certificate_authorities:
  above: {managed: false, stack: %s, certificate_authority: %s}
  own:
    type: SUBORDINATE
    parent: above
    path_length: %d
    subject: {common_name: %s}
    validity: {type: YEARS, value: %d}
"""
REGIONS, APPS = ("eu", "us", "ap"), ("web", "mail")
LEVELS = [["security"], [f"regions/{each}" for each in REGIONS], [f"apps/{r}-{a}" for r in REGIONS for a in APPS]]


def write_specs(home: Path) -> None:
    """Write a root, three CAs below it, and two below each of these, each in a stack of its own."""
    below = {name: BELOW % (name, "security", "root", 1, name[-2:], 10) for name in LEVELS[1]}
    below |= {name: BELOW % (name, f"regions/{name[5:7]}", "own", 0, name[5:], 5) for name in LEVELS[2]}
    (home / "specs").mkdir()
    (home / "base.yaml").write_text(BASE, encoding="utf-8")
    for name, text in {"security": ROOT, **below}.items():
        (home / "specs" / f"{name.replace('/', '-')}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def fleet(pcaform: Run, tmp_path: Path) -> Iterator["Fleet"]:
    with started(tmp_path) as found:
        write_specs(tmp_path)
        yield Fleet(tmp_path, pcaform, dict(found.terraform.environment))


class Fleet:
    """A tree of specs with its stacks, in a git repository and an account."""

    def __init__(self, home: Path, pcaform: Run, environment: dict[str, str]) -> None:
        self.home, self.command, self.environment = home, pcaform, environment

    def run(self, *arguments: str, code: int = 0) -> str:
        done = self.command(*arguments, cwd=self.home, env=self.environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def terraform(self, stack: str) -> Terraform:
        """Return the Terraform of a stack; all have the same provider, which is set up once."""
        directory = self.home / "stacks" / stack
        first = self.home / "stacks/security"
        if not (directory / ".terraform.lock.hcl").exists() and directory != first:
            for name in (".terraform.lock.hcl", ".terraform/providers"):
                (directory / name).parent.mkdir(exist_ok=True)
                (directory / name).symlink_to(first / name)
        return Terraform(find_binary(), directory, self.environment)


def test_ten_stacks_are_applied_in_the_order_of_their_references(fleet: Fleet) -> None:
    (fleet.home / "stacks").mkdir()
    for number, level in enumerate(LEVELS):
        locked = fleet.run("lock", "specs", "--states", "stacks", code=2 if number < 2 else 0)
        assert locked == ""
        fleet.run("render", "specs", "--out", "stacks", "--modules", "shared", code=1 if number < 2 else 0)
        for stack in level:
            apply_without_plan(fleet.terraform(stack))
    stacks = json.loads(fleet.run("stacks", "specs", "--format", "json"))["stacks"]
    assert [[each["stack"] for each in stacks if each["level"] == level] for level in range(3)] == [
        sorted(level) for level in LEVELS
    ]
    repository = Repository(fleet.home)
    (fleet.home / ".gitignore").write_text(".terraform\nterraform.tfstate*\n", encoding="utf-8")
    repository.git("init", "-q", "-b", "main")
    repository.commit()

    spec = fleet.home / "specs/security.yaml"
    spec.write_text(ROOT.replace("common_name: Root}", "common_name: Root}, tags: {owner: pki}"), encoding="utf-8")
    affected = json.loads(fleet.run("affected", "specs", "--base", "main", "--format", "json"))["stacks"]
    assert [each["reasons"][0]["kind"] for each in affected] == ["spec", *["needs"] * 9]
    fleet.run("render", "specs", "--out", "stacks", "--modules", "shared")
    changes = [remaining_changes(fleet.terraform(each), fleet.home / "tfplan") for each in ("security", "apps/us-web")]
    assert changes == [{"module.ca_root.aws_acmpca_certificate_authority.this": ("update",)}, {}]
    fleet.run("lock", "specs", "--states", "stacks", "--check")

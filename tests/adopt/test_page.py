"""Runs the walkthrough of docs/adopt.md on an account made by hand, and compares its output with the page."""

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from adopt.doc_page import check, format_output
from adopt.fixtures import Estate, estate, spec
from conftest import Run

pytestmark = pytest.mark.terraform
STACK = "old-pki"
TAGGED = ", default_tags: {owner: platform}"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("estate"), many=0, is_shared=False) as account:
        yield account


class Walk:
    """The commands that a user types, in the directory of the stacks."""

    def __init__(self, old: Estate, pcaform: Run) -> None:
        self.old = old
        self.pcaform = pcaform

    def run(self, command: str, *, code: int = 0) -> CompletedProcess[str]:
        """Run a command, and compare its output with the page."""
        done = self.pcaform(*command.split(), cwd=self.old.home, env=self.old.environment)
        assert done.returncode == code, done.stderr
        check(command, f"$ pcaform {command}\n{format_output(done)}", self.old.home)
        return done

    def plan(self, title: str, stack: str) -> None:
        """Plan a stack, and compare Terraform's summary line with the page."""
        self.old.plan(stack)
        conclusion = self.old.terraform(stack).conclusion(self.old.home / f"{stack}.tfplan")
        check(title, f"$ terraform plan\n...\n{conclusion}\n", self.old.home)


def test_the_walk(old: Estate, pcaform: Run) -> None:
    """Import, render, adopt, apply: nothing is added, and every certificate keeps its serial number."""
    walk = Walk(old, pcaform)
    serials = old.serials()
    walk.run(f"import aws --stack {STACK} --out {STACK}.yaml", code=2)
    walk.run(f"render {STACK}.yaml --out .")
    old.terraform(STACK).init()
    walk.plan("terraform plan, before", STACK)
    done = walk.run(f"adopt {STACK} --spec {STACK}.yaml --proof proof.json")
    assert done.stdout.endswith("5 to import, 4 taken over, 0 to add, 0 to change, 0 to destroy\n")
    _check_proof(old.home / "proof.json")
    walk.plan("terraform plan, after", STACK)
    old.apply(STACK)
    assert old.serials() == serials


def _check_proof(path: Path) -> None:
    proof = json.loads(path.read_text(encoding="utf-8"))
    taken: list[dict[str, Any]] = [each for each in proof["resources"] if each["taken_over_id"]]
    check("proof.json", json.dumps({**proof, "resources": taken[:1]}, indent=2), path.parent)


def test_tags_are_refused_until_they_are_accepted(old: Estate, pcaform: Run) -> None:
    walk = Walk(old, pcaform)
    old.render(pcaform, spec(old.arns, "root"), stack="tagged", aws=TAGGED)
    walk.run("adopt tagged --proof refused.json", code=2)
    assert json.loads((old.home / "refused.json").read_text(encoding="utf-8"))["verdict"] == "refused"
    assert old.terraform("tagged").state_pull() == b""
    serials = old.serials()
    done = walk.run("adopt tagged --accept tags --proof accepted.json")
    assert done.stdout.endswith("1 to import, 1 taken over, 0 to add, 1 to change, 0 to destroy\n")
    assert json.loads((old.home / "accepted.json").read_text(encoding="utf-8"))["accepted_classes"] == ["tags"]
    old.plan("tagged")
    old.apply("tagged")
    assert old.serials() == serials
    _refuse_what_is_new(old, pcaform)


def _refuse_what_is_new(old: Estate, pcaform: Run) -> None:
    new = "  new: {type: ROOT, subject: {common_name: N}, key_algorithm: RSA_2048, validity: {type: DAYS, value: 9}}\n"
    old.render(pcaform, spec(old.arns, "root") + new, stack="tagged", aws=TAGGED)
    before = json.loads(old.terraform("tagged").state_pull())["serial"]
    done = old.adopt(pcaform, "tagged", "--accept", "tags")
    assert done.returncode == 2
    assert "module.ca_new.aws_acmpca_certificate_authority.this: REFUSED: create\n" in done.stdout
    assert json.loads(old.terraform("tagged").state_pull())["serial"] == before

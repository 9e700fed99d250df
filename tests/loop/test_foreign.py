"""Foreign layouts on real Terraform: their state becomes a spec with `moves`, and a plan does only what was said."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from loop import foreign
from loop.stacks import Stack, started
from pcaform.commands.import_state import from_state
from pcaform.dump import dump
from pcaform.infer.stack import Inferred
from pcaform.loading import judged
from pcaform.output.writing import write
from pcaform.plan.stack import plan
from pcaform.render import render

pytestmark = pytest.mark.terraform
LAYOUTS: Mapping[str, Mapping[str, str]] = {"one file": {"main.tf": foreign.ONE_FILE}, "modules": foreign.MODULES}
CAS = {
    "one file": {"corp-root": None, "issuing-a": "corp-root", "issuing-b": "corp-root"},
    "modules": {"ca-of-team-a": None, "ca-of-team-b": None},
}

IN_OTHER_WORDS = {
    "one file": [],
    "modules": [
        f'module.private_ca["team.{team}"].{inner}'
        for inner in ("aws_iam_role.issuer", "module.ca[0].aws_acmpca_policy.this")
        for team in "ab"
    ],
}
"""Policies whose statements have other names, or none: they mean the same, and Terraform tells them apart."""


def apply_foreign(stack: Stack, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (stack.terraform.directory / path).parent.mkdir(parents=True, exist_ok=True)
        (stack.terraform.directory / path).write_text(text, encoding="utf-8")
    stack.terraform.init()
    stack.terraform.plan(stack.home / "tfplan")
    stack.terraform.apply(stack.home / "tfplan")


def take_over(stack: Stack, found: Inferred, files: Mapping[str, str]) -> None:
    """Render the spec over the state, the foreign configuration gone."""
    for path in files:
        (stack.terraform.directory / path).unlink()
    shutil.rmtree(stack.terraform.directory / "authority", ignore_errors=True)
    write(render(plan(judged(dump(found.spec).encode(), "spec.yaml"), source="spec.yaml")), stack.home)
    stack.terraform.init()
    stack.terraform.plan(stack.home / "tfplan")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_foreign_layout_moves_and_changes_nothing_unsaid(tmp_path: Path, layout: str) -> None:
    with started(tmp_path) as stack:
        apply_foreign(stack, LAYOUTS[layout])
        (found,) = from_state(stack.terraform.state_pull(), "state", stack=stack.terraform.directory.name)
        assert sorted(remark.address for remark in found.remarks) == sorted(IN_OTHER_WORDS[layout])
        assert found.spec.aws.default_tags == {"owner": "pki"}
        assert {key: each.parent for key, each in found.spec.managed.items()} == CAS[layout]
        take_over(stack, found, LAYOUTS[layout])
        shown = stack.terraform.show(stack.home / "tfplan")["resource_changes"]
        assert {
            each["address"]: each["change"]["actions"] for each in shown if each["change"]["actions"] != ["no-op"]
        } == {found.spec.moves[address]: ["update"] for address in IN_OTHER_WORDS[layout]}
        assert stack.moves() == found.spec.moves
        stack.terraform.apply(stack.home / "tfplan")
        (again,) = from_state(stack.terraform.state_pull(), "state", stack=stack.terraform.directory.name)
        assert (again.spec.moves, again.remarks) == ({}, ())
        assert again.spec == found.spec.model_copy(update={"moves": {}})

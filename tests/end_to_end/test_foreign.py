"""Foreign layouts on real Terraform: their state becomes a spec with `moves`, and a plan does only what was said."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from adopt import doc_page as pages
from conftest import Run
from end_to_end import foreign_stack as foreign
from end_to_end.fixtures import NAME, Stack, started
from importer.infer.infer_state import infer_state
from pcaform.importer.infer.infer import InferredSpec
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.spec.yaml_writer import dump
from pcaform.terraform.plan_changes import is_empty

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


def take_over(stack: Stack, found: InferredSpec, files: Mapping[str, str]) -> None:
    """Render the spec over the state, the foreign configuration gone."""
    for path in files:
        (stack.terraform.directory / path).unlink()
    shutil.rmtree(stack.terraform.directory / "authority", ignore_errors=True)
    text = dump(found.spec)
    (stack.home / "spec.yaml").write_text(text, encoding="utf-8")
    write(render(plan(load_valid_text(text.encode(), "spec.yaml"), source="spec.yaml")), stack.home)
    stack.terraform.init()
    stack.terraform.plan(stack.home / "tfplan")


def check_moves(stack: Stack) -> None:
    """Compare the moves as they stand in the spec with the page; their order is that of the CAs' ids, so any."""
    _, key, rest = (stack.home / "spec.yaml").read_text(encoding="utf-8").partition("moves:\n")
    moves, _, _ = rest.partition("\n\n")
    pages.check("moves", key + "\n".join(sorted(moves.splitlines())), stack.home)


def run(pcaform: Run, stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return pcaform("adopt", NAME, *arguments, cwd=stack.home, env=stack.terraform.environment)


def check_judged(pcaform: Run, layout: str, stack: Stack) -> None:
    """Adopt, although there is nothing to take over: it proves that there are only moves, or refuses what is more."""
    done = run(pcaform, stack)
    assert done.returncode == (2 if IN_OTHER_WORDS[layout] else 0), done.stderr
    accept = ("--accept", "wording") if IN_OTHER_WORDS[layout] else ()
    if accept:
        assert "let 'terraform apply' change it with --accept wording" in done.stderr
        done = run(pcaform, stack, *accept)
        assert done.returncode == 0, done.stderr
    command = " ".join(("pcaform adopt", NAME, *accept))
    pages.check(f"adopt {NAME}, {layout}", f"$ {command}\n{pages.format_output(done)}", stack.home)


def check_finished(pcaform: Run, layout: str, stack: Stack, found: InferredSpec) -> None:
    """Take the moves out of the spec, now that the state has absorbed them: a plan without them is empty."""
    done = run(pcaform, stack, "--finish", "spec.yaml")
    assert len(done.stderr.splitlines()) == len(found.spec.moves), done.stderr
    if layout == "one file":
        pages.check(
            f"adopt {NAME} --finish spec.yaml", "\n".join([*sorted(done.stderr.splitlines())[:3], "..."]), stack.home
        )
    finished = load_valid_text((stack.home / "spec.yaml").read_bytes(), "spec.yaml")
    assert finished == found.spec.model_copy(update={"moves": {}})
    write(render(plan(finished, source="spec.yaml")), stack.home)
    assert is_empty(stack.terraform.plan(stack.home / "tfplan"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_foreign_layout_moves_and_changes_nothing_unsaid(tmp_path: Path, layout: str, pcaform: Run) -> None:
    with started(tmp_path) as stack:
        apply_foreign(stack, LAYOUTS[layout])
        (found,) = infer_state(stack.terraform.state_pull(), "state", stack=stack.terraform.directory.name)
        assert sorted(note.address for note in found.notes) == sorted(IN_OTHER_WORDS[layout])
        assert found.spec.aws.default_tags == {"owner": "pki"}
        assert {key: each.parent for key, each in found.spec.managed.items()} == CAS[layout]
        take_over(stack, found, LAYOUTS[layout])
        shown = stack.terraform.show(stack.home / "tfplan")["resource_changes"]
        assert {
            each["address"]: each["change"]["actions"] for each in shown if each["change"]["actions"] != ["no-op"]
        } == {found.spec.moves[address]: ["update"] for address in IN_OTHER_WORDS[layout]}
        assert stack.moves() == found.spec.moves
        if layout == "one file":
            check_moves(stack)
        check_judged(pcaform, layout, stack)
        stack.terraform.apply(stack.home / "tfplan")
        check_finished(pcaform, layout, stack, found)
        (again,) = infer_state(stack.terraform.state_pull(), "state", stack=stack.terraform.directory.name)
        assert (again.spec.moves, again.notes) == ({}, ())
        assert again.spec == found.spec.model_copy(update={"moves": {}})

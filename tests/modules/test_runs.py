"""The modules' own tests, which Terraform runs: what each argument becomes, and what each output is.

The messages for wrong values are in test_refusals, since `terraform test` cannot check a message.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import Offline
from modules.fixtures import MODULES, NAMES, example, in_page, labels, lay_out, local
from terraform_steps import init_once

HERE = Path(__file__).parent


def runs_of(module: str) -> str:
    return (HERE / f"{module}.tftest.hcl").read_text(encoding="utf-8")


@pytest.mark.parametrize("module", NAMES)
def test_every_input_and_output_is_tested(module: str) -> None:
    words = set(runs_of(module).replace(".", " ").replace("[", " ").split())
    assert {name for name, _ in labels(module, "variables.tf", "variable")} <= words
    for name, _ in labels(module, "outputs.tf", "output"):
        assert f"output.{name} " in runs_of(module) or f"(output.{name}," in runs_of(module)


@pytest.mark.terraform
@pytest.mark.holds_for("Terraform 1.11", reason="only Terraform, from 1.11 on, mocks at plan time")
def test_every_run_passes(tmp_path: Path, offline: Offline) -> None:
    lay_out(tmp_path, {})
    (tmp_path / "tests").mkdir()
    for file in HERE.glob("*.tftest.hcl"):
        shutil.copy(file, tmp_path / "tests")
    terraform = offline(tmp_path)
    init_once(terraform)
    command = [terraform.binary, "test", "-json"]
    done = subprocess.run(command, cwd=tmp_path, env=dict(terraform.environment), capture_output=True, check=False)
    messages = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [each["@message"] for each in messages if each["@level"] == "error"] == []
    (summary,) = (each["test_summary"] for each in messages if each["type"] == "test_summary")
    runs = sum(runs_of(module).count('\nrun "') for module in NAMES)
    assert (summary["passed"], summary["failed"], summary["skipped"]) == (runs, 0, 0)


@pytest.mark.terraform
@pytest.mark.holds_for("Terraform 1.11", reason="only Terraform, from 1.11 on, mocks at plan time")
def test_the_test_in_the_page_of_all_modules_passes(tmp_path: Path, offline: Offline) -> None:
    (tmp_path / "tests").mkdir()
    tests = {"tests/divisions.tftest.hcl": in_page((MODULES / "README.md").read_text(encoding="utf-8"))}
    lay_out(tmp_path, {"main.tf": local(example("private-ca-with-certificate")), **tests})
    terraform = offline(tmp_path)
    init_once(terraform)
    assert "1 passed, 0 failed" in terraform._run("test", "-no-color").stdout  # noqa: SLF001 - no part of the program

"""The pipelines' steps as they stand, on the sandbox, with real Terraform: what is applied is what was approved."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pcaform.cli.sandbox_process import open_sandbox
from pcaform.terraform.runner import find_binary
from render.pipelines.runner import Runner, evaluate

pytestmark = pytest.mark.terraform
PERMISSION = "    permissions: [{principal: acm.amazonaws.com}]\n"
BASE = f"""\
version: 1
certificate_authorities:
  root:
    type: ROOT
    subject: {{common_name: Root}}
    key_algorithm: EC_prime256v1
    validity: {{type: YEARS, value: 10}}
{PERMISSION}"""
STACKS = {"one": "a.b/one", "two": "two_x-y"}
ROLES = ("--plan-role", "pki-plan", "--apply-role", "pki-apply")
SHA = "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc"
STACKS_FILE = "pcaform-stacks.yml"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Make a repository with two stacks, their lock files and both pipelines, and an account."""
    home, work = tmp_path_factory.mktemp("origin"), tmp_path_factory.mktemp("work")
    with open_sandbox(account_id="123456789012", region="eu-west-1") as (_, environment):
        path = os.pathsep.join(
            [str(Path(sys.executable).parent), str(Path(find_binary()).parent), environment.get("PATH", os.defpath)]
        )
        runner = Runner(home, work, {**environment, "PATH": path})
        (home / "specs").mkdir()
        (home / "specs/base.yaml").write_text(BASE, encoding="utf-8")
        for name, stack in STACKS.items():
            account = '{region: eu-west-1, account_id: "123456789012"}'
            state = f"{{backend: {{local: {{path: {work}/{name}.tfstate}}}}}}"
            text = f"extends: base.yaml\nstack: {stack}\naws: {account}\nterraform: {state}\n"
            (home / f"specs/{name}.yaml").write_text(text, encoding="utf-8")
        (home / "pins.txt").write_text(f"pcaform==0.1.0 --hash=sha256:{SHA}\n", encoding="utf-8")
        (home / ".gitignore").write_text(".terraform/\n", encoding="utf-8")
        pins = {
            "github": f"--terraform 1.11.4@{SHA} --requirements pins.txt",
            "gitlab": f"--image pki@sha256:{SHA}",
            "atlantis": "--repository git.corp.example/pki/live",
        }
        git(home, "init", "-q", "-b", "main")
        for script in ("render specs --out stacks", *(f"pipeline {each} specs {' '.join(ROLES)} {pins[each]}" for each in pins)):
            assert runner.shell(f"pcaform {script}", {}, at=home) == 0, runner.said
        codes, _ = runner_check(runner, commit=True)
        assert codes == [0, 2], runner.said[-1]
        assert "stacks/a.b/one: no .terraform.lock.hcl" in runner.said[-1]
        one, two = (home / "stacks" / stack for stack in STACKS.values())
        assert runner.shell("terraform init -input=false", {}, at=one) == 0, runner.said
        shutil.copy(one / ".terraform.lock.hcl", two)
        commit(home)
        yield runner


def git(home: Path, *arguments: str) -> str:
    who = ["-c", "user.name=ada", "-c", "user.email=ada@corp.example", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *arguments], cwd=home, check=True, capture_output=True, text=True).stdout.strip()


def commit(home: Path) -> str:
    """Commit what is there; return the commit before."""
    git(home, "add", ".")
    git(home, "commit", "-qm", "change")
    return git(home, "rev-parse", "HEAD~1") if git(home, "rev-list", "--count", "HEAD") != "1" else ""


def runner_check(runner: Runner, before: str = "", *, commit: bool = False) -> tuple[list[int], dict[str, Any]]:
    if commit:
        globals()["commit"](runner.origin)
    runner.event = {"event_name": "push", "ref": "refs/heads/main", "event": {"before": before}}
    return runner.run_job("pcaform.yml", "check")


def test_x(repository: Runner) -> None:
    import time
    t=time.time()
    def lap(w):
        nonlocal t
        print(w, round(time.time()-t,1)); t=time.time()
    codes, outputs = runner_check(repository)
    lap("check")
    assert not any(codes), repository.said[-1]
    entries = json.loads(outputs["matrix_0_0"])
    inputs = {"key": "0_0", "matrix": outputs["matrix_0_0"], "mode": "apply"}
    for entry in entries:
        codes, _ = repository.run_job(STACKS_FILE, "plan", inputs=inputs, matrix=entry)
        assert not any(codes), repository.said[-1]
        lap("plan")
    codes, collected = repository.run_job(STACKS_FILE, "collect", inputs=inputs)
    assert not any(codes), repository.said[-1]
    lap("collect")
    for entry in json.loads(collected["matrix"]):
        codes, _ = repository.run_job(STACKS_FILE, "apply", inputs=inputs, matrix=entry)
        print(codes, repository.said[-1][-500:])
        lap("apply")
    for entry in entries:
        print(repository.run_job(STACKS_FILE, "drift", inputs=inputs, matrix=entry), repository.said[-1][-1500:])
        lap("drift")

"""The pipelines' steps as they stand, on the sandbox, with real Terraform: what is applied is what was approved."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.terraform.runner import find_binary
from render.pipelines.runner import Runner, evaluate, expand

PERMISSION = "    permissions: [{principal: acm.amazonaws.com}]\n"
BASE = f"""\
version: 1
aws: {{region: eu-west-1, account_id: "123456789012"}}
certificate_authorities:
  root:
    type: ROOT
    key_algorithm: EC_prime256v1
    validity: {{type: YEARS, value: 10}}
{PERMISSION}"""
STACKS = {"one": "a.b/one", "two": "two_x-y"}
ROLES = ("--plan-role", "pki-plan", "--apply-role", "pki-apply")
SHA = "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc"
PINS = {
    "github": ("--terraform", f"1.11.4@{SHA}", "--requirements", "pins.txt"),
    "gitlab": ("--image", f"pki@sha256:{SHA}"),
    "atlantis": ("--repository", "git.corp.example/pki/live"),
}


def git(home: Path, *arguments: str) -> str:
    who = ["-c", "user.name=ada", "-c", "user.email=ada@corp.example", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *who, *arguments], cwd=home, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(runner: Runner) -> str:
    """Render and commit what is there; return the commit before, if there is one."""
    runner.must("pcaform render specs --out stacks")
    before = (
        git(runner.origin, "rev-parse", "--verify", "-q", "HEAD")
        if any(runner.origin.glob(".git/refs/heads/*"))
        else ""
    )
    git(runner.origin, "add", ".")
    git(runner.origin, "commit", "-qm", "change")
    return before


def edit(runner: Runner, old: str, new: str) -> str:
    base = runner.origin / "specs/base.yaml"
    base.write_text(base.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return commit(runner)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Make a repository with two stacks and all pipelines, and an account; no stack has a lock file."""
    home, work = tmp_path_factory.mktemp("origin"), tmp_path_factory.mktemp("work")
    with open_sandbox(account_id="123456789012", region="eu-west-1") as (_, environment):
        programs = [Path(sys.executable).parent, Path(find_binary()).parent, environment.get("PATH", os.defpath)]
        found = Runner(home, work, {**environment, "PATH": os.pathsep.join(map(str, programs))})
        (home / "specs").mkdir()
        (home / "specs/base.yaml").write_text(BASE, encoding="utf-8")
        for name, stack in STACKS.items():
            state = f"terraform: {{backend: {{local: {{path: {work}/{name}.tfstate}}}}}}\n"
            root = f"certificate_authorities: {{root: {{subject: {{common_name: {name}}}}}}}\n"
            text = f"extends: base.yaml\nstack: {stack}\n{state}{root}"
            (home / f"specs/{name}.yaml").write_text(text, encoding="utf-8")
        (home / "pins.txt").write_text(f"pcaform==0.1.0 --hash=sha256:{SHA}\n", encoding="utf-8")
        (home / ".gitignore").write_text(".terraform/\n", encoding="utf-8")
        git(home, "init", "-q", "-b", "main")
        for engine, pins in PINS.items():
            found.must(shlex.join(["pcaform", "pipeline", engine, "specs", *ROLES, *pins]))
        yield found


def push(runner: Runner, before: str, job: str = "check") -> tuple[list[int], dict[str, Any]]:
    runner.event = {"event_name": "push", "ref": "refs/heads/main", "event": {"before": before}}
    return runner.run_job("pcaform.yml", job)


def stack_job(runner: Runner, job: str, matrix: str, number: int = 0) -> tuple[list[int], dict[str, Any]]:
    """Run a job for one stack of a matrix."""
    inputs = {"key": "0_0", "matrix": matrix, "mode": "drift" if job == "drift" else "apply"}
    return runner.run_job("pcaform-stacks.yml", job, inputs=inputs, matrix=json.loads(matrix)[number])


@pytest.mark.terraform
def test_what_is_applied_is_the_plan_that_was_approved(runner: Runner) -> None:
    """One story, since each step needs what those before it have left: begun on GitHub, gone on with on GitLab."""
    before = commit(runner)
    assert push(runner, before)[0] == [0, 2]
    assert "stacks/a.b/one: no .terraform.lock.hcl: run 'terraform" in runner.said[-1]
    one, two = (runner.origin / "stacks" / stack for stack in STACKS.values())
    runner.must("terraform init -input=false", at=one)
    shutil.copy(one / ".terraform.lock.hcl", two)
    before = commit(runner)

    codes, first = push(runner, "0" * 40)  # of a new branch: there is nothing to compare with
    assert codes == [0] * 4, runner.said[-1]
    codes, outputs = push(runner, before)
    assert codes == [0] * 5, runner.said[-1]
    assert outputs == first
    matrix = outputs["matrix_0_0"]
    assert [entry["stack"] for entry in json.loads(matrix)] == [*STACKS.values()]
    assert stack_job(runner, "plan", matrix)[0] == [0, 0], runner.said
    approved = stack_job(runner, "collect", matrix)[1]["matrix"]
    assert [(entry["stack"], len(entry["sha256"])) for entry in json.loads(approved)] == [("a.b/one", 64)]
    plan = runner.artifacts / "plan-0_0.a.b+one/tfplan"
    saved = plan.read_bytes()
    plan.write_bytes(saved[:-1] + b"x")
    assert stack_job(runner, "apply", approved)[0] == [0, 1], "another plan than the approved one"
    assert runner.roles == ["arn:aws:iam::123456789012:role/pki-plan"], "no credentials for it"
    plan.write_bytes(saved)
    assert stack_job(runner, "apply", approved)[0] == [0] * 5, runner.said[-1]
    assert runner.roles[-1] == "arn:aws:iam::123456789012:role/pki-apply"
    assert stack_job(runner, "apply", approved)[0] == [0, 0, 0, 0, 1], "the state has moved"
    assert "Saved plan is stale" in runner.said[-1]
    assert "re-run all jobs" in runner.said[-1]
    assert stack_job(runner, "drift", matrix)[0][0] == 0, runner.said[-1]
    gitlab(runner, before)

    before = edit(runner, PERMISSION, "    permissions: []\n")
    assert push(runner, before)[0] == [0, 0, 0, 2]
    assert "permission-destroyed" in runner.said[-1]
    assert stack_job(runner, "plan", matrix)[0] == [0, 2]
    assert "permission-destroyed" in (runner.work / "summary.md").read_text(encoding="utf-8")
    atlantis(runner)


def gitlab(runner: Runner, before: str) -> None:
    """Check all, plan and apply the second stack; another plan than the one that was approved is refused."""
    jobs = {
        name: yaml.safe_load((runner.origin / f".gitlab/{name}.yml").read_text(encoding="utf-8"))
        for name in ("pcaform", "pcaform-stacks")
    }
    home = runner.checkout()
    for revision in ("0" * 40, before):
        given = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": revision}
        assert runner.run_gitlab("check", jobs["pcaform"], home=home, **given) == 0, runner.said[-1]
    child = {**jobs["pcaform-stacks"], **json.loads((home / "pcaform-jobs.yml").read_text(encoding="utf-8"))}
    assert child["stages"] == ["plan 0", "apply 0", "drift"]
    assert runner.run_gitlab("plan two_x-y", child, home=home) == 0, runner.said[-1]
    plan = home / "stacks/two_x-y/tfplan"
    digest = dict([(home / "plan.env").read_text(encoding="utf-8").strip().split("=")])
    saved = plan.read_bytes()
    plan.write_bytes(saved[:-1] + b"x")
    assert runner.run_gitlab("apply two_x-y", child, home=home, **digest) == 1
    plan.write_bytes(saved)
    assert runner.run_gitlab("apply two_x-y", child, home=home, **digest) == 0, runner.said[-1]
    assert runner.roles[-1] == "arn:aws:iam::123456789012:role/pki-apply"


def atlantis(runner: Runner) -> None:
    """Run its steps on the change that takes a permission away, with the plan that is there."""
    server = yaml.safe_load((runner.origin / ".atlantis/repos.yaml").read_text(encoding="utf-8"))
    at = runner.work / "checkout/stacks/a.b/one"
    (at / "tfplan.json").rename(runner.work / "show.json")
    git(at, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    given = {"REPO_REL_DIR": "stacks/a.b/one", "BASE_BRANCH_NAME": "main", "SHOWFILE": ""}
    codes = []
    for stage in ("plan", "policy_check"):
        for step in server["workflows"]["pcaform"][stage]["steps"]:
            if "env" in step:
                runner.shell(step["env"]["command"], given, at=at, command=("sh", "-c"))
                given[step["env"]["name"]] = runner.said[-1]
            elif "run" in step:
                codes.append(runner.shell(step["run"], given, at=at, command=("sh", "-c")))
        given["SHOWFILE"] = str(runner.work / "show.json")
    assert codes == [0, 0, 2, 0], runner.said
    assert given["SPEC"] == "specs/one.yaml"
    assert given["AWS_ROLE_ARN"] == "arn:aws:iam::123456789012:role/pki-plan"
    assert "\nfail\n" in runner.said[-1]


@pytest.mark.parametrize(
    ("event", "mode"),
    [
        ({"event_name": "pull_request", "ref": "refs/pull/1/merge", "from": "corp/pki"}, "plan"),
        ({"event_name": "pull_request", "ref": "refs/pull/1/merge", "from": "someone/pki"}, None),
        ({"event_name": "push", "ref": "refs/heads/main"}, "apply"),
        ({"event_name": "workflow_dispatch", "ref": "refs/heads/main"}, "apply"),
        ({"event_name": "workflow_dispatch", "ref": "refs/heads/topic"}, "plan"),
        ({"event_name": "schedule", "ref": "refs/heads/main"}, "drift"),
    ],
)
def test_who_gets_credentials_and_for_what(event: dict[str, str], mode: str | None) -> None:
    """A pull request of a fork starts no job with credentials, and only the branch is applied."""
    jobs = yaml.safe_load((ROOT / "docs/pipelines/github/workflows/pcaform.yml").read_text(encoding="utf-8"))["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "check": {"contents": "read"},
        "stacks_0_0": {"contents": "read", "id-token": "write"},
        "stacks_1_0": {"contents": "read", "id-token": "write"},
    }
    pull_request = {"head": {"repo": {"full_name": event["from"]}}} if "from" in event else None
    github = {**event, "repository": "corp/pki", "event": {"pull_request": pull_request}}
    checked = {"check": {"result": "success", "outputs": {"matrix_0_0": "[]"}}}
    context = {"github": github, "needs": checked, "cancelled": lambda: False, "failure": lambda: False}
    starts = evaluate(jobs["stacks_0_0"]["if"], context)
    assert (expand(jobs["stacks_0_0"]["with"]["mode"], context) if starts else None) == mode

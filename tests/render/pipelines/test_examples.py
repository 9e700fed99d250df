"""The pipelines in docs/pipelines: their published shape, and their shell steps as they stand, on the sandbox."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.terraform.runner import find_binary

EXAMPLES = ROOT / "docs" / "pipelines"
GITHUB, GITLAB, ATLANTIS = (
    yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))
    for name in ("github-actions.yml", "gitlab-ci.yml", "atlantis-repos.yaml")
)
PERMISSION = "    permissions: [{principal: acm.amazonaws.com}]\n"
SPEC = f"""\
version: 1
stack: corp-pki
aws: {{region: eu-west-1, account_id: "123456789012"}}
certificate_authorities:
  root:
    type: ROOT
    subject: {{common_name: Root}}
    key_algorithm: EC_prime256v1
    validity: {{type: YEARS, value: 10}}
{PERMISSION}"""
_REFERENCE = re.compile(r"\$(\w+)")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("github-actions.yml", ["--builtin-schema", "vendor.github-workflows"]),
        ("gitlab-ci.yml", ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
)
def test_example_is_of_its_published_shape(name: str, arguments: list[str]) -> None:
    command = [str(Path(sys.executable).parent / "check-jsonschema"), *arguments, str(EXAMPLES / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_atlantis_example_has_only_keys_that_atlantis_documents() -> None:
    """Atlantis publishes no schema: https://www.runatlantis.io/docs/server-side-repo-config.html#reference."""
    assert set(ATLANTIS) == {"repos", "workflows", "policies"}
    assert set(ATLANTIS["repos"][0]) <= {
        *("id", "branch", "workflow", "apply_requirements", "plan_requirements", "import_requirements"),
        *("allowed_overrides", "allow_custom_workflows", "policy_check", "custom_policy_check", "repo_locks"),
    }
    assert set(ATLANTIS["workflows"]["pki"]) <= {"plan", "apply", "import", "state_rm", "policy_check"}
    assert set(ATLANTIS["policies"]["policy_sets"][0]) <= {"name", "path", "source", "owners", "approve_count"}


@dataclass(frozen=True)
class Checkout:
    """A repository as a pipeline checks it out: `main` as it was merged, and a branch with a change of its own."""

    home: Path
    environment: Mapping[str, str]

    def runs(self, script: str, given: Mapping[str, Any], *, runner: str = "bash -e -c", at: str = ".") -> int:
        """Run one step as the pipeline's runner does, and return its exit code."""
        environment = {**self.environment, **_expanded(given, self.environment)}
        return subprocess.run(
            [*shlex.split(runner), script], cwd=self.home / at, env=environment, check=False, capture_output=True
        ).returncode

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=developer", "-c", "user.email=developer@corp.example", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *arguments], cwd=self.home, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def edit(self, text: str) -> None:
        """Change the spec and render it, as a branch does."""
        (self.home / "specs" / "corp-pki.yaml").write_text(text, encoding="utf-8")
        assert self.runs("pcaform render specs --out stacks", {}) == 0


def _expanded(given: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    return {name: _REFERENCE.sub(lambda found: known.get(found[1], ""), str(text)) for name, text in given.items()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Make the repository and an account; `pip` installs nothing and `gh` only keeps what it is called with."""
    home, tools = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("tools")
    for name, script in (("pip", "exit 0"), ("gh", f'echo "$@" >> {tools}/said')):
        (tools / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    with open_sandbox(account_id="123456789012", region="eu-west-1") as (_, environment):
        programs = [tools, Path(sys.executable).parent, Path(find_binary()).parent]
        path = os.pathsep.join([*map(str, programs), environment.get("PATH", os.defpath)])
        provided = {"GITHUB_BASE_REF": "main", "BASE_BRANCH_NAME": "main", "CI_PROJECT_DIR": str(home)}
        found = Checkout(home, {**environment, **provided, "PATH": path, "AWS_TOKEN": "t", "TOOLS": str(tools)})
        (home / "specs").mkdir()
        found.edit(SPEC)
        (home / ".gitignore").write_text(".terraform*\n*.tfstate*\ntfplan*\n", encoding="utf-8")
        found.git("init", "-q", "-b", "main")
        found.git("add", ".")
        found.git("commit", "-qm", "first")
        found.git("update-ref", "refs/remotes/origin/main", "HEAD")
        yield Checkout(home, {**found.environment, "CI_MERGE_REQUEST_DIFF_BASE_SHA": found.git("rev-parse", "HEAD")})


def github(checkout: Checkout, job: str) -> list[int]:
    """Run the steps of a job up to the first that fails, and those that always run; return their exit codes."""
    codes: list[int] = []
    for step in GITHUB["jobs"][job]["steps"]:
        if "run" in step and (not any(codes) or step.get("if") == "always()"):
            codes.append(checkout.runs(step["run"], {**GITHUB["env"], "PULL_REQUEST": 7}))
    return codes


def gitlab(checkout: Checkout, job: str, *, is_planned: bool = False) -> int:
    """Run a job's scripts, which GitLab runs in one shell that ends with the first failure; a plan may be there."""
    own = GITLAB[job]
    inherited = GITLAB.get(own.get("extends"), {})
    lines = [*([] if is_planned else inherited.get("before_script", [])), *own["script"]]
    given = {**GITLAB["variables"], **own.get("variables", {})}
    given.pop("AWS_ROLE_ARN", None)  # the sandbox gives its own credentials in place of a role
    return checkout.runs("\n".join(lines), given, runner="bash -eo pipefail -c")


def atlantis(checkout: Checkout) -> str:
    """Run the policy step on the plan that is there, and return what Atlantis would read."""
    (step,) = (each["run"] for each in ATLANTIS["workflows"]["pki"]["policy_check"]["steps"] if "run" in each)
    environment = {**checkout.environment, "SHOWFILE": str(checkout.home / "tfplan.json")}
    done = subprocess.run(
        ["sh", "-c", step], cwd=checkout.home, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.mark.terraform
def test_pipelines_apply_what_is_safe_and_stop_what_is_not(checkout: Checkout) -> None:
    """One story, since each step needs what those before it have left: made by GitHub, gone on with by GitLab."""
    assert [github(checkout, job) for job in ("check", "apply")] == [[0] * 4, [0] * 5]

    checkout.edit(SPEC.replace("type: ROOT\n", "type: ROOT\n    tags: {edited: harmless}\n"))
    assert github(checkout, "plan") == [0] * 4
    said = Path(checkout.environment["TOOLS"]) / "said"
    assert said.read_text(encoding="utf-8") == "pr comment 7 --edit-last --create-if-none --body-file guard.md\n"
    assert [gitlab(checkout, job) for job in ("check", "apply")] == [0, 0]
    assert "fail" not in atlantis(checkout)

    checkout.edit(SPEC.replace(PERMISSION, "    permissions: []\n"))
    assert github(checkout, "check") == [0, 0, 0, 2]
    assert github(checkout, "plan") == [0, 0, 2, 0]
    assert "permission-destroyed" in (checkout.home / "guard.md").read_text(encoding="utf-8")
    assert [gitlab(checkout, "check"), gitlab(checkout, "plan", is_planned=True)] == [2, 2]
    assert atlantis(checkout).endswith("\nfail\n")
    steps = [each["run"] for each in ATLANTIS["workflows"]["pki"]["plan"]["steps"] if isinstance(each, dict)]
    assert [checkout.runs(step, {}, runner="sh -c", at="stacks/corp-pki") for step in steps] == [0, 2]


@pytest.mark.terraform
def test_atlantis_step_fails_where_the_guard_cannot_judge(checkout: Checkout, tmp_path: Path) -> None:
    shutil.copytree(checkout.home / "specs", tmp_path / "specs")
    (tmp_path / "tfplan.json").write_text(json.dumps({"format_version": "9.0", "planned_values": {}}), encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        atlantis(Checkout(tmp_path, checkout.environment))
    assert (stopped.value.returncode, stopped.value.stdout) == (1, "")

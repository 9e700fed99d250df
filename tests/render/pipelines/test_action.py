"""The GitHub action: its published shape, and its steps as they stand, in a repository with a pull request."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import EXAMPLE, ROOT, Run

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
PULL_REQUEST = {"github.base_ref": "main", "github.event.number": "7", "github.token": "t"}
GH = """#!/bin/sh
echo "$@" | head -n 1 >> "$TOOLS/said"
case "$*" in *--paginate*) cat "$TOOLS/comments" ;; esac
"""

PYTHON = """#!/bin/sh
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "$@" > "$TOOLS/pip"\\n' > "$3/bin/pip"
chmod +x "$3/bin/pip"
"""


def test_action_is_of_its_published_shape_and_pins_nothing_that_moves() -> None:
    command = [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", "vendor.github-actions"]
    done = subprocess.run([*command, str(ROOT / "action.yml")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert [step for step in ACTION["runs"]["steps"] if "uses" in step] == []
    assert [step["name"] for step in ACTION["runs"]["steps"] if "${{" in step["run"]] == []


class Job:
    """A checkout of a branch on a runner, with a `pip` that installs nothing and a `gh` that notes its arguments."""

    def __init__(self, home: Path, pcaform: Run) -> None:
        self.home, self.tools = home / "checkout", home / "tools"
        (self.home / "specs").mkdir(parents=True)
        (self.tools / "bin").mkdir(parents=True)
        (self.tools / "comments").touch()
        self.tool("gh", GH)
        self.tool("python3", PYTHON)
        self.spec.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
        assert pcaform("render", "specs", "--out", "stacks", cwd=self.home).returncode == 0
        for command in ("init -q -b main", "add .", "commit -qm first", "update-ref refs/remotes/origin/main HEAD"):
            author = ["-c", "user.name=t", "-c", "user.email=t@corp.example", "-c", "commit.gpgsign=false"]
            subprocess.run(["git", *author, *command.split()], cwd=self.home, check=True)

    @property
    def spec(self) -> Path:
        return self.home / "specs" / "corp-pki.yaml"

    def tool(self, name: str, script: str) -> None:
        (self.tools / "bin" / name).write_text(script, encoding="utf-8")
        (self.tools / "bin" / name).chmod(0o755)

    def said(self) -> str:
        return (self.tools / "said").read_text(encoding="utf-8") if (self.tools / "said").exists() else ""

    def run(self, **inputs: str) -> list[int]:
        """Run every step, as GitHub does where its `if` says so after a failure, and return the exit codes."""
        return [self._step(step, inputs) for step in ACTION["runs"]["steps"]]

    def _step(self, step: dict[str, Any], inputs: dict[str, str]) -> int:
        path = os.pathsep.join([str(self.tools / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        runner = {"RUNNER_TEMP": str(self.tools), "GITHUB_PATH": str(self.tools / "path"), "TOOLS": str(self.tools)}
        github = {"GITHUB_STEP_SUMMARY": str(self.tools / "summary.md"), "GITHUB_REPOSITORY": "corp/pki"}
        given = {name: self._value(text, inputs) for name, text in step.get("env", {}).items()}
        environment = {**os.environ, "PATH": path, "GITHUB_ACTION_PATH": str(ROOT), **runner, **github, **given}
        run = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(run, cwd=self.home, env=environment, check=False, capture_output=True).returncode

    def _value(self, text: str, inputs: dict[str, str]) -> str:
        """Return what GitHub makes of an expression of this action."""
        names = re.findall(r"(?:inputs|github)\.[\w.-]+", text)
        known = {f"inputs.{name}": inputs.get(name, each["default"]) for name, each in ACTION["inputs"].items()}
        known["inputs.base"] = inputs.get("base", "") or "origin/main"
        return str({**known, **PULL_REQUEST}[names[0]])


@pytest.fixture
def job(tmp_path: Path, pcaform: Run) -> Job:
    return Job(tmp_path, pcaform)


def test_action_passes_what_is_harmless_and_says_so_in_a_comment(job: Job) -> None:
    assert job.run() == [0, 0, 0, 0, 0]
    assert (job.tools / "pip").read_text(encoding="utf-8") == f"install --quiet {ROOT}\n"
    assert "pr comment 7 --repo corp/pki --body-file" in job.said()
    assert (job.tools / "summary.md").read_text(encoding="utf-8").startswith("<!-- pcaform guard -->")


def test_action_fails_for_a_stack_that_nobody_rendered_and_writes_none(job: Job) -> None:
    text = job.spec.read_text(encoding="utf-8")
    job.spec.write_text(text.replace("owner: platform-security", "owner: platform"), encoding="utf-8")
    before = (job.home / "stacks/corp-pki/providers.tf").read_bytes()
    assert job.run() == [0, 0, 2, 0, 0]
    assert (job.home / "stacks/corp-pki/providers.tf").read_bytes() == before


def test_action_fails_for_a_change_that_breaks_trust_and_renews_its_comment(job: Job) -> None:
    text = job.spec.read_text(encoding="utf-8")
    job.spec.write_text(text.replace("Corp Root CA}", "Another Root CA}"), encoding="utf-8")
    (job.tools / "comments").write_text("41\n42\n", encoding="utf-8")
    assert job.run() == [0, 0, 1, 2, 0]
    assert "ca-replaced" in (job.tools / "guard.md").read_text(encoding="utf-8")
    assert "--method PATCH repos/corp/pki/issues/comments/41 --field body=@" in job.said()


def test_action_without_a_verdict_writes_no_comment(job: Job) -> None:
    job.spec.write_text("nothing: here\n", encoding="utf-8")
    assert job.run(base="nowhere") == [0, 1, 1, 1, 0]
    assert job.said() == ""


def test_inputs_never_become_commands(job: Job) -> None:
    assert job.run(specs='specs"; touch hacked; "', base="--help; touch hacked")[1:4] != [0, 0, 0]
    assert not list(job.home.rglob("hacked"))

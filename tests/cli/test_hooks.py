"""The hooks of .pre-commit-hooks.yaml, run by pre-commit in a repository with specs and stacks."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from conftest import EXAMPLE, ROOT, Run

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS = [hook["id"] for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))]


@dataclass(frozen=True)
class Repository:
    """A user's repository, in which pre-commit runs; the program comes from the tests' own environment."""

    home: Path
    cache: Path
    said: list[str] = field(default_factory=list)

    def git(self, *arguments: str, at: Path | None = None) -> str:
        author = ["-c", "user.name=tester", "-c", "user.email=tester@corp.example", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *author, *arguments], cwd=at or self.home, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def hooks(self) -> dict[str, int]:
        """Stage everything, run all hooks, and return the exit code of each; what the last one says stays in `said`."""
        self.git("add", ".")
        done = {hook: self.run(hook) for hook in HOOKS}
        self.said.append(done[HOOKS[-1]].stdout)
        return {hook: each.returncode for hook, each in done.items()}

    def run(self, hook: str) -> subprocess.CompletedProcess[str]:
        programs = Path(sys.executable).parent
        path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
        environment = {**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(self.cache)}
        command = [str(programs / "pre-commit"), "run", hook]
        return subprocess.run(command, cwd=self.home, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path, pcaform: Run) -> Repository:
    """Create the repository of a user, and one with the manifest that provides the hooks."""
    ours, home = tmp_path / "pcaform", tmp_path / "home"
    repository = Repository(home, tmp_path / "cache")
    ours.mkdir()
    shutil.copy(MANIFEST, ours)
    repository.git("init", "-q", at=ours)
    repository.git("add", ".", at=ours)
    repository.git("commit", "-qm", "hooks", at=ours)
    (home / "specs").mkdir(parents=True)
    shutil.copy(EXAMPLE, home / "specs")
    assert pcaform("render", "specs", "--out", "stacks", cwd=home).returncode == 0
    # `language: system` saves an environment with all libraries; the wheel has its own test.
    hooks = [{"id": hook, "language": "system"} for hook in HOOKS]
    configuration = {
        "repos": [{"repo": str(ours), "rev": repository.git("rev-parse", "HEAD", at=ours), "hooks": hooks}]
    }
    (home / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    repository.git("init", "-q")
    repository.git("add", ".")
    repository.git("commit", "-qm", "first")
    return repository


def test_manifest_is_valid(repository: Repository) -> None:
    command = [str(Path(sys.executable).parent / "pre-commit"), "validate-manifest", str(MANIFEST)]
    assert subprocess.run(command, cwd=repository.home, check=False).returncode == 0
    assert HOOKS == ["pcaform-validate", "pcaform-render", "pcaform-guard"]


def test_each_hook_refuses_its_mistakes(repository: Repository, pcaform: Run) -> None:
    spec = repository.home / "specs" / "corp-pki.yaml"
    text = spec.read_text(encoding="utf-8")

    spec.write_text(text.replace("{common_name: Corp Root CA}", "{common_name: Corp Root CA 2}"), encoding="utf-8")
    assert repository.hooks() == {"pcaform-validate": 0, "pcaform-render": 1, "pcaform-guard": 1}
    assert "[ca-replaced, breaks-trust]" in repository.said[-1]

    spec.write_text(text.replace("parent: root", "parent: rooot"), encoding="utf-8")
    assert repository.hooks() == {"pcaform-validate": 1, "pcaform-render": 1, "pcaform-guard": 1}

    spec.write_text(
        text.replace("    type: ROOT\n", "    type: ROOT\n    tags: {edited: harmless}\n"), encoding="utf-8"
    )
    assert pcaform("render", "specs", "--out", "stacks", cwd=repository.home).returncode == 0
    assert repository.hooks() == {"pcaform-validate": 0, "pcaform-render": 0, "pcaform-guard": 0}

"""Git histories for `guard --base`: what the base has, what the branch makes of it, and what the guard has to say.

Each base has a stack with two CAs. A hazard takes one of them out and hides that; a twin changes nothing that counts.
"""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CORP = """\
version: 1
stack: corp
aws: {region: eu-west-1, account_id: "123456789012"}
terraform: {backend: {s3: {bucket: states, key: corp, region: eu-west-1}}}
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 10}
"""
SECOND = """\
  second:
    type: ROOT
    subject: {common_name: Two}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 9}
"""
WHOLE = CORP + SECOND
OTHER = WHOLE.replace("corp", "lab").replace("common_name: ", "common_name: Lab ")
LOST, GONE, DOUBT = "[ca-destroyed, breaks-trust]", "[stack-gone, breaks-trust]", "git.base: "
MOVED, FAILED = "[state-moved, breaks-trust]", "pcaform: "
CODES = {LOST: 2, GONE: 2, MOVED: 2, DOUBT: 1, FAILED: 1, "": 0}


@dataclass(frozen=True)
class Repository:
    """A directory in which git commits as somebody."""

    home: Path

    def git(self, *arguments: str, inside: str = ".") -> str:
        who = ["-c", "user.name=ada", "-c", "user.email=ada@corp.example", "-c", "commit.gpgsign=false"]
        command = ["git", *who, "-c", "protocol.file.allow=always", *arguments]
        return subprocess.run(
            command, cwd=self.home / inside, check=True, capture_output=True, text=True
        ).stdout.strip()

    def write(self, path: str, content: str | bytes) -> None:
        (self.home / path).parent.mkdir(parents=True, exist_ok=True)
        (self.home / path).write_bytes(content if isinstance(content, bytes) else content.encode())

    def delete(self, path: str) -> None:
        (self.home / path).unlink()

    def link(self, path: str, target: str) -> None:
        (self.home / path).symlink_to(target)

    def commit(self, inside: str = ".") -> None:
        self.git("add", "-A", inside=inside)
        self.git("commit", "-qm", "step", "--allow-empty", inside=inside)


Step = Callable[[Repository], object]


@dataclass(frozen=True)
class History:
    """The base, the branch, what is said, and the arguments after `--spec`; `env` and `inside` are the guard's."""

    name: str
    base: Step
    branch: Step
    says: str
    arguments: tuple[str, ...] = ("specs", "--base", "main")
    env: tuple[tuple[str, str], ...] = ()
    inside: str = "."


def files(**texts: str | bytes) -> Step:
    """Return a step that writes files: `specs__corp` is specs/corp.yaml, a text with a dot keeps its name."""

    def step(repository: Repository) -> None:
        for name, text in texts.items():
            repository.write(f"{name.replace('__', '/')}.yaml", text)

    return step


def steps(*parts: Step) -> Step:
    """Return several steps as one."""

    def step(repository: Repository) -> None:
        for part in parts:
            part(repository)

    return step


def write(path: str, content: str | bytes) -> Step:
    return lambda repository: repository.write(path, content)


def delete(path: str) -> Step:
    return lambda repository: repository.delete(path)


def link(path: str, target: str) -> Step:
    return lambda repository: repository.link(path, target)


def git(*arguments: str) -> Step:
    return lambda repository: repository.git(*arguments)


def nothing(_: Repository) -> None:
    """Change nothing."""


def commit(repository: Repository) -> None:
    """Commit what is there."""
    repository.commit()


def move(old: str, new: str, text: str) -> Step:
    return steps(delete(old), write(new, text))


def cut(repository: Repository) -> None:
    """Clone so little that a branch which both sides merged seems to be where they parted; it never had the CA."""
    repository.git("checkout", "-qb", "side", "main")
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.write("specs/corp.yaml", WHOLE)
    repository.commit()
    repository.git("checkout", "-qB", "topic")
    repository.write("specs/corp.yaml", CORP)
    for _ in range(5):
        repository.commit()
    for branch in ("topic", "main", "topic"):
        repository.git("checkout", "-q", branch)
        repository.git("merge", "-q", "--no-edit", "side")
    repository.git("clone", "-q", "--depth=3", "--no-single-branch", f"file://{repository.home}", "shallow")


def submodule(text: str) -> Step:
    """Return a step that adds a repository with a spec as the submodule `pki`."""

    def step(repository: Repository) -> None:
        other = Repository(repository.home.parent / "other")
        other.write("corp.yaml", text)
        other.git("init", "-q", "-b", "main")
        other.commit()
        repository.git("submodule", "add", "-q", str(other.home), "pki")

    return step


def in_submodule(step: Step) -> Step:
    """Return a step inside the submodule `pki`, with a commit there."""

    def inner(repository: Repository) -> None:
        step(Repository(repository.home / "pki"))
        repository.commit(inside="pki")

    return inner


def lose(name: str) -> Step:
    """Return a step that deletes an object of git."""

    def step(repository: Repository) -> None:
        for each in (repository.home / ".git" / "objects").rglob(repository.git("rev-parse", name)[2:]):
            each.unlink()

    return step


def criss_cross(repository: Repository) -> None:
    """Merge two branches with each other, so that they have two latest common commits."""
    repository.git("checkout", "-qb", "side", "main")
    repository.write("side.txt", "side")
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.write("main.txt", "main")
    repository.commit()
    repository.git("checkout", "-q", "side")
    first = repository.git("rev-parse", "side")
    repository.git("merge", "-q", "--no-edit", "main")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-edit", first)
    repository.git("checkout", "-q", "side")


BASE = files(specs__corp=WHOLE)
TWO = files(specs__corp=WHOLE, specs__lab=OTHER)
NAME = CORP.replace("stack: corp", "stack: corp-pki")
ELSEWHERE = NAME.replace("key: corp", "key: pki")
PARTIAL = WHOLE.replace("bucket: states, key: corp, ", "")
LOCAL = WHOLE.replace("terraform: {backend: {s3: {bucket: states, key: corp, region: eu-west-1}}}\n", "")
ARN = "    arn: arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555\n"
OWNED = CORP.replace("    validity: {type: YEARS, value: 10}\n", f"    activation: external\n{ARN}")
DEV = WHOLE.replace("123456789012", "210987654321").replace("key: corp", "key: dev")
AT = ("pki", "--base", "main")
ONE = ("specs/corp.yaml", "--base", "main")
NEW = ("specs/new.yaml", "--base", "main")


def prepare(history: History, home: Path) -> Repository:
    """Make the repository of a history below a directory: `main` has the base, `topic` is checked out."""
    repository = Repository(home / "repository")
    repository.home.mkdir()
    repository.git("init", "-q", "-b", "main")
    history.base(repository)
    repository.commit()
    repository.git("checkout", "-qb", "topic")
    history.branch(repository)
    if history.inside == "tree" and history.says:
        repository.write("tree/specs/corp.yaml", CORP)
    return repository


def environment(history: History) -> dict[str, str]:
    """Return the environment of the guard, in which git finds no configuration but the repository's."""
    return {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **dict(history.env)}

"""`guard --base`: what a branch does to files in a stack that pcaform does not write."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checks.guard.git_histories import CORP, Repository
from conftest import Run

EVIL = "stacks/corp/evil.tf"
ACCEPTING = CORP.replace("terraform: {", "terraform: {extra_files: [evil.tf], ")
CREATED = f"error: {EVIL}: created: "
TOLD = f"warning: {EVIL}: "


@pytest.fixture
def repository(pcaform: Run, tmp_path: Path) -> Repository:
    """Return a repository with a spec and its stack on `main`, and `topic` checked out."""
    repository = Repository(tmp_path)
    repository.git("init", "-q", "-b", "main")
    repository.write("specs/corp.yaml", CORP)
    assert pcaform("render", "specs", "--out", "stacks", cwd=tmp_path).returncode == 0
    return repository


def branch(repository: Repository) -> None:
    repository.commit()
    repository.git("checkout", "-qb", "topic")


def guard(pcaform: Run, repository: Repository) -> tuple[int, str]:
    done = pcaform("guard", "--spec", "specs", "--base", "main", cwd=repository.home)
    return done.returncode, done.stdout + done.stderr


def claim(repository: Repository) -> None:
    manifest = repository.home / "stacks" / "corp" / ".pcaform.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"files": {', '"files": {"evil.tf": "sha256:0",'), encoding="utf-8")
    repository.write(EVIL, "x")


def damage(repository: Repository) -> None:
    repository.write("stacks/corp/.pcaform.json", "{}")
    repository.write(EVIL, "x")


def delete_manifest(repository: Repository) -> None:
    repository.delete("stacks/corp/.pcaform.json")
    repository.write(EVIL, "x")


def link(repository: Repository) -> None:
    repository.link(EVIL, "/etc/passwd")


def data(repository: Repository) -> None:
    repository.write("stacks/corp/.terraform/modules/modules.json", "{}")
    repository.git("add", "-f", ".")


STEPS: dict[str, Callable[[Repository], object]] = {
    "new": lambda repository: repository.write(EVIL, "x"),
    "claimed by the manifest": claim,
    "beside a damaged manifest": damage,
    "without a manifest": delete_manifest,
    "a link": link,
}


@pytest.mark.parametrize("is_committed", [True, False])
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_new_file_breaks_trust(
    pcaform: Run, repository: Repository, step: Callable[[Repository], object], *, is_committed: bool
) -> None:
    branch(repository)
    step(repository)
    if is_committed:
        repository.commit()
    code, said = guard(pcaform, repository)
    assert (code, CREATED in said, "[extra-file, breaks-trust]" in said) == (2, True, True), said


def test_an_accepted_file_is_told_of_and_passes(pcaform: Run, repository: Repository) -> None:
    branch(repository)
    repository.write("specs/corp.yaml", ACCEPTING)
    repository.write(EVIL, "x")
    code, said = guard(pcaform, repository)
    assert (code, f"{TOLD}created: " in said, "[extra-file, notice]" in said) == (0, True, True), said


@pytest.mark.parametrize(
    ("spec", "how", "code"), [(ACCEPTING, "accepted by", 0), (CORP, "missing in", 2)], ids=["accepted", "not accepted"]
)
def test_a_file_of_before_is_noted_and_its_change_found(
    pcaform: Run, repository: Repository, spec: str, how: str, code: int
) -> None:
    repository.write("specs/corp.yaml", spec)
    repository.write(EVIL, "x")
    branch(repository)
    same = guard(pcaform, repository)
    line = f"note: {EVIL}: pcaform did not write it; as before, and {how} 'terraform.extra_files' of the spec\n"
    assert (same[0], line in same[1]) == (0, True), same[1]
    repository.write(EVIL, "y")
    changed = guard(pcaform, repository)
    assert (changed[0], f"{EVIL}: changed: " in changed[1]) == (code, True), changed[1]
    repository.delete(EVIL)
    gone = guard(pcaform, repository)
    assert (gone[0], f"{TOLD}destroyed: " in gone[1]) == (0, True), gone[1]


def test_data_of_terraform_counts_only_where_git_has_it(pcaform: Run, repository: Repository) -> None:
    branch(repository)
    repository.write("stacks/corp/.terraform/modules/modules.json", "{}")
    repository.write("stacks/corp/README.md", "x")
    repository.write("elsewhere/evil.tf", "x")
    assert guard(pcaform, repository)[0] == 0
    repository.git("add", "-f", ".")
    code, said = guard(pcaform, repository)
    assert (code, "error: stacks/corp/.terraform/modules/modules.json: created" in said) == (2, True), said


def test_the_stack_of_another_account_is_not_this_one(pcaform: Run, repository: Repository) -> None:
    repository.write("dev/corp.yaml", CORP.replace("123456789012", "210987654321").replace("key: corp", "key: dev"))
    assert pcaform("render", "dev", "--out", "dev", cwd=repository.home).returncode == 0
    branch(repository)
    repository.write("dev/corp/evil.tf", "x")
    assert guard(pcaform, repository)[0] == 0

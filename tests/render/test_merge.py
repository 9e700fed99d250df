"""Two branches that render one stack, merged by git: the stack is fresh, or a render says so and makes it so."""

import json
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from checks.guard.git_histories import Repository
from conftest import Run
from pcaform.core.problems import Failure
from pcaform.render import manifest

SPEC = """\
version: 1
stack: s
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authorities:
  one:
    type: ROOT
    subject: {common_name: One}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 10}
    tags: {a: one}
  two:
    type: ROOT
    subject: {common_name: Two}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 10}
    tags: {a: two}
issuers:
  ci:
    user_name: ci
    grants: [{certificates: unmanaged, certificate_authorities: [one]}]
"""
MANIFEST = "out/s/.pcaform.json"
ONE, TWO, ISSUER = ("a: one", "a: x"), ("a: two", "a: y"), ("user_name: ci", "user_name: cd")
BUCKET = ("issuers:", "crl_buckets: {lists: {bucket: corp-lists}}\nissuers:")
UNPROTECTED = ("    tags: {a: one}\n", "    tags: {a: one}\n    deletion_protection: false\n")
PERMITS = ("    tags: {a: one}\n", "    tags: {a: one}\n    permissions: [{principal: acm.amazonaws.com}]\n")


@pytest.fixture
def repository(pcaform: Run, tmp_path: Path) -> Repository:
    repository = Repository(tmp_path)
    repository.git("init", "-q", "-b", "main")
    repository.write("s.yaml", SPEC)
    render(pcaform, tmp_path)
    repository.commit()
    return repository


def render(pcaform: Run, home: Path, *options: str) -> tuple[int, str]:
    done = pcaform("render", "s.yaml", "--out", "out", *options, cwd=home)
    return done.returncode, done.stdout + done.stderr


def merge(pcaform: Run, repository: Repository, *edits: tuple[str, str], style: str = "merge") -> list[str]:
    """Render each edit on a branch of its own, merge these, and return the paths with conflicts."""
    for name, (old, new) in zip(("ours", "theirs"), edits, strict=True):
        repository.git("checkout", "-q", "-b", name, "main")
        repository.write("s.yaml", SPEC.replace(old, new))
        assert render(pcaform, repository.home)[0] == 0
        repository.commit()
    repository.git("checkout", "-q", "ours")
    with suppress(CalledProcessError):  # git says so where it leaves conflicts
        repository.git("-c", f"merge.conflictStyle={style}", "merge", "-q", "--no-edit", "theirs")
    return repository.git("diff", "--name-only", "--diff-filter=U").splitlines()


@pytest.mark.parametrize("other", [ONE, TWO, BUCKET], ids=["one CA", "another CA", "a bucket"])
def test_edits_of_different_files_merge(pcaform: Run, repository: Repository, other: tuple[str, str]) -> None:
    assert merge(pcaform, repository, ISSUER, other) == []
    assert render(pcaform, repository.home, "--check")[0] == 0


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_edits_of_one_file_need_one_more_render(pcaform: Run, repository: Repository, style: str) -> None:
    assert merge(pcaform, repository, ONE, TWO, style=style) == [MANIFEST]
    code, said = render(pcaform, repository.home, "--check")
    line = f"{MANIFEST}: changed, has conflicts that git left: render again\n"
    assert (code, said.startswith(line)) == (2, True), said
    assert render(pcaform, repository.home)[0] == 0
    assert render(pcaform, repository.home, "--check")[0] == 0
    json.loads((repository.home / MANIFEST).read_bytes())


def test_what_either_branch_let_go_is_remembered(pcaform: Run, repository: Repository) -> None:
    merge(pcaform, repository, *(("issuers:", f"removed: {{{name}: forget}}\nissuers:") for name in ("old", "older")))
    record = manifest.read(repository.home / MANIFEST).record
    assert list(record.let_go) == ["certificate_authorities.old", "certificate_authorities.older"]
    repository.write("s.yaml", SPEC)
    code, said = render(pcaform, repository.home, "--force")
    assert code == 0, said
    changes = (repository.home / "out" / "s" / "changes.tf").read_text(encoding="utf-8")
    assert [f"module.ca_{name}\n" in changes for name in ("old", "older")] == [True, True]


def test_two_edits_of_one_fact_are_for_a_person(pcaform: Run, repository: Repository) -> None:
    assert MANIFEST in merge(pcaform, repository, UNPROTECTED, PERMITS)
    repository.write("s.yaml", SPEC)
    for option in ("--check", "--force"):
        code, said = render(pcaform, repository.home, option)
        assert code == 1
        assert (
            f"{MANIFEST}: both branches changed 'certificate_authorities.one': git left conflicts that only you can "
            "decide: keep one side of each, that of the branch that was applied last, and run pcaform render" in said
        )


def test_a_manifest_of_one_line_for_each_fact_is_read(pcaform: Run, repository: Repository) -> None:
    path = repository.home / MANIFEST
    before = manifest.read(path)
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=None), encoding="utf-8")
    assert manifest.read(path) == before
    assert render(pcaform, repository.home, "--check")[1].startswith(f"{MANIFEST}: changed\n")


def test_a_manifest_of_nothing_but_marks_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / manifest.NAME
    path.write_text("<<<<<<< a\n" * 30_000 + "||||||| b\n" * 30_000, encoding="utf-8")
    with pytest.raises(Failure, match="not a whole manifest"):
        manifest.read(path)

"""What is wrong with a tree of specs or its clone: each with its place, what was seen, and what to do about it."""

from pathlib import Path

import pytest

from checks.guard.git_histories import Repository, cut
from conftest import Run

BASE = 'version: 1\naws: {region: eu-west-1, account_id: "123456789012"}\n'
STATE = "terraform: {backend: {s3: {bucket: states, key: pki, region: eu-west-1}}}\n"
ROOT = "{type: ROOT, subject: {common_name: R}, key_algorithm: EC_prime256v1, validity: {type: YEARS, value: 9}}"
OUT = "Take it out of 'extends' in one of them [extends]\n"
NAMES = "lower-case letters, digits, '.', '-' and '_', starting with a letter or digit; '/' between directories"
BOTH = "each would destroy what the other has: give each stack its own, or rename the directory of a renamed one"
CASE = "differ only by case: macOS and Windows keep one of them, so rename one"


def spec(stack: str, base: str = "../base.yaml") -> str:
    return f"extends: {base}\nstack: {stack}\ncertificate_authorities: {{root: {ROOT}}}\n"


ONE = {"base.yaml": BASE, "specs/a.yaml": spec("a")}
TWO = {**ONE, "specs/b.yaml": spec("b")}
MISTAKES: dict[str, tuple[dict[str, str], str]] = {
    "a base that is missing": (
        {"Base.yaml": BASE, "specs/a.yaml": spec("a")},
        (
            "specs/a.yaml:1:10: the base '../base.yaml' cannot be read: No such file or directory: base.yaml. A name "
            "is relative to the file that has it [extends]\n"
        ),
    ),
    "a spec that is its own base": (
        {"specs/a.yaml": spec("a", "a.yaml")},
        f"specs/a.yaml:1:10: the base 'a.yaml' is one of its own bases: specs/a.yaml -> specs/a.yaml. {OUT}",
    ),
    "a base that is its own": (
        {**TWO, "base.yaml": f"extends: base.yaml\n{BASE}"},
        f"base.yaml:1:10: the base 'base.yaml' is one of its own bases: base.yaml -> base.yaml. {OUT}",
    ),
    "two bases of each other, for specs of two folders": (
        {
            **ONE,
            "base.yaml": f"extends: b.yaml\n{BASE}",
            "b.yaml": "extends: base.yaml\n",
            "specs/x/b.yaml": spec("b", "../../base.yaml"),
        },
        f"b.yaml:1:10: the base 'base.yaml' is one of its own bases: base.yaml -> b.yaml -> base.yaml. {OUT}",
    ),
    "three bases of each other": (
        {
            **ONE,
            "base.yaml": f"extends: [b.yaml]\n{BASE}",
            "b.yaml": "extends: c/c.yaml",
            "c/c.yaml": "extends: ../base.yaml",
        },
        (
            "c/c.yaml:1:10: the base '../base.yaml' is one of its own bases: base.yaml -> b.yaml -> c/c.yaml -> "
            f"base.yaml. {OUT}"
        ),
    ),
    "two specs of one stack": (
        {"base.yaml": BASE + STATE, "specs/a.yaml": spec("corp"), "specs/b.yaml": spec("corp")},
        (
            "base.yaml:3:27: the place of the state is also that of 'corp', specs/a.yaml, and of all that extend "
            f"this file: {BOTH} [shared-state]\n"
            "specs/b.yaml:2:8: the stack 'corp' is also that of 'corp', specs/a.yaml: rename one of them "
            "[stack-twice]\n"
        ),
    ),
    "two stacks with one key": (
        {**TWO, "specs/a.yaml": spec("a") + STATE, "specs/b.yaml": spec("b") + STATE},
        f"specs/b.yaml:4:27: the place of the state is also that of 'a', specs/a.yaml: {BOTH} [shared-state]\n",
    ),
    "stacks that differ by case": (
        {**TWO, "specs/b.yaml": spec("A")},
        f"specs/b.yaml:2:8: 'stack' is 'A', allowed: {NAMES} [shape]\n",
    ),
    "folders of stacks that differ by case": (
        {"base.yaml": BASE, "specs/a.yaml": spec("pki/a"), "specs/b.yaml": spec("PKI/b")},
        f"specs/b.yaml:2:8: 'stack' is 'PKI/b', allowed: {NAMES} [shape]\n",
    ),
    "specs that differ by case": (
        {**ONE, "specs/A.yaml": spec("b")},
        f"pcaform: specs/A.yaml and specs/a.yaml {CASE}\n",
    ),
    "folders of specs that differ by case": (
        {
            "base.yaml": BASE,
            **{f"specs/{each}/a.yaml": spec(each.lower() * 2, "../../base.yaml") for each in ("EU", "eu")},
        },
        f"pcaform: specs/EU/a.yaml and specs/eu/a.yaml {CASE}\n",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_said_once_and_nothing_is_written(pcaform: Run, tmp_path: Path, name: str) -> None:
    files, said = MISTAKES[name]
    for path, text in files.items():
        Repository(tmp_path).write(path, text)
    done = pcaform("render", "specs", "--out", "stacks", cwd=tmp_path)
    lines = "".join(line for line in done.stderr.splitlines(keepends=True) if not line.startswith((" ", "stacks/")))
    assert (done.returncode, done.stdout, lines) == (1, "", said)
    assert {path.parent.name for path in tmp_path.glob("stacks/**/.pcaform.json")} <= {"a"}


FETCH = "fetch it, with its history (in GitHub Actions 'fetch-depth: 0', in GitLab CI 'GIT_DEPTH: 0')"


@pytest.mark.parametrize("command", [("affected", "specs"), ("guard", "--spec", "specs")], ids=lambda each: each[0])
def test_a_base_that_git_cannot_tell_is_an_error(pcaform: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    origin = Repository(tmp_path / "origin")
    for path, text in ONE.items():
        origin.write(path, text)
    origin.git("init", "-q", "-b", "main")
    origin.commit()
    origin.git("checkout", "-qb", "topic")
    for _ in range(3):
        origin.commit()
    origin.git("clone", "-q", "--depth=1", f"file://{origin.home}", "../one")
    origin.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{origin.home}", "../tips")
    cut(origin)

    def said(clone: str, base: str) -> tuple[int, str, str]:
        done = pcaform(*command, "--base", base, cwd=tmp_path / clone)
        return done.returncode, done.stdout, done.stderr.partition("\n")[0]

    missing = f"pcaform: git finds no common commit of '%s' and HEAD: {FETCH}"
    assert said("origin", "nowhere") == (1, "", missing % "nowhere")
    assert said("one", "origin/main") == (1, "", missing % "origin/main")
    assert said("tips", "origin/main") == (1, "", missing % "origin/main")
    early = "pcaform: this clone is too shallow to tell where HEAD left 'origin/main'"
    assert said("origin/shallow", "origin/main") == (1, "", f"{early}: {FETCH}")
    assert said("origin", "") == (1, "", "pcaform: '' is not a revision of git, such as 'origin/main'")

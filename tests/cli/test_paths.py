"""A path of the user's that is not what it should be: a message and exit code 1, from every command, for each path."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from conftest import EXAMPLE, ROOT, Run
from pcaform.cli.main import app

ROOM = "{room}"
"""An empty directory, for what a command writes."""
LONG = "x" * 300
OTHER = "other.yaml"
STATE = ROOT / "examples" / "other-layout.tfstate"
PLAN = ROOT / "tests" / "importer" / "kinds" / "plan-that-uses-a-ca" / "plan.json"
FLEET = ROOT / "examples" / "fleet"
READER = ("--region", "eu-west-1", "--role", "reader")
ROLES = ("--plan-role", "plan", "--apply-role", "apply")
ATLANTIS = ("pipeline", "atlantis", *ROLES, "--repository", "github.com/corp/pki")
RELEASE = ("--terraform", f"1.11.4@{'0' * 64}")
AT_AWS = ("--region", "eu-west-1")
"""Not AWS: the files are read before it is called."""
CASES: dict[tuple[str, str], list[str | Path]] = {
    ("adopt", "stack"): ["adopt", OTHER],
    ("adopt", "finish"): ["adopt", ROOM, "--finish", OTHER],
    ("adopt", "spec"): ["adopt", ROOM, "--spec", OTHER],
    ("render", "specs"): ["render", OTHER, "--out", ROOM],
    ("render", "out"): ["render", EXAMPLE, "--out", OTHER],
    ("render", "state"): ["render", EXAMPLE, "--out", ROOM, "--state", OTHER],
    ("validate", "specs"): ["validate", OTHER],
    ("guard", "paths"): ["guard", OTHER],
    ("guard", "spec"): ["guard", EXAMPLE, "--spec", OTHER],
    ("guard", "waivers"): ["guard", EXAMPLE, "--spec", EXAMPLE, "--waivers", OTHER],
    ("guard", "chdir"): ["guard", ROOM, "--chdir", OTHER],
    ("access", "stack"): ["access", OTHER],
    ("access", "outputs"): ["access", EXAMPLE, "--pipeline", "apply", "--outputs", OTHER],
    ("drift", "specs"): ["drift", OTHER],
    ("graph", "spec"): ["graph", OTHER],
    ("graph", "state"): ["graph", "--state", OTHER],
    ("report", "specs"): ["report", OTHER],
    ("report", "out"): ["report", EXAMPLE, "--out", OTHER],
    ("report", "audit"): ["report", "--audit", OTHER],
    ("report", "drift"): ["report", "--drift", OTHER],
    ("report", "guard"): ["report", "--guard", OTHER],
    ("report merge", "files"): ["report", "merge", OTHER],
    ("stacks", "specs"): ["stacks", OTHER],
    ("affected", "specs"): ["affected", OTHER, "--base", "HEAD"],
    ("lock", "specs"): ["lock", OTHER],
    ("lock", "states"): ["lock", FLEET, "--states", OTHER],
    ("guard", "dependents"): ["guard", PLAN, "--spec", EXAMPLE, "--dependents", OTHER],
    ("pipeline", "specs"): [*ATLANTIS, OTHER],
    ("pipeline", "stacks"): [*ATLANTIS, FLEET, "--stacks", OTHER],
    ("pipeline", "out"): [*ATLANTIS, FLEET, "--out", OTHER],
    ("pipeline", "requirements"): ["pipeline", "github", OTHER, *ROLES, *RELEASE, "--requirements", OTHER],
    ("audit", "accounts"): ["audit", *READER, "--accounts", OTHER],
    ("audit", "specs"): ["audit", *READER, "--specs", OTHER],
    ("audit", "checkpoint"): ["audit", *READER, "--specs", EXAMPLE, "--checkpoint", OTHER],
    ("access", "accounts"): ["access", "--live", *READER, "--accounts", OTHER],
    ("access", "specs"): ["access", "--live", *READER, "--specs", OTHER],
    ("access", "checkpoint"): ["access", "--live", *READER, "--specs", EXAMPLE, "--checkpoint", OTHER],
    ("import aws", "accounts"): ["import", "aws", *READER, "--stack", "x", "--out", ROOM, "--accounts", OTHER],
    ("import aws", "specs"): ["import", "aws", *READER, "--stack", "x", "--out", ROOM, "--specs", OTHER],
    ("sandbox", "state"): ["sandbox", "--state", OTHER, "--", "true"],
    ("import state", "state"): ["import", "state", OTHER],
    ("import state", "out"): ["import", "state", STATE, "--out", OTHER],
    ("import state", "into"): ["import", "state", STATE, "--into", OTHER],
    ("import plan", "plan"): ["import", "plan", OTHER],
    ("import plan", "out"): ["import", "plan", PLAN, "--stack", "x", "--out", OTHER],
    ("import plan", "into"): ["import", "plan", PLAN, "--into", OTHER],
    ("import hcl", "directory"): ["import", "hcl", OTHER],
    ("import hcl", "var_file"): ["import", "hcl", ROOM, "--var-file", OTHER],
    ("import hcl", "out"): ["import", "hcl", ROOM, "--out", OTHER],
    ("import hcl", "into"): ["import", "hcl", ROOM, "--into", OTHER],
    ("import aws", "into"): ["import", "aws", *AT_AWS, "--into", OTHER],
    ("import aws", "checkpoint"): ["import", "aws", *AT_AWS, "--checkpoint", OTHER],
    ("import aws", "out"): ["import", "aws", *AT_AWS, "--out", OTHER],
}
FREE = {("init", "file"), ("adopt", "proof"), ("adopt", "keep"), ("adopt", "emit"), ("demo", "keep")}
"""Written at the end of a run on Terraform."""
PATHS = {
    "SPEC",
    "SPEC...",
    "[SPEC]...",
    "[SPEC]",
    "STACK",
    "[SPEC|STACK]",
    "FILE",
    "FILE...",
    "DIR",
    "FILE|DIR",
    "PLAN|NEW",
    "SPEC|OLD",
    "PATH",
}
WRONG: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "pipe": os.mkfifo,
    "bytes": lambda path: path.write_bytes(b"\0\xff\xfe{["),
    "empty directory": Path.mkdir,
    "link to itself": lambda path: path.symlink_to(path),
    "directory of pipes": lambda path: _make_pipes(path, "a.yaml", "a.tf", "providers.tf"),
}
MOST_TEXT = 2000
NAMES = ("/", LONG, f"{LONG}/x", "/dev/null/x", "a\nb", "\x1b[31m", "-", "", "/dev/zero")
MAY_WORK = {
    ("render", "out"),
    ("guard", "chdir"),
    ("lock", "states"),
    ("sandbox", "state"),
    ("report", "out"),
    ("import state", "out"),
    ("import plan", "out"),
    ("import hcl", "out"),
    ("import aws", "out"),
    ("import aws", "checkpoint"),
}
"""They are written, and need not be there."""


def test_every_path_of_every_command_is_tried() -> None:
    assert {*CASES, *FREE} == set(_list_paths(typer.main.get_command(app), ""))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_a_wrong_path_is_a_message(case: tuple[str, str], pcaform: Run, tmp_path: Path) -> None:
    wrong = [*NAMES, *(_make(tmp_path / name, make) for name, make in WRONG.items())]
    bad: list[tuple[str, int, str]] = []
    for number, path in enumerate(wrong):
        (room := tmp_path / f"room{number}").mkdir()
        arguments = [room if each == ROOM else path if each == OTHER else each for each in CASES[case]]
        done = pcaform(*arguments, cwd=room, env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
        allowed = (0, 1) if case in MAY_WORK else (1,)
        is_message = done.returncode == 0 or 0 < len(done.stderr) < MOST_TEXT
        if done.returncode not in allowed or not is_message or "\x1b" in done.stderr:
            bad.append((path, done.returncode, done.stderr))
    assert bad == []


def _make(path: Path, make: Callable[[Path], object]) -> str:
    make(path)
    return str(path)


def _make_pipes(directory: Path, *names: str) -> None:
    directory.mkdir()
    for name in names:
        os.mkfifo(directory / name)


def _list_paths(command: Any, name: str) -> list[tuple[str, str]]:
    below = {each: command.get_command(None, each) for each in getattr(command, "commands", ())}
    found = [found for each, sub in below.items() for found in _list_paths(sub, f"{name} {each}".strip())]
    return found or [(name, each.name) for each in command.params if each.metavar in PATHS]

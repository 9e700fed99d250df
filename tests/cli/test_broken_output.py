"""Output that cannot be written or encoded: a message and an exit code, never a traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")
GOOD = "examples/corp-pki.yaml"
BAD = 'version: 1\nstack: "é 世 \U0001f600"\n'
COMMANDS = {
    "validate": (["validate", "bad.yaml"], 1),
    "validate json": (["validate", "bad.yaml", "--format", "json"], 1),
    "schema": (["schema"], 1),
    "access": (["access", str(ROOT / GOOD)], 1),
    "help": (["--help"], 1),
    "version": (["--version"], 1),
}


def run(
    arguments: Sequence[str], cwd: Path, *, redirect: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the program with redirections of a shell; what it says is read as bytes."""
    command = ["bash", "-c", f'exec "$@" {redirect}', "bash", sys.executable, "-m", "pcaform", *arguments]
    environment = {**os.environ, **(env or {})}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    return tmp_path


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_is_a_failure(directory: Path, name: str) -> None:
    arguments, code = COMMANDS[name]
    done = run(arguments, directory, redirect="> /dev/full")
    assert done.returncode == code
    assert b"cannot be written: No space left on device\n" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_messages_that_nobody_can_read_change_no_exit_code(directory: Path) -> None:
    assert run(["validate", str(ROOT / GOOD)], directory, redirect="2> /dev/full").returncode == 0
    assert run(["validate", "bad.yaml"], directory, redirect="2> /dev/full").returncode == 1
    assert run(["validate", "missing.yaml"], directory, redirect="> /dev/full 2> /dev/full").returncode == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_a_closed_output_is_no_traceback(directory: Path, name: str) -> None:
    arguments, _ = COMMANDS[name]
    done = run(arguments, directory, redirect=">&-")
    assert done.returncode in (0, 1)
    assert b"Traceback" not in done.stderr
    assert run(arguments, directory, redirect=">&- 2>&-").returncode in (0, 1)


@pytest.mark.parametrize("name", ["validate", "validate json"])
def test_a_reader_that_has_gone_is_no_failure(directory: Path, name: str) -> None:
    done = run(COMMANDS[name][0], directory, redirect="> >(exec true; )")
    assert b"Traceback" not in done.stderr


ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "windows": {"PYTHONIOENCODING": "cp1252"},
    "C": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_characters_that_an_encoding_lacks_are_escaped(directory: Path, encoding: str) -> None:
    done = run(["validate", "bad.yaml"], directory, env=ENCODINGS[encoding])
    assert done.returncode == 1
    assert b"\\u4e16 \\ud83d\\ude00" in done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_in_any_encoding_has_the_same_text(directory: Path, encoding: str) -> None:
    form = ["--format", "json"]
    done = run(["validate", "bad.yaml", *form], directory, env=ENCODINGS[encoding])
    text = done.stdout.decode(ENCODINGS[encoding].get("PYTHONIOENCODING", "ascii"))
    assert json.loads(text) == json.loads(run(["validate", "bad.yaml", *form], directory).stdout)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_failures_in_any_encoding_are_readable(directory: Path, encoding: str) -> None:
    done = run(["render", "世.yaml", "--out", "o"], directory, env=ENCODINGS[encoding])
    assert done.returncode == 1
    assert b"there is no such file" in done.stderr
    assert b"Traceback" not in done.stderr

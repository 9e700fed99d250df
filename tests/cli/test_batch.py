"""Many specs in one command: in several processes, each for itself, with the bytes and lines of one at a time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import Run
from render.removal_specs import ca
from render.write.builders import content_of, tree

MANY = 40
"""Specs: more than one process renders alone."""


def spec(name: str, *, bucket: str = "") -> str:
    backend = f"terraform: {{backend: {{s3: {{bucket: states, key: {bucket or name}.tfstate, region: eu-west-1}}}}}}"
    head = f'version: 1\nstack: {name}\naws: {{region: eu-west-1, account_id: "123456789012"}}\n{backend}\n'
    return f"{head}certificate_authorities:\n{ca('root')}"


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    for number in range(MANY):
        (tmp_path / "specs" / f"s{number:02}.yaml").write_text(spec(f"s{number:02}"), encoding="utf-8")
    return tmp_path


def test_many_specs_are_rendered_as_one_at_a_time(specs: Path, pcaform: Run) -> None:
    done = pcaform("render", "specs", "--out", "many", cwd=specs)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [f"many/s{number:02}: 13 written" for number in range(MANY)]
    few = [f"specs/s{number:02}.yaml" for number in (0, 17, 39)]
    assert pcaform("render", *few, "--out", "few", cwd=specs).returncode == 0
    for name in ("s00", "s17", "s39"):
        assert tree(specs / "many" / name) == tree(specs / "few" / name)
    (specs / "many" / "s05" / "versions.tf").unlink()
    (specs / "many" / "s30" / "outputs.tf").unlink()
    checked = pcaform("render", "specs", "--out", "many", "--check", cwd=specs)
    assert checked.returncode == 2
    assert checked.stdout.splitlines() == ["many/s05/versions.tf: missing", "many/s30/outputs.tf: missing"]


def test_specs_that_fail_do_not_stop_the_others(specs: Path, pcaform: Run) -> None:
    (specs / "specs" / "s01.yaml").write_text("version: 1\n", encoding="utf-8")
    (specs / "specs" / "s02.yaml").write_text(spec("s03"), encoding="utf-8")
    (specs / "specs" / "s04.yaml").write_text(spec("s04", bucket="s05"), encoding="utf-8")
    (specs / "out" / "s06").mkdir(parents=True)
    (specs / "out" / "s06" / "versions.tf").write_text("mine", encoding="utf-8")
    done = pcaform("render", "specs", "--out", "out", cwd=specs)
    assert done.returncode == 1
    failed = {f"s{number:02}" for number in (1, 2, 3, 4, 5)}
    assert {path.name for path in (specs / "out").iterdir()} == {f"s{number:02}" for number in range(MANY)} - failed
    assert tree(specs / "out" / "s06") == {"versions.tf": "mine"}
    for said in (
        "specs/s01.yaml:1:1: the key 'stack' is missing",
        "specs/s03.yaml:2:8: the stack 's03' is also that of 's03', specs/s02.yaml",
        ": the place of the state is also that of 's04', specs/s04.yaml",
        "out/s06/versions.tf",
    ):
        assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_exit_code_of_an_error_is_that_of_all(specs: Path, pcaform: Run) -> None:
    pcaform("render", "specs", "--out", "out", cwd=specs)
    (specs / "out" / "s05" / "versions.tf").unlink()
    (specs / "specs" / "s39.yaml").write_text("version: 1\n", encoding="utf-8")
    checked = pcaform("render", "specs", "--out", "out", "--check", cwd=specs)
    assert (checked.returncode, checked.stdout) == (1, "out/s05/versions.tf: missing\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_batch_leaves_whole_stacks_and_no_process(specs: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "pcaform", "render", "specs", "--out", "out"]
    with subprocess.Popen(command, cwd=specs, stderr=subprocess.PIPE, start_new_session=True) as running:
        while not list((specs / "out").glob("*/.pcaform.json")) and running.poll() is None:
            time.sleep(0.01)
        os.kill(running.pid, number)
        running.communicate(timeout=60)
    assert running.returncode in (0, 130, -signal.SIGKILL)
    deadline = time.monotonic() + 60
    while is_group_alive(running.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_group_alive(running.pid)
    for stack in (specs / "out").iterdir() if number != signal.SIGKILL else ():
        assert {*content_of(stack)} == {*content_of(specs / "out" / "s00")}


def is_group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

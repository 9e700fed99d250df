"""Adopting that is interrupted while Terraform plans: no process of it is left, and no copy of a state."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from adopt.test_refusals import Account, account
from conftest import ROOT, Run

__all__ = ["account"]
TERRAFORM = """#!/bin/sh
case $1 in
  version) echo 'Terraform v1.11.4' ;;
  workspace) echo default ;;
  plan)
    trap 'echo > "{home}/heard"; {reaction}' INT
    sleep 600 & echo $! > provider.new; mv provider.new "{home}/provider"
    while :; do sleep 1; done ;;
esac
"""
"""A Terraform with a provider that never answers, and with its own reaction to an interruption."""
GRACEFUL, DEAF = "exit 1", ":"


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, for at most a minute."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it never came to that")


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False


@pytest.mark.parametrize(
    ("signals", "reaction"),
    [
        ((signal.SIGTERM,), GRACEFUL),
        ((signal.SIGINT,), GRACEFUL),
        ((signal.SIGHUP,), GRACEFUL),
        ((signal.SIGTERM, signal.SIGTERM), DEAF),
    ],
)
def test_nothing_is_left(
    account: Account,
    pcaform: Run,
    tmp_path: Path,
    signals: tuple[signal.Signals, ...],
    reaction: str,
) -> None:
    binary, temporary = tmp_path / "terraform", tmp_path / "tmp"
    temporary.mkdir()
    binary.write_text(TERRAFORM.format(home=tmp_path, reaction=reaction), encoding="utf-8")
    binary.chmod(0o755)
    stack = account.stack(pcaform, tmp_path)
    environment = {**os.environ, **account.environment, "PCAFORM_TERRAFORM": str(binary), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "pcaform", "adopt", str(stack)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        wait_for((tmp_path / "provider").exists)
        provider = int((tmp_path / "provider").read_text("utf-8"))
        (directory,) = temporary.iterdir()
        for number in signals:
            assert is_alive(provider)
            process.send_signal(number)
            wait_for((tmp_path / "heard").exists)
        _, status = process.communicate(timeout=60)
    assert process.returncode == 130, status
    assert status.startswith(f"copies of the state are in {directory} until adopt ends\n")
    assert list(temporary.iterdir()) == []
    wait_for(lambda: not is_alive(provider))


def test_terminal_shows_steps_and_a_pipe_only_some(account: Account, pcaform: Run, tmp_path: Path) -> None:
    """A Terraform that can only initialise: a terminal shows both steps with seconds, a pipe one line."""
    binary = tmp_path / "terraform"
    binary.write_text("#!/bin/sh\n[ $1 = init ]\n", encoding="utf-8")
    binary.chmod(0o755)
    stack = account.stack(pcaform, tmp_path)
    environment = {
        **os.environ,
        **account.environment,
        "PCAFORM_TERRAFORM": str(binary),
        "TERM": "xterm",
        "COLUMNS": "300",
    }
    command = [sys.executable, "-m", "pcaform", "adopt", str(stack), "--init"]
    piped = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    wrote = f"wrote {stack / '.terraform'} and {stack / '.terraform.lock.hcl'}"
    assert piped.stderr.splitlines()[:2] == [f"initialising {stack}", wrote]
    reader, writer = os.openpty()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=writer) as process:
        os.close(writer)
        shown = b""
        with suppress(OSError):  # a terminal whose other side is closed
            while part := os.read(reader, 1 << 16):
                shown += part
    os.close(reader)
    assert process.returncode == piped.returncode == 1
    lines = re.findall(r"step \d+: [^\r\n]*\(\d+ s\)", shown.decode())
    assert [line.partition(" (")[0] for line in lines] == [f"step 1: initialising {stack}"]
    assert "step 2: reading the account" in shown.decode()

"""Two renders into one directory at the same time: one waits for the other, or fails with the reason."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from conftest import EXAMPLE, ROOT
from pcaform.core.problems import Failure
from pcaform.render.write import lock
from pcaform.render.write.lock import lock_directory
from pcaform.render.write.write import write
from render.write.builders import content_of, stack

HOLD = (
    "import sys\nfrom pathlib import Path\nfrom pcaform.render.write.lock import lock_directory\n"
    "with lock_directory(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
)


class Holder:
    """Another process that holds a lock until `end` is called."""

    def __init__(self, directory: Path) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([sys.executable, "-c", HOLD, directory], stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdout
        assert self.process.stdout.readline() == "held\n"

    def end(self, *, kill: bool = False) -> None:
        if kill:
            self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


def test_waiting_too_long_fails(tmp_path: Path) -> None:
    holder = Holder(tmp_path)
    with pytest.raises(Failure, match=rf"^{tmp_path}: another render .* for 0\.1 s: .*; nothing was written there$"):
        lock_directory(tmp_path, patience=0.1).__enter__()
    holder.end()
    with lock_directory(tmp_path, patience=0):
        assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    Holder(tmp_path).end(kill=True)
    with lock_directory(tmp_path, patience=0):
        pass


def test_waiting_is_reported_and_ends_with_the_lock(tmp_path: Path) -> None:
    """The holder ends when the other process has reported that it waits, so no time is guessed."""
    (tmp_path / "corp-pki").mkdir()
    holder = Holder(tmp_path / "corp-pki")
    command = [sys.executable, "-m", "pcaform", "render", str(EXAMPLE), "--out", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stderr
        assert waiting.stderr.readline() == f"{tmp_path}/corp-pki: waiting for another render to finish\n"
        assert list((tmp_path / "corp-pki").iterdir()) == []
        holder.end()
        assert waiting.stderr.read().startswith(f"{tmp_path}/corp-pki: ")
    assert waiting.returncode == 0


def test_many_at_once_leave_the_stack_of_one(tmp_path: Path) -> None:
    stacks = [stack(**{f"f{number}_tf": str(number), "a_tf": str(number)}) for number in range(8)]
    threads = [threading.Thread(target=write, args=(each, tmp_path)) for each in stacks for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert content_of(tmp_path / "s") in [each.files for each in stacks]


def test_a_file_system_without_locks_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, os.strerror(95))

    monkeypatch.setattr("fcntl.flock", refuse)
    write(stack(a_tf="a"), tmp_path)
    assert "this file system has no locks" in capsys.readouterr().err
    assert lock.PATIENCE > 0

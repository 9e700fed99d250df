"""What hangs is ended: a test, the processes below it, and a worker that answers to nothing."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

HANGS = {
    "a child": 'subprocess.run(["sh", "-c", "sleep 611 & sleep 611; wait"])',
    "a child in a session of its own": 'subprocess.run(["setsid", "-w", "sleep", "611"])',
    "a child that is waited for again": """\
process = subprocess.Popen(["sleep", "611"], start_new_session=True)
    try:
        process.wait()
    finally:
        process.wait()""",
    "a lock": "threading.Lock().acquire() and threading.Event().wait()",
    "what takes no signal": "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]); threading.Event().wait()",
}


def test_what_hangs_is_ended_with_its_children_and_the_rest_goes_on(tmp_path: Path) -> None:
    tests = [f"def test_{number}():\n    {hang}\n" for number, hang in enumerate(HANGS.values())]
    text = "\n".join(["import signal, subprocess, threading\n", *tests, "def test_next():\n    pass\n"])
    (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
    options = [
        "-n",
        "1",
        "--timeout",
        "1",
        "-p",
        "time_limits",
        "-p",
        "no:cacheprovider",
        "--basetemp",
        str(tmp_path / "t"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_it.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert f"{len(HANGS)} failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert not sleeping(tmp_path)


def sleeping(directory: Path) -> list[str]:
    """Return the processes that work in a directory."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink() == directory and (link.parent / "cmdline").read_bytes():
                found.append((link.parent / "cmdline").read_text(encoding="utf-8"))
        except OSError:
            continue
    return found

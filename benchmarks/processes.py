"""Runs a command and measures all of its processes: processor time, elapsed time, and peak memory.

A small process of its own starts the command. The kernel counts what a child had before `exec` as its memory, which is
that of its parent: a large benchmark would measure itself.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_INTERVAL = 0.05
_SEEN = 4
"""Samples of a process from which on it is a worker: others are over at once, such as those of git."""
_UNIT = 1e6 if sys.platform == "darwin" else 1e3
"""Of the memory that wait4 returns: bytes on macOS, elsewhere kB; in MB."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took: seconds, and MB of the process itself and of the largest that it started."""

    cpu: float
    wall: float = 0
    memory: float = 0
    worker: float = 0


def run(
    *command: str, cwd: Path | None = None, env: Mapping[str, str] | None = None, codes: Sequence[int] = (0,)
) -> Usage:
    """Run a command without its output; it has to end with one of the exit codes."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as told:
        done = subprocess.run(
            [sys.executable, "-SEs", __file__, str(writing), *command],
            cwd=cwd,
            env=env,
            check=False,
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        os.close(writing)
        content = told.read()
    if done.returncode not in codes:
        raise subprocess.CalledProcessError(done.returncode, command, stderr=done.stderr[-2000:])
    return Usage(**json.loads(content))


def _descendants(process: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = tasks.read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)


def _peak(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmHWM:")), 0)


def _sample(process: int, peaks: dict[int, list[float]], ended: threading.Event) -> None:
    """Keep what each process has at its peak; Linux only. Before `exec`, a new one has the memory of its parent."""
    while not ended.wait(_INTERVAL):
        for each in (process, *_descendants(process)):
            peaks.setdefault(each, []).append(_peak(each))


def _main(target: int, command: list[str]) -> int:
    start = time.perf_counter()
    os.set_inheritable(target, False)  # noqa: FBT003 - as it is called
    process = os.posix_spawnp(command[0], command, os.environ)
    peaks: dict[int, list[float]] = {}
    ended = threading.Event()
    watching = threading.Thread(target=_sample, args=(process, peaks, ended))
    watching.start()
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - start
    ended.set()
    watching.join()
    own = max(peaks.pop(process, []), default=0.0)
    worker = max((max(each[_SEEN // 2 :]) for each in peaks.values() if len(each) > _SEEN), default=0.0)
    largest = used.ru_maxrss / _UNIT  # of one of them it is known exactly
    own, worker = (own, largest) if worker > own else (largest, worker)
    usage = Usage(used.ru_utime + used.ru_stime, wall, own, worker)
    os.write(target, json.dumps(asdict(usage)).encode())
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1]), sys.argv[2:]))

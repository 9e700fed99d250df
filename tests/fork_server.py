"""The program as a process of its own that need not import it first: each run is a fork of one that has, and no more.

That one has imported the program and called nothing in it. What is about the start of a process, its signals or its
terminal runs `python -m pcaform` instead, as all of tests/cli/test_cli.py does.
"""

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

_LATER = {"sandbox", "demo"}
"""What reads the environment while it is imported, as moto does: it is imported in the fork."""
_NUMBER = 8


class ForkServer:
    """Runs of the program, one at a time; what they are forked from is started with the first one."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None

    def run(
        self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: bytes
    ) -> tuple[int, bytes, bytes]:
        """Return a run's exit code and its two streams; the test's time limit is its own."""
        connection = self._connection or self._start()
        request = json.dumps({"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}).encode()
        with ExitStack() as open_files:
            files = [open_files.enter_context(tempfile.TemporaryFile()) for _ in range(4)]
            for file, content in zip(files, (request, stdin), strict=False):
                file.write(content)
                file.seek(0)
            socket.send_fds(connection, [b"r"], [file.fileno() for file in files])
            code = self._ended(connection)
            return code, _content(files[2]), _content(files[3])

    def close(self) -> None:
        """End the process that forks."""
        if self._connection and self._server:
            self._connection.close()
            self._server.kill()
            self._server.wait()
        self._connection = self._server = None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        command = [sys.executable, __file__, str(theirs.fileno())]
        self._server = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        theirs.close()
        self._connection = ours
        return ours

    def _ended(self, connection: socket.socket) -> int:
        """Wait for the end of a run and return its exit code; whatever breaks the wait off ends the run."""
        pid = 0
        try:
            pid = _received(connection)
            return _received(connection)
        except BaseException:
            if pid:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.close()
            raise


def _received(connection: socket.socket) -> int:
    if not (number := connection.recv(_NUMBER, socket.MSG_WAITALL)):
        raise RuntimeError("the process that runs the program is gone")
    return int.from_bytes(number, signed=True)


def _content(file: Any) -> bytes:
    file.seek(0)
    content: bytes = file.read()
    return content


def _import_all() -> None:
    package = importlib.import_module("pcaform")
    for module in pkgutil.walk_packages(package.__path__, "pcaform."):
        if not _LATER & set(module.name.split(".")) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for heavy in ("boto3", "hcl2", "jinja2"):
        importlib.import_module(heavy)


def _serve(connection: socket.socket) -> None:
    """Fork for each request and tell how the fork ended; return in the fork, which becomes the run."""
    while True:
        asked, descriptors, _, _ = socket.recv_fds(connection, 1, 4)
        if not asked:
            sys.exit()
        pid = os.fork()
        if pid == 0:
            connection.close()
            _become(*descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(pid.to_bytes(_NUMBER, signed=True))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        connection.sendall(code.to_bytes(_NUMBER, signed=True))


def _become(request: int, *streams: int) -> None:
    """Take on the arguments, the directory, the environment and the streams of a request."""
    with os.fdopen(request, "rb") as file:
        asked = json.load(file)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    os.chdir(asked["cwd"])
    sys.argv = ["pcaform", *asked["arguments"]]


if __name__ == "__main__":
    _import_all()
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    from pcaform.cli.main import run

    run()

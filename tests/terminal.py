"""A terminal for programs under test: what they show a person."""

import os
import pty
import select
import time
from pathlib import Path


def type_into(command: list[str], text: str, directory: Path, environment: dict[str, str]) -> str:
    """Return what a program behind a terminal of its own shows, to whom a text is typed."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(directory)
        os.execvpe(command[0], command, environment)  # noqa: S606 - it is a shell
    os.write(terminal, text.encode())
    shown, end = b"", time.monotonic() + 60
    while time.monotonic() < end:
        try:
            shown += os.read(terminal, 65536) if select.select([terminal], [], [], 1)[0] else b""
        except OSError:  # the other end was closed
            break
    os.close(terminal)
    os.waitpid(process, 0)
    return shown.decode(errors="replace")

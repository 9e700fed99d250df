"""Interrupts what writes files in each of its system calls: by a kill, or by an error of the disk."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pcaform.core.problems import Failure

CALLS = ("open", "write", "fsync", "close", "mkdir", "rename", "replace", "unlink", "remove", "rmdir", "chmod", "link")
Action = Callable[[], object]


@contextmanager
def patch_calls(inject: Callable[[int, str, Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Pass every call that changes the disk through `inject`, with its number."""
    count = 0

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            return inject(count, name, real)(*arguments, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, wrapped(name, getattr(os, name)))
        yield


def list_calls(action: Action) -> list[str]:
    """Return which calls an action makes."""
    found = []

    def note(_: int, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        found.append(name)
        return real

    with patch_calls(note):
        action()
    return found


def is_killed(at: int, action: Action) -> bool:
    """Act in a child process that kills itself in this call, half-way if it is a `write`; tell whether it did."""

    def kill(number: int, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def die(*arguments: Any, **_: Any) -> None:
            if name == "write":
                real(arguments[0], arguments[1][: len(arguments[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)

        return die if number == at else real

    child = os.fork()
    if child == 0:
        try:
            with patch_calls(kill):
                action()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def refusal(at: int, code: int, action: Action) -> str | None:
    """Act while the call with this number fails and does nothing; return the message of the failure."""

    def refuse(number: int, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def fail(*arguments: Any, **_: Any) -> None:
            if name == "close":
                real(*arguments)
            raise OSError(code, os.strerror(code))

        return fail if number == at else real

    try:
        with patch_calls(refuse):
            action()
    except Failure as failure:
        assert os.strerror(code) in str(failure)
        return str(failure)
    return None

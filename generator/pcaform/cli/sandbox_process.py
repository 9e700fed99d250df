"""Runs the sandbox in this process, and child processes in an environment that reaches nothing but the sandbox."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

from pcaform.core.problems import Failure
from pcaform.sandbox.server import Sandbox, SandboxError
from pcaform.terraform.runner import BINARY, MIRROR, cli_configuration, hermetic_environment, process_environment

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that ask a process to end; Windows has only the first."""
_PATIENCE = 3.0
"""How long a process that a command has left may take to end on a signal, in seconds."""
_SHORTEST_PATIENCE = 1.0
"""Signals within this time are one: `timeout` sends it to its command and to the command's group."""
_POLL_INTERVAL = 0.02
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_DEFAULT = {"account_id": "123456789012", "region": "eu-west-1"}


def choose_account(directory: Path, *, account_id: str | None, region: str | None) -> tuple[str, str, tuple[str, ...]]:
    """Return the account and the region of a sandbox, and a line on what is taken from the stack in a directory.

    Raises Failure for an account id that is not one.
    """
    if account_id is not None and not _ACCOUNT_ID.fullmatch(account_id):
        raise Failure(f"--account: '{account_id}' is not an account id, which has 12 digits")
    given = {name: value for name, value in (("account_id", account_id), ("region", region)) if value}
    stack = {} if len(given) == len(_DEFAULT) else _read_location(directory)
    if not _ACCOUNT_ID.fullmatch(stack.get("account_id", "")):
        stack.pop("account_id", None)
    taken = {name: value for name, value in stack.items() if name not in given}
    chosen = {**_DEFAULT, **taken, **given}
    what = " and ".join(f"{name.removesuffix('_id')} {value}" for name, value in taken.items())
    note = f"{what}: from the stack in this directory; '--account' and '--region' choose others"
    return chosen["account_id"], chosen["region"], (note,) if taken else ()


def _read_location(directory: Path) -> dict[str, str]:
    """Return the account and region of the stack in a directory: of its manifest, or of its own provider block.

    A directory that is not a stack, or cannot be read, has neither: the command that is run there says why.
    """
    from pcaform.render import manifest
    from pcaform.sources.hcl.providers import Options
    from pcaform.sources.hcl.read import read

    with suppress(Failure):
        if own := manifest.read(directory / manifest.NAME).record.place.get(manifest.AWS):
            return {name: str(own[name]) for name in _DEFAULT if name in own}
    with suppress(Failure, OSError):
        if any(directory.glob("*.tf")):
            providers = read(str(directory), Options(_DEFAULT["region"], _DEFAULT["account_id"])).providers
            return {
                name: value for name, default in _DEFAULT.items() if (value := getattr(providers[""], name)) != default
            }
    return {}


@contextmanager
def open_sandbox(
    *, account_id: str, region: str, port: int = 0, iam: bool = False, state: Path | None = None
) -> Iterator[tuple[Sandbox, dict[str, str]]]:
    """Yield a running sandbox and the hermetic environment for children; both end with the block."""
    inherited = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="pcaform-sandbox-") as name:
        home = Path(name)
        hermetic = hermetic_environment(os.environ, home=home, extra={})
        with process_environment(hermetic):  # also this process: botocore reads `os.environ`
            try:
                with Sandbox(account_id=account_id, region=region, port=port, iam=iam, state=state) as server:
                    yield server, _child_environment(inherited, server, home=home)
            except SandboxError as error:
                raise Failure(str(error)) from None


def _child_environment(inherited: Mapping[str, str], server: Sandbox, *, home: Path) -> dict[str, str]:
    configuration = home / "terraform.rc"
    configuration.write_text(cli_configuration(inherited), encoding="utf-8")
    plugins = Path(inherited.get("HOME", "")) / ".terraform.d" / "plugins"
    if plugins.is_dir():  # one of Terraform's implied local mirrors
        (home / ".terraform.d").mkdir()
        (home / ".terraform.d" / "plugins").symlink_to(plugins.resolve())
    kept = {name: inherited[name] for name in (BINARY, MIRROR) if name in inherited}
    extra = {**server.environment, "http_proxy": server.endpoint_url, "TF_CLI_CONFIG_FILE": str(configuration), **kept}
    return hermetic_environment(inherited, home=home, extra=extra)


def stop_on_signals() -> None:
    """Let SIGTERM and SIGHUP end this process as Ctrl-C does, so that its sandbox is saved; a second one is ignored."""

    def stop(_number: int, _frame: object) -> None:
        _handle(_ENDING, signal.SIG_IGN)
        raise KeyboardInterrupt

    _handle(_ENDING, stop)


def run_child(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command and return its exit code, as a shell would; raises Failure where it is not on PATH.

    SIGTERM and SIGHUP are forwarded to it, and a second one, at least a second later, kills it. Away from a terminal it
    has its own process group: Ctrl-C is forwarded to the group, and a signal also ends what the command leaves running.
    At a terminal it shares this process's group, so that it can read what is typed; Ctrl-C reaches both from there.
    """
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        raise Failure(f"there is no command '{command[0]}' on PATH")
    is_interactive = (sys.stdin is not None and sys.stdin.isatty()) or not hasattr(os, "killpg")
    received: SimpleQueue[int] = SimpleQueue()
    first: list[float] = []
    process: subprocess.Popen[bytes] | None = None

    def forward(number: int = 0, _frame: object = None) -> None:
        if number:
            received.put(number)
        while process is not None and not received.empty():  # a signal before it is there waits for it
            received_signal, now = received.get(), time.monotonic()
            is_insistent = received_signal in _ENDING and bool(first) and now - first[0] >= _SHORTEST_PATIENCE
            first.append(now)
            if received_signal in _ENDING and not is_insistent:
                process.send_signal(received_signal)
            elif is_interactive and is_insistent:
                process.kill()
            elif not is_interactive:
                with suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL if is_insistent else received_signal)

    _handle((signal.SIGINT, *_ENDING), forward)  # for good: nothing interrupts the sandbox while it is saved
    process = subprocess.Popen(
        [program, *command[1:]], env=dict(environment), process_group=None if is_interactive else 0
    )
    forward()
    code = process.wait()
    if first and not is_interactive:
        _end_group(process.pid)
    return 128 - code if code < 0 else code


def _handle(numbers: Iterable[int], handler: Callable[[int, object], None] | signal.Handlers) -> None:
    """Set the handler of signals that this process was not told to ignore, as nohup and a shell's & do."""
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _end_group(group: int) -> None:
    """End what is left of a process group: as Ctrl-C does, which lets Terraform finish its call, then harder."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with suppress(OSError):  # there is none left
            os.killpg(group, number)
            end = time.monotonic() + (0 if number == signal.SIGKILL else _PATIENCE)
            while time.monotonic() < end:
                with suppress(ChildProcessError):  # those of process 1, as in a container, are its own
                    os.waitpid(-group, os.WNOHANG)
                os.killpg(group, 0)
                time.sleep(_POLL_INTERVAL)

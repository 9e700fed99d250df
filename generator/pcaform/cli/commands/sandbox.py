"""`pcaform sandbox`: a local AWS, by itself or around one command."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.sandbox.server import Sandbox, SandboxError
from pcaform.sandbox.shell_exports import detect_shell, format_exports
from pcaform.terraform.environment import hermetic_environment, hermetic_process
from pcaform.terraform.runner import BINARY, MIRROR, cli_configuration


def run(
    command: Sequence[str],
    *,
    account_id: str,
    region: str,
    port: int,
    iam: bool,
    shell: str | None,
    state: Path | None = None,
) -> int:
    """Start the sandbox; run `command` in it and return its exit code, or without one serve until interrupted.

    SIGTERM ends it as Ctrl-C does, so that `state` is kept.
    """
    caller = dict(os.environ)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(account_id=account_id, region=region, port=port, iam=iam, state=state) as (server, environment):
        if command:
            return _child(command, environment)
        console.print_status(f"a local AWS for account {account_id} answers at {server.endpoint_url}; Ctrl-C stops it")
        if state is not None:
            console.print_status(f"what it holds, private keys too, is kept in {state} when it stops")
        console.print_status("it is not AWS: nothing here costs or is trusted. In another shell:")
        console.print_result(format_exports(server.environment, shell=shell or detect_shell(caller)))
        threading.Event().wait()
    return 0


@contextmanager
def running(
    *, account_id: str, region: str, port: int = 0, iam: bool = False, state: Path | None = None
) -> Iterator[tuple[Sandbox, dict[str, str]]]:
    """Yield a running sandbox and the hermetic environment for children; both end with the block."""
    inherited = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="pcaform-sandbox-") as name:
        home = Path(name)
        with hermetic_process(home=home):
            try:
                with Sandbox(account_id=account_id, region=region, port=port, iam=iam, state=state) as server:
                    yield server, _environment(inherited, server, home=home)
            except SandboxError as error:
                raise Failure(str(error)) from None


def _environment(inherited: Mapping[str, str], server: Sandbox, *, home: Path) -> dict[str, str]:
    configuration = home / "terraform.rc"
    configuration.write_text(cli_configuration(inherited), encoding="utf-8")
    _keep_implied_mirror(inherited, home)
    kept = {name: inherited[name] for name in (BINARY, MIRROR) if name in inherited}
    extra = {**server.environment, "TF_CLI_CONFIG_FILE": str(configuration), **kept}
    return hermetic_environment(inherited, home=home, extra=extra)


def _child(command: Sequence[str], environment: Mapping[str, str]) -> int:
    found = shutil.which(command[0], path=environment.get("PATH"))
    if found is None:
        raise Failure(f"there is no command '{command[0]}' on PATH")
    process = subprocess.Popen([found, *command[1:]], env=dict(environment))
    while True:
        try:
            return _shell_code(process.wait())
        except KeyboardInterrupt:
            # The terminal has sent it to the child as well; the child decides how it ends.
            continue


def _shell_code(code: int) -> int:
    return 128 - code if code < 0 else code


def _keep_implied_mirror(inherited: Mapping[str, str], home: Path) -> None:
    """Let Terraform find the providers that lie in the caller's home, one of its implied local mirrors."""
    plugins = Path(inherited.get("HOME", "")) / ".terraform.d" / "plugins"
    if plugins.is_dir():
        (home / ".terraform.d").mkdir()
        (home / ".terraform.d" / "plugins").symlink_to(plugins.resolve())

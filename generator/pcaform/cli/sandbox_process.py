"""Runs the sandbox in this process, and child processes in an environment that reaches nothing but the sandbox."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pcaform.core.problems import Failure
from pcaform.sandbox.server import Sandbox, SandboxError
from pcaform.terraform.runner import BINARY, MIRROR, cli_configuration, hermetic_environment, process_environment


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
    extra = {**server.environment, "TF_CLI_CONFIG_FILE": str(configuration), **kept}
    return hermetic_environment(inherited, home=home, extra=extra)


def run_child(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command and return its exit code, as a shell would; raises Failure where it is not on PATH."""
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        raise Failure(f"there is no command '{command[0]}' on PATH")
    process = subprocess.Popen([program, *command[1:]], env=dict(environment))
    while True:
        try:
            code = process.wait()
            return 128 - code if code < 0 else code
        except KeyboardInterrupt:
            # The terminal has sent it to the child as well; the child decides how it ends.
            continue

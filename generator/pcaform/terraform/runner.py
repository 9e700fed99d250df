"""Runs Terraform or OpenTofu: finds the binary, sets its environment, and reads its JSON output.

The environment is hermetic (sandbox, demo, tests), or the user's own (real accounts).
"""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.core import console
from pcaform.core.problems import Failure

_DROPPED_PREFIXES = ("AWS_", "TF_", "MOTO_", "BOTO_")
_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy"})
_QUIET = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
_NO_AWS_SETTINGS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1,localhost",
}
BINARY = "PCAFORM_TERRAFORM"
MIRROR = "PCAFORM_PROVIDER_MIRROR"
_HOSTS = ("registry.terraform.io", "registry.opentofu.org")
_DIFFERENCES = 2
_POLL = 0.2
_PATIENCE = 10
"""Seconds to wait for a version, which needs no network."""
_VERSION = ("Terraform v", "OpenTofu v", "+ provider ")
_COLOUR = r"\x1b\[[0-9;]*m"
_DECORATION = re.compile(rf"^(?:{_COLOUR})*[╷│╵](?:{_COLOUR})* ?|{_COLOUR}", re.MULTILINE)
"""Colours, and the frame around messages, which commands without -no-color print even without a terminal."""
_NO_REGISTRY = "Failed to query available provider packages"


class TerraformError(Failure):
    """Terraform failed; the message has its diagnostics."""


class TerraformMissing(Failure):
    """There is neither Terraform nor OpenTofu on this machine."""


def find_binary(environment: Mapping[str, str] = os.environ) -> str:
    """Return the path of the binary: the value of PCAFORM_TERRAFORM, else `terraform`, else `tofu`."""
    path = environment.get("PATH")
    if configured := environment.get(BINARY):
        if binary := shutil.which(configured, path=path):
            return binary
        raise TerraformMissing(f"{BINARY} names '{configured}', which is not an executable file: correct or unset it")
    for name in ("terraform", "tofu"):
        if binary := shutil.which(name, path=path):
            return binary
    raise TerraformMissing(
        f"neither terraform nor tofu is on PATH: install Terraform or OpenTofu 1.10 or later, or set {BINARY}"
    )


def describe_versions(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the version of the binary, and of each provider that a stack in this directory locks; never fails."""
    try:
        done = subprocess.run(
            [find_binary(environment), "version"],
            env=user_environment(environment),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (Failure, OSError, subprocess.TimeoutExpired) as problem:
        return [f"no Terraform: {problem}"]
    lines = done.stdout.splitlines()
    found = [line.removeprefix("+ ").replace(" v", " ") for line in lines if line.startswith(_VERSION)]
    return found or ["no Terraform: it does not tell its version"]


def cli_configuration(environment: Mapping[str, str]) -> str:
    """Return the text of a CLI configuration file for hermetic runs.

    With PCAFORM_PROVIDER_MIRROR, providers are only installed from that directory (in the layout of `terraform
    providers mirror`); without it, Terraform's own rules apply, including its implied local mirror directories.
    """
    mirror = environment.get(MIRROR)
    if not mirror:
        return ""
    if not any((Path(mirror) / host).is_dir() for host in _HOSTS):
        raise Failure(f"{MIRROR} is '{mirror}', which contains none of {', '.join(_HOSTS)}: name a provider mirror")
    return (
        "provider_installation {\n  filesystem_mirror {\n"
        f"    path    = {json.dumps(str(Path(mirror).resolve()))}\n"
        '    include = ["*/*/*"]\n  }\n}\n'
    )


@dataclass(frozen=True, slots=True)
class Terraform:
    """Terraform in one directory with one environment."""

    binary: str
    directory: Path
    environment: Mapping[str, str]

    def version(self) -> str:
        """Return the version and name of the binary, such as `Terraform 1.11.4`."""
        return self._run("version").stdout.splitlines()[0].replace(" v", " ")

    def init(self, *arguments: str) -> None:
        """Install providers and modules, and connect the backend."""
        try:
            self._run("init", "-input=false", "-no-color", *arguments)
        except TerraformError as error:
            if _NO_REGISTRY not in str(error):
                raise
            raise TerraformError(error, f"without access to a registry, set {MIRROR} to a provider mirror") from None

    def validate(self) -> None:
        """Raise TerraformError if the configuration is not valid."""
        result = json.loads(self._run("validate", "-json", codes=(0, 1)).stdout)
        if not result["valid"]:
            raise TerraformError(*_format_diagnostics("terraform validate", result["diagnostics"]).splitlines())

    def plan(self, file: Path, *arguments: str) -> dict[str, Any]:
        """Plan into `file` and return the plan in the format of `terraform show -json`."""
        self._stream("plan", "-input=false", f"-out={file}", *arguments)
        return self.show(file)

    def apply(self, file: Path) -> None:
        """Apply a saved plan."""
        self._stream("apply", "-input=false", str(file))

    def show(self, file: Path | None = None) -> dict[str, Any]:
        """Return a saved plan, or the state, as JSON."""
        data: dict[str, Any] = json.loads(self._run("show", "-json", *([str(file)] if file else [])).stdout)
        return data

    def conclusion(self, file: Path) -> str:
        """Return Terraform's own summary line of a saved plan."""
        lines = self._run("show", "-no-color", str(file)).stdout.splitlines()
        return next((line for line in lines if line.startswith(("Plan: ", "No changes."))), "")

    def state_pull(self) -> bytes:
        """Return the state as it is stored in the backend."""
        return self._run("state", "pull").stdout.encode()

    def state_push(self, file: Path) -> None:
        """Store a state in the backend, which rejects a state that is not the successor of the stored one."""
        self._run("state", "push", str(file))

    def workspace(self) -> str:
        """Return the name of the selected workspace."""
        return self._run("workspace", "show").stdout.strip()

    def _stream(self, command: str, *arguments: str) -> None:
        """Run a command that reports in JSON lines; raise TerraformError with the errors among them."""
        result = self._run(command, "-json", *arguments, codes=(0, 1, _DIFFERENCES))
        messages = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
        diagnostics = [message["diagnostic"] for message in messages if "diagnostic" in message]
        if result.returncode == 1:
            raise TerraformError(
                *(_format_diagnostics(f"terraform {command}", diagnostics) + result.stderr).splitlines()
            )

    def _run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        start = time.monotonic()
        with _held_signals() as release:
            process = subprocess.Popen(
                [self.binary, *arguments],
                cwd=self.directory,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
            stdout, stderr = _wait(process, release)
        words, seconds = " ".join([self.binary, *arguments]), time.monotonic() - start
        console.print_detail(f"ran in {self.directory}: {words}: exit code {process.returncode}, {seconds:.1f} s")
        if process.returncode not in codes:
            output = _DECORATION.sub("", stderr or stdout).strip()
            raise TerraformError(f"terraform {arguments[0]} failed in {self.directory}:", *output.splitlines())
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@contextmanager
def _held_signals() -> Iterator[Callable[[], None]]:
    """Hold interruptions back until the yielded function is called: no child may start that nobody could end."""
    held: list[int] = []
    is_main = threading.current_thread() is threading.main_thread()
    found = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM) if is_main}
    handlers = {each: handler for each, handler in found.items() if callable(handler)}

    def release() -> None:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        while held:
            signal.raise_signal(held.pop())

    for number in handlers:
        signal.signal(number, lambda number, _: held.append(number))
    try:
        yield release
    finally:
        release()


def _wait(process: subprocess.Popen[str], release: Callable[[], None]) -> tuple[str, str]:
    """Wait for the child; an interruption is passed on, so that Terraform can save its state and release its lock.

    A second interruption kills it. Its providers, which are in its process group, never outlive it.
    """
    try:
        release()
        return process.communicate()
    except BaseException:
        try:
            process.send_signal(signal.SIGINT)
            while process.poll() is None:  # its providers may keep its output open for longer
                with suppress(subprocess.TimeoutExpired):
                    process.communicate(timeout=_POLL)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        raise


def _format_diagnostics(command: str, diagnostics: list[dict[str, Any]]) -> str:
    errors = [diagnostic for diagnostic in diagnostics if diagnostic["severity"] == "error"]
    return "\n".join([f"{command} failed:", *map(_format_diagnostic, errors)])


def _format_diagnostic(diagnostic: Mapping[str, Any]) -> str:
    source_range = diagnostic.get("range") or {}
    location = f" ({source_range['filename']}:{source_range['start']['line']})" if source_range else ""
    detail = diagnostic.get("detail") or ""
    return f"  {diagnostic['summary']}{location}" + "".join(f"\n    {line}" for line in detail.splitlines() if line)


def hermetic_environment(base: Mapping[str, str], *, home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without any of the caller's AWS or Terraform settings.

    `extra` are the sandbox's settings (endpoint, region, its own keys); `home` replaces the home directory, so that
    no settings file below the real one is read.
    """
    kept = {
        name: value
        for name, value in base.items()
        if not name.startswith(_DROPPED_PREFIXES) and name.lower() not in _PROXIES
    }
    return {**kept, "HOME": str(home), **_NO_AWS_SETTINGS, **_QUIET, **extra}


def user_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's environment without `TF_CLI_ARGS*`, and with prompts disabled."""
    return {**{name: value for name, value in base.items() if not name.startswith("TF_CLI_ARGS")}, **_QUIET}


@contextmanager
def process_environment(environment: Mapping[str, str]) -> Iterator[None]:
    """Replace this process's environment temporarily."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)

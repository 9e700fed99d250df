"""What all tests share: Terraform where it is there, and the program as a user calls it."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from engine import describe, misfit
from fork_server import ForkServer
from pcaform.terraform.runner import (
    BINARY,
    MIRROR,
    Terraform,
    TerraformMissing,
    cli_configuration,
    find_binary,
    hermetic_environment,
)

# HYPOTHESIS_PROFILE chooses how much is drawn: `quick` while working, `default`, `long` over night. `ci` draws the same
# examples each time, so that whether a change lands depends on the change.
_ALL = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", _ALL)
settings.register_profile("ci", _ALL, derandomize=True, max_examples=100)
settings.register_profile("quick", _ALL, max_examples=30)
settings.register_profile("long", _ALL, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

pytest_plugins = ["time_limits"]
ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "corp-pki.yaml"
REQUIRE = "PCAFORM_REQUIRE_TERRAFORM"

Offline = Callable[[Path], Terraform]
Run = Callable[..., subprocess.CompletedProcess[str]]
Render = Callable[..., tuple[int, str]]


def pytest_configure() -> None:
    """Take SIGINT, which a shell lets its background jobs ignore; give Terraform the memory that makes it quicker.

    Children inherit both, and tests interrupt some of them. What they remember is not that of the user.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="pcaform-cache-")
    os.environ.setdefault("GOGC", "400")  # Terraform and its provider collect less garbage: a fifth of their time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take long: those behind them are short, so that all workers end together."""
    long = {item.path for item in items if item.get_closest_marker("terraform") or item.get_closest_marker("early")}
    items.sort(key=lambda item: item.path not in long)


def pytest_report_header() -> str | None:
    """Say with which engine and provider tests run that were chosen for another one."""
    return f"engine: {describe()}" if os.environ.get(BINARY) else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs Terraform where there is none, or another one; fail where CI says that it must be there."""
    if item.get_closest_marker("terraform") is None:
        return
    try:
        find_binary()
    except TerraformMissing as missing:
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(f"{REQUIRE}=1, and {missing}", pytrace=False)
        pytest.skip(str(missing))
    for mark in item.iter_markers("holds_for"):
        if why := misfit(mark):
            pytest.skip(why)


@pytest.fixture(scope="session")
def pcaform() -> Iterator[Run]:
    """Run the program in a process of its own: arguments, and what else `subprocess.run` takes."""
    forks = ForkServer()

    def run(
        *arguments: str | Path,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
    ) -> subprocess.CompletedProcess[str]:
        command = [*map(str, arguments)]
        environment = {**os.environ, **(env or {})}
        code, out, said = forks.run(command, cwd=cwd, env=environment, stdin=stdin)
        streams = (text.decode("utf-8", "replace") for text in (out, said))
        return subprocess.CompletedProcess(command, code, *streams)

    yield run
    forks.close()


@pytest.fixture
def render(pcaform: Run, tmp_path: Path) -> Render:
    """Return the function that renders a spec in the test's directory, and returns exit code and messages."""

    def run(text: str, *options: str, name: str = "s.yaml") -> tuple[int, str]:
        (tmp_path / name).write_text(text, encoding="utf-8")
        done = pcaform("render", name, "--out", "out", *options, cwd=tmp_path)
        return done.returncode, done.stderr

    return run


@pytest.fixture(scope="session")
def interpreter() -> Run:
    """Run the program as `python -m pcaform`; slower, and for what is about the start of a process."""

    def run(
        *arguments: str | Path, env: Mapping[str, str] | None = None, stdin: bytes = b"", **more: Any
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pcaform", *map(str, arguments)]
        environment = {**os.environ, **(env or {})}
        settings = {"cwd": ROOT, **more}
        done = subprocess.run(command, env=environment, input=stdin, capture_output=True, check=False, **settings)
        streams = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(command, done.returncode, *streams)

    return run


@pytest.fixture(scope="session")
def without_terraform(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return settings under which no Terraform is found: a PATH that holds only what the demo needs else."""
    path = tmp_path_factory.mktemp("path")
    return {"PATH": str(path), MIRROR: ""}


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Offline:
    """Return Terraform for a directory, with no account and no registry behind it."""
    home = tmp_path_factory.mktemp("home")
    configuration = home / "terraform.rc"
    configuration.write_text(cli_configuration(os.environ), encoding="utf-8")
    environment = hermetic_environment(os.environ, home=home, extra={"TF_CLI_CONFIG_FILE": str(configuration)})
    return lambda directory: Terraform(find_binary(), directory, environment)

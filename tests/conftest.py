"""What all tests share: Terraform where it is there, and the program as a user calls it."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pcaform.terraform.environment import hermetic_environment
from pcaform.terraform.runner import MIRROR, Terraform, TerraformMissing, cli_configuration, find_binary

# HYPOTHESIS_PROFILE chooses how much is drawn: `quick` while working, `default`, `long` over night. `ci` draws the same
# examples each time, so that whether a change lands depends on the change.
_ALL = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", _ALL)
settings.register_profile("ci", _ALL, derandomize=True)
settings.register_profile("quick", _ALL, max_examples=30)
settings.register_profile("long", _ALL, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "corp-pki.yaml"
REQUIRE = "PCAFORM_REQUIRE_TERRAFORM"

Offline = Callable[[Path], Terraform]
Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs Terraform where there is none; fail instead where CI says that it must be there."""
    if item.get_closest_marker("terraform") is None:
        return
    try:
        find_binary()
    except TerraformMissing as missing:
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(f"{REQUIRE}=1, and {missing}", pytrace=False)
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def pcaform() -> Run:
    """Run the program in a process of its own: arguments, and what else `subprocess.run` takes."""

    def run(
        *arguments: str | Path,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        timeout: float = 300,
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pcaform", *map(str, arguments)]
        environment = {**os.environ, **(env or {})}
        done = subprocess.run(
            command, cwd=cwd, env=environment, input=stdin, capture_output=True, check=False, timeout=timeout
        )
        return subprocess.CompletedProcess(
            command, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )

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

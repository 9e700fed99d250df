"""The environments of child processes: hermetic (sandbox, demo, tests), or the user's own (real accounts)."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_DROPPED_PREFIXES = ("AWS_", "TF_", "MOTO_", "BOTO_")
_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy"})
_QUIET = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
_NO_AWS_SETTINGS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1,localhost",
}


def hermetic_environment(base: Mapping[str, str], *, home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without any of the caller's AWS or Terraform settings.

    `extra` are the sandbox's settings (endpoint, region, its own keys); `home` replaces the home directory, so that
    no settings file below the real one is read.
    """
    return {**_drop_settings(base), "HOME": str(home), **_NO_AWS_SETTINGS, **_QUIET, **extra}


def user_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's environment without `TF_CLI_ARGS*`, and with prompts disabled."""
    return {**{name: value for name, value in base.items() if not name.startswith("TF_CLI_ARGS")}, **_QUIET}


@contextmanager
def hermetic_process(*, home: Path) -> Iterator[None]:
    """Make this process hermetic while the sandbox runs in it, since botocore reads `os.environ`."""
    with process_environment(hermetic_environment(os.environ, home=home, extra={})):
        yield


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


def _drop_settings(base: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in base.items()
        if not name.startswith(_DROPPED_PREFIXES) and name.lower() not in _PROXIES
    }

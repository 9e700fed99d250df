"""The engine and the provider with which tests run, and which tests hold for some of them only.

`make test-engine` runs all tests that need Terraform with another engine or provider than those of CI. A test that
holds for some only says so: `@pytest.mark.holds_for("Terraform 1.11", reason="...")` from that release of that engine
on, `@pytest.mark.holds_for(provider="5.100", reason="...")` with that release of the provider and no other.
"""

import os
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from pcaform.terraform.runner import MIRROR, TerraformMissing, find_binary

_AWS = "*/hashicorp/aws"
_RELEASE = re.compile(r"\d+(?:\.\d+)+")


@cache
def engine() -> tuple[str, str]:
    """Return the name and the release of the engine, as its first line says; empty where there is none."""
    try:
        printed = subprocess.run([find_binary(), "version"], capture_output=True, check=True, text=True).stdout
    except (TerraformMissing, subprocess.CalledProcessError):
        return "", ""
    name, _, release = printed.partition("\n")[0].partition(" v")
    return name, release


@cache
def provider() -> str:
    """Return the newest release of provider aws in the mirror; empty where a registry decides."""
    mirror = Path(os.environ.get(MIRROR) or os.devnull)
    found = (_RELEASE.search(each.name) for each in mirror.glob(f"{_AWS}/*"))
    return max((each[0] for each in found if each), key=parts, default="")


def parts(release: str) -> tuple[int, ...]:
    """Return the numbers of a release, without what comes behind them."""
    return tuple(map(int, re.findall(r"\d+", release.partition("-")[0])))


def describe() -> str:
    """Return what tests run with."""
    return f"{' '.join(engine()) or 'no engine'}, provider aws {provider() or 'of the registry'}"


def misfit(mark: pytest.Mark) -> str:
    """Return why a test does not hold here; empty where it does, or where the release of the provider is not known."""
    wanted, _, since = (mark.args[0] if mark.args else "").partition(" ")
    of_provider = mark.kwargs.get("provider", "")
    name, release = engine()
    is_ours = not wanted or (name == wanted and parts(release) >= parts(since))
    is_its = not of_provider or not provider() or f"{provider()}.".startswith(f"{of_provider}.")
    needed = " and ".join(filter(None, (f"{wanted} {since}+" if wanted else "", of_provider and f"aws {of_provider}")))
    return "" if is_ours and is_its else f"it holds for {needed}, and here is {describe()}: {mark.kwargs['reason']}"

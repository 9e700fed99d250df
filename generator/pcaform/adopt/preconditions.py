"""Checks a stack's directory before calling AWS or planning."""

import re
from collections.abc import Mapping
from pathlib import Path

from pcaform.adopt.scratch import data_directory
from pcaform.core.problems import Failure

LOCK_FILE = ".terraform.lock.hcl"
_PROVIDER = re.compile(r'provider "[^"]*/hashicorp/aws" \{\n\s*version\s*=\s*"(?P<version>[^"]+)"')
_OLDEST = (5, 100, 0)
_NEVER = (6, 0, 0)
_FIRST_UNKNOWN = (7, 0, 0)


def refuse_uninitialised(stack: Path, environment: Mapping[str, str]) -> None:
    """Raise Failure for a directory that is not a stack's, or that is not initialised."""
    if not stack.is_dir():
        raise Failure(f"{stack}: there is no such directory: name a rendered stack")
    if not (stack / "providers.tf").is_file():
        raise Failure(f"{stack}: there is no providers.tf in it: name a rendered stack")
    if not data_directory(stack, environment).is_dir() or not (stack / LOCK_FILE).is_file():
        raise Failure(f"{stack}: it is not initialised: run 'terraform init' there first")


def provider_version(lock: str, stack: Path) -> str:
    """Return the version of provider aws in a lock file; raises Failure for an unsupported version."""
    match = _PROVIDER.search(lock)
    if match is None:
        raise Failure(f"{stack / LOCK_FILE}: it does not lock provider hashicorp/aws: run 'terraform init' again")
    version = match["version"]
    parts = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    if parts < _OLDEST or parts == _NEVER or parts >= _FIRST_UNKNOWN:
        raise Failure(
            f"{stack / LOCK_FILE}: provider aws is {version}, but adopt supports 5.100 to 6.x without 6.0.0: run "
            "'terraform init -upgrade'"
        )
    return version

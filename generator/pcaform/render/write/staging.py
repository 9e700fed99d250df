"""The staging directory: new content is written there first, so that the write itself only renames and deletes.

A full disk is therefore noticed before the first file of the stack changes.
"""

from collections.abc import Mapping
from pathlib import Path

from pcaform.core.files import create_file

NAME = ".pcaform-staging"


def stage(directory: Path, files: Mapping[str, bytes]) -> dict[str, Path]:
    """Write files durably into the staging directory of a stack; return the staged file of each path."""
    staging = directory / NAME
    staging.mkdir()
    staged = {}
    for number, (path, content) in enumerate(files.items()):
        staged[path] = staging / str(number)
        create_file(staged[path], content)
    return staged


def clear(directory: Path) -> None:
    """Delete the staging directory, also one left behind by a render that was killed."""
    staging = directory / NAME
    if not staging.is_dir():
        return
    for path in staging.iterdir():
        path.unlink()
    staging.rmdir()

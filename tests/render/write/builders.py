"""Small stacks and the trees that they make, for all tests of writing."""

from pathlib import Path

from pcaform.render import manifest
from pcaform.render.manifest import NAME
from pcaform.render.templates import Rendered
from pcaform.render.write import tripwire


def stack(**files: str) -> Rendered:
    """Return a stack of these files (`a_tf` for `a.tf`, `x__a_tf` for `x/a.tf`), with their manifest."""
    return stack_of({name.replace("__", "/").replace("_", "."): text.encode() for name, text in files.items()})


def stack_of(content: dict[str, bytes]) -> Rendered:
    """Return a stack of these files, with the manifest that rendering gives it."""
    return Rendered("s", {**content, NAME: manifest.serialize(content, manifest.Record())})


def tree(directory: Path) -> dict[str, str]:
    """Return the files below a directory, the manifest left out: path to text."""
    return {path: content.decode() for path, content in content_of(directory).items() if Path(path).name != NAME}


def content_of(directory: Path) -> dict[str, bytes]:
    """Return every file below a directory: path to bytes."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def is_whole(directory: Path, *stacks: Rendered) -> bool:
    """Tell whether a directory that Terraform accepts holds exactly one of these stacks."""
    found = {
        path: content for path, content in content_of(directory).items() if not path.startswith(".pcaform-staging")
    }
    return tripwire.NAME in found or found in [stack.files for stack in stacks]

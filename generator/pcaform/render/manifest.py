"""What a stack's manifest remembers: which files were written, and which items they stand for.

The manifest is how a later render tells its own files from others, and what left the spec from what was never there.
The tool's version stands only here, so that no other file changes with it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pcaform import __version__
from pcaform.core.problems import Failure

NAME = ".pcaform.json"
_FORMAT = "1.0"
_REMEDY = "restore it, or render into an empty directory"
_NEVER = frozenset("\\:\0\n")
"""On Windows the first two lead out of a directory too."""

Items = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One render, as the next one needs it."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Path in the stack -> digest of what was written."""
    items: Items = field(default_factory=dict)
    """`section.key` of the spec -> what may not change unnoticed, such as a certificate's generation."""


def digest(content: bytes) -> str:
    """Return a file's digest in the manifest's form."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def text(files: Mapping[str, bytes], items: Items) -> bytes:
    """Return the manifest of these files: sorted, one line per file and item, so that merges conflict rarely."""
    lines = [
        _table("files", {path: digest(content) for path, content in files.items()}),
        f'  "format_version": "{_FORMAT}"',
        _table("items", items),
        f'  "pcaform_version": "{__version__}"',
    ]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _table(name: str, entries: Mapping[str, Any]) -> str:
    lines = [f"    {json.dumps(key)}: {json.dumps(entries[key], sort_keys=True)}" for key in sorted(entries)]
    return f'  "{name}": {{\n' + ",\n".join(lines) + "\n  }" if lines else f'  "{name}": {{}}'


def read(path: Path) -> Manifest:
    """Return the manifest in a file, an empty one where there is no file.

    Raises Failure where it is none, cannot be read, or names what pcaform never writes: such a manifest was changed by
    somebody, and would lead to deleting what is not ours.
    """
    try:
        content: Any = json.loads(path.read_bytes())
        files = {str(name): str(value) for name, value in content["files"].items()}
        items = {str(name): dict(value) for name, value in content.get("items", {}).items()}
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(f"{path}: not a manifest of pcaform: {_REMEDY}") from None
    if strange := sorted(name for name in files if not is_nameable(name)):
        raise Failure(f"{path}: names {strange[0]!r}, which pcaform never writes: {_REMEDY}")
    return Manifest(files, items)


def is_nameable(path: str) -> bool:
    """Tell whether a path may be one of pcaform's files: inside the stack, and nothing that Terraform or users keep."""
    parts = path.split("/")
    is_inside = not any(part in ("", ".", "..") for part in parts) and not set(path) & _NEVER
    is_kept = any(part.startswith(".terraform") or ".tfstate" in part for part in parts)
    return is_inside and not is_kept and not path.endswith((".tfvars", ".tfvars.json"))

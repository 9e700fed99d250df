"""The manifest of a stack: a JSON file that records the files of the last render and the items of its spec.

With it, a later render can tell its own files from others, and an item that was removed from one that never existed.
The tool's version is only written here, so that no other file changes with it.
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
_FORBIDDEN = frozenset("\\:\0\n")
"""On Windows the first two can also lead out of a directory."""

Items = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One render, as the next one needs it."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Path in the stack -> digest of what was written."""
    items: Items = field(default_factory=dict)
    """`section.key` of the spec -> values that must not change unnoticed, such as a certificate's generation."""


def digest(content: bytes) -> str:
    """Return a file's digest in the manifest's form."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def serialize(files: Mapping[str, bytes], items: Items) -> bytes:
    """Return the manifest of these files: sorted, one line per file and item, so that merges conflict rarely."""
    lines = [
        _format_table("files", {path: digest(content) for path, content in files.items()}),
        f'  "format_version": "{_FORMAT}"',
        _format_table("items", items),
        f'  "pcaform_version": "{__version__}"',
    ]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _format_table(name: str, entries: Mapping[str, Any]) -> str:
    lines = [f"    {json.dumps(key)}: {json.dumps(entries[key], sort_keys=True)}" for key in sorted(entries)]
    return f'  "{name}": {{\n' + ",\n".join(lines) + "\n  }" if lines else f'  "{name}": {{}}'


def read(path: Path) -> Manifest:
    """Return the manifest in a file, or an empty one if there is no file.

    Raises Failure if it cannot be read, is not a manifest, or names a file that pcaform never writes: such a manifest
    was edited, and following it would delete files of others.
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
    if unsafe_paths := sorted(name for name in files if not is_safe_path(name)):
        raise Failure(f"{path}: names {unsafe_paths[0]!r}, which pcaform never writes: {_REMEDY}")
    return Manifest(files, items)


def is_safe_path(path: str) -> bool:
    """Tell whether a path may be a file of pcaform: inside the stack, and not a file of Terraform or of the user."""
    parts = path.split("/")
    is_inside = not any(part in ("", ".", "..") for part in parts) and not set(path) & _FORBIDDEN
    is_terraform_file = any(part.startswith(".terraform") or ".tfstate" in part for part in parts)
    return is_inside and not is_terraform_file and not path.endswith((".tfvars", ".tfvars.json"))

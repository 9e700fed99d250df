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
from pcaform.problems import Failure

NAME = ".pcaform.json"
_FORMAT = "1.0"

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
    """Return the manifest in a file, an empty one where there is no file; raises Failure where it is not one."""
    try:
        content: Any = json.loads(path.read_bytes())
        files = {str(name): str(value) for name, value in content["files"].items() if _is_inside(str(name))}
        items = {str(name): dict(value) for name, value in content.get("items", {}).items()}
    except FileNotFoundError:
        return Manifest()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(f"{path}: not a manifest of pcaform: restore it, or render into an empty directory") from None
    return Manifest(files, items)


def _is_inside(path: str) -> bool:
    parts = Path(path).parts
    return bool(parts) and not Path(path).is_absolute() and ".." not in parts and "\0" not in path

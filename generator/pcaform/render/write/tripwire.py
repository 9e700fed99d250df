"""The tripwire: a file that Terraform rejects, present in a stack while the stack is half-written.

Each file is replaced atomically, but a stack has many files: a plan of half of them could forget or destroy what is in
the other half. The file's first line is a syntax error, and Terraform prints that line, which says what to do. The
file also records what the interrupted render may have written, so that the next render can tell those files are its
own.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pcaform.core.files import read_if_present
from pcaform.render import manifest

NAME = "pcaform-interrupted.tf"
SENTENCE = "pcaform render was interrupted and this stack is half-written: run pcaform render again"
_OWNED = re.compile(r"^# (?P<digest>sha256:[0-9a-f]{64}) (?P<path>.+)$", re.MULTILINE)

OwnedDigests = Mapping[str, frozenset[str]]
"""Path in the stack -> the digests of the contents that pcaform wrote or is about to write."""


def serialize(owned: OwnedDigests) -> bytes:
    """Return the tripwire's content; `owned` is every file of pcaform before, during and after the write."""
    lines = [f"# {digest} {path}" for path in sorted(owned) for digest in sorted(owned[path])]
    return "\n".join([f'"{SENTENCE}"', "", *lines, ""]).encode()


def read(path: Path) -> OwnedDigests:
    """Return the files that the interrupted render may have written; empty if there is no tripwire."""
    content = (read_if_present(path) or b"").decode(errors="replace")
    pairs = ((line["path"], line["digest"]) for line in _OWNED.finditer(content))
    return group_by_path((path, digest) for path, digest in pairs if manifest.is_safe_path(path))


def group_by_path(pairs: Iterable[tuple[str, str]]) -> OwnedDigests:
    """Return pairs of path and digest grouped by path."""
    owned: dict[str, frozenset[str]] = {}
    for path, digest in pairs:
        owned[path] = owned.get(path, frozenset()) | {digest}
    return owned

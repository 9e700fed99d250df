"""The tripwire: a file that no Terraform accepts, in a stack for as long as the stack is half-written.

Each file is replaced whole, but a stack is many files: a plan of half of them could forget or destroy what the other
half holds. The file's first argument is an error whose source line, which Terraform prints, says what to do. It also
remembers what the render that broke off may have written, so that the next one knows those files as its own.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pcaform.render import manifest

NAME = "pcaform-interrupted.tf"
SENTENCE = "pcaform render was interrupted and this stack is half-written: run pcaform render again"
_KNOWN = re.compile(r"^# (?P<digest>sha256:[0-9a-f]{64}) (?P<path>.+)$", re.MULTILINE)

Known = Mapping[str, frozenset[str]]
"""Path in the stack -> the digests under which it is known to be pcaform's."""


def text(known: Known) -> bytes:
    """Return the tripwire's content; `known` is every file that is pcaform's before, during and after the write."""
    lines = [f"# {digest} {path}" for path in sorted(known) for digest in sorted(known[path])]
    return "\n".join([f'"{SENTENCE}"', "", *lines, ""]).encode()


def read(path: Path) -> Known:
    """Return which files the render that left this tripwire may have written; nothing where there is none."""
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    found = ((line["path"], line["digest"]) for line in _KNOWN.finditer(content))
    return merged((path, digest) for path, digest in found if manifest.is_nameable(path))


def merged(pairs: Iterable[tuple[str, str]]) -> Known:
    """Return pairs of path and digest by path."""
    known: dict[str, frozenset[str]] = {}
    for path, digest in pairs:
        known[path] = known.get(path, frozenset()) | {digest}
    return known

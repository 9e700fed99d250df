"""Pairs of a spec and what is printed about it: `NAME.yaml` with `NAME.out`, the house's way to hold messages still."""

import os
from pathlib import Path

from pcaform.core.formats.text import source_lines
from pcaform.rules.load import load_text

UPDATE = "PCAFORM_UPDATE_GOLDEN"


def printed(content: bytes, name: str) -> str:
    """Return what a user reads about a spec, warnings too; empty where it is clean."""
    return "".join(f"{line}\n" for problem in load_text(content, name).problems for line in source_lines(problem))


def check(case: Path) -> None:
    """Compare what is printed about a case with its `.out` file, or write that file where UPDATE is set."""
    compare(printed(case.read_bytes(), case.name), case.with_suffix(".out"))


def compare(seen: str, golden: Path) -> None:
    """Compare a text with the file that holds it still, or write that file where UPDATE is set."""
    if os.environ.get(UPDATE) == "1":
        golden.write_text(seen, encoding="utf-8")
    assert golden.exists(), f"{golden.name} is missing: run with {UPDATE}=1 and review what it says"
    assert seen == golden.read_text(encoding="utf-8")

"""The reference is true: its commands print what it shows, and generated parts are fresh."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, Run

PAGES = sorted((ROOT / "docs").glob("*.md"))
COMMAND = re.compile(r"^\$ pcaform (?P<arguments>.*)$", re.MULTILINE)
BLOCK = re.compile(r"^```console\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    return [(page.name, found["text"]) for page in PAGES for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("page", "block"), blocks())
def test_console_block_prints_what_it_shows(page: str, block: str, pcaform: Run, tmp_path: Path) -> None:
    """Each `$ pcaform …` is run in one directory beside the examples; its output must be the text below it."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "bad.yaml").write_text(
        (ROOT / "examples" / "corp-pki.yaml").read_text(encoding="utf-8").replace("parent: root", "parent: rooot"),
        encoding="utf-8",
    )
    parts = COMMAND.split(block)
    assert parts[0] == "", f"{page}: a console block starts with '$ pcaform'"
    for arguments, shown in zip(parts[1::2], parts[2::2], strict=True):
        done = pcaform(*arguments.split(), cwd=tmp_path)
        assert (done.stdout + done.stderr).strip() == shown.strip()


def test_generated_parts_are_fresh() -> None:
    done = subprocess.run([sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")

"""README, tutorials and how-to pages: every block is run, on the sandbox and with real Terraform, and compared."""

import subprocess
import sys
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from conftest import ROOT, Run
from documentation.pages import blocks
from documentation.reader import reader

DOCS = ROOT / "docs"
FOLLOWED = [ROOT / "README.md", *sorted(DOCS.glob("tutorials/*.md")), *sorted(DOCS.glob("how-to/*.md"))]
PLAIN = {"yaml", "text", "json", "hcl"}


def page(path: Path) -> ParameterSet:
    marks = (
        [pytest.mark.terraform] if "$ terraform" in (text := path.read_text("utf-8")) or "-- terraform" in text else []
    )
    return pytest.param(path, id=str(path.relative_to(ROOT)), marks=marks)


@pytest.mark.parametrize("path", [page(path) for path in FOLLOWED])
def test_a_reader_sees_what_the_page_shows(path: Path, pcaform: Run, tmp_path: Path) -> None:
    with reader(path, tmp_path, pcaform) as someone:
        someone.follow(path)


@pytest.mark.parametrize("path", sorted({*DOCS.glob("*.md")}), ids=lambda path: path.name)
def test_blocks_of_a_reference_page_are_run_or_are_not_commands(path: Path) -> None:
    languages = {block.language for block in blocks(path.read_text(encoding="utf-8")) if not block.reason}
    assert languages - PLAIN <= {"console"}


def test_pictures_show_what_is_printed() -> None:
    """The texts of SVGs are compared, and no picture is large. A page of HTML is only looked for."""
    done = subprocess.run([sys.executable, DOCS / "pictures.py", "--check"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [path.name for path in DOCS.glob("pictures/*") if path.stat().st_size > 200_000] == []

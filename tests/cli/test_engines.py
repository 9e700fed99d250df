"""What releases of Terraform and OpenTofu have that is new: a small input for each, and what pcaform says of it."""

import re
from pathlib import Path

import pytest

from conftest import ROOT, Run
from spec.golden import compare

CASES = Path(__file__).parent / "engines"


@pytest.mark.parametrize("case", sorted(each.name for each in CASES.iterdir()))
def test_what_is_said_of_a_release(pcaform: Run, case: str) -> None:
    """`command` is called in the directory of its input; `expected` has the exit code and what is printed."""
    home = CASES / case
    done = pcaform(*(home / "command").read_text(encoding="utf-8").split(), cwd=home)
    printed = f"exit code {done.returncode}\n\n{done.stdout}\n{done.stderr}"
    compare(printed, home / "expected")


def test_every_case_is_in_the_page() -> None:
    page = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
    linked = re.findall(r"\(\.\./tests/cli/engines/([^)]+)\)", page)
    assert sorted(linked) == sorted(each.name for each in CASES.iterdir())

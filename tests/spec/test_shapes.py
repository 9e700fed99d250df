"""What a spec may look like: each wrong shape with the words a user reads about it, in `cases/`.

The `.out` files are reviewed; PCAFORM_UPDATE_GOLDEN=1 writes them again.
"""

import re
from pathlib import Path

import pytest

from spec.golden import check

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_invalid_shapes_are_reported(name: str) -> None:
    check(CASES / f"{name}.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_the_case_is_about_something(name: str) -> None:
    assert (CASES / f"{name}.out").read_text(encoding="utf-8") != ""


@pytest.mark.parametrize("name", NAMES)
def test_no_tag_of_a_union_is_shown(name: str) -> None:
    assert re.findall("<[a-z]+>", (CASES / f"{name}.out").read_text(encoding="utf-8")) == []


def test_no_output_is_left_without_its_case() -> None:
    assert sorted(path.stem for path in CASES.glob("*.out")) == NAMES

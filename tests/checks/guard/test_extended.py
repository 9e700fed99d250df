"""`guard --base` over specs with bases: these are read from the revision as the specs are."""

from pathlib import Path

import pytest

from checks.guard.git_histories import CODES, History
from checks.guard.history_bases import HAZARDS, REPLACED, TWINS
from checks.guard.test_base import run
from conftest import Run


@pytest.mark.parametrize("history", [pytest.param(each, id=each.name) for each in (*HAZARDS, *TWINS)])
def test_a_change_in_a_base_is_one_in_the_spec(pcaform: Run, tmp_path: Path, history: History) -> None:
    code, said = run(pcaform, tmp_path, history)
    assert (history.says in said, code, "Traceback" in said) == (
        True,
        {**CODES, REPLACED: 2}.get(history.says, 1),
        False,
    ), said

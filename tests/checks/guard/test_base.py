"""`guard --base`: whatever was done to a spec, it is compared with what it was, or the guard says that it cannot."""

from pathlib import Path

import pytest

from checks.guard.git_histories import CODES, WHOLE, History, environment, prepare
from checks.guard.history_hazards import HAZARDS
from checks.guard.history_twins import TWINS
from conftest import Run


@pytest.mark.parametrize("history", [pytest.param(each, id=each.name) for each in HAZARDS])
def test_what_is_taken_out_is_seen(pcaform: Run, tmp_path: Path, history: History) -> None:
    done = run(pcaform, tmp_path, history)
    assert (history.says in done[1], done[0], "Traceback" in done[1]) == (True, CODES[history.says], False), done[1]


@pytest.mark.parametrize("history", [pytest.param(each, id=each.name) for each in TWINS])
def test_what_changes_nothing_passes(pcaform: Run, tmp_path: Path, history: History) -> None:
    done = run(pcaform, tmp_path, history)
    assert done[0] == 0, done[1]


def run(pcaform: Run, tmp_path: Path, history: History) -> tuple[int, str]:
    repository = prepare(history, tmp_path)
    done = pcaform(
        "guard",
        "--spec",
        *history.arguments,
        cwd=repository.home / history.inside,
        env=environment(history),
        stdin=WHOLE.encode(),
    )
    return done.returncode, done.stdout + done.stderr

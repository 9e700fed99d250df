"""Interrupted runs that continue later, and invalid checkpoints."""

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pcaform.core.problems import Failure
from pcaform.sources.aws.inventory import import_request
from pcaform.sources.aws.parallel import open_checkpoint
from pcaform.sources.aws.session import Caller, RateLimiter, open_account
from pcaform.sources.aws.snapshot import Filters, read_snapshot
from pcaform.sources.inventory import Inventory
from sources.aws.conftest import ACCOUNT, OTHER, Live, live


@pytest.fixture(scope="module")
def account() -> Iterator[Live]:
    with live() as found:
        root = found.pki.root()
        for _ in range(3):
            found.pki.subordinate(root)
        yield found


@pytest.fixture(scope="module")
def calm(account: Live) -> Inventory:
    return account.read()


def interrupt_at(number: int) -> Callable[[int, int], None]:
    """Return a callback that interrupts a run as Ctrl-C does, after some responses."""

    def report_progress(done: int, _total: int) -> None:
        if done >= number:
            raise KeyboardInterrupt

    return report_progress


def run_interrupted(file: Path, number: int) -> None:
    opened = open_account(Caller(), RateLimiter())
    with pytest.raises(KeyboardInterrupt), open_checkpoint(ACCOUNT, file) as memory:
        read_snapshot(opened, import_request(Filters()), checkpoint=memory, report_progress=interrupt_at(number))


@pytest.mark.parametrize("number", [1, 7, 19])
def test_an_interrupted_run_continues(account: Live, calm: Inventory, tmp_path: Path, number: int) -> None:
    """Saved responses are not requested again: these calls would be denied, and so unknown."""
    file = tmp_path / "checkpoint"
    run_interrupted(file, number)
    content = json.loads(file.read_text(encoding="utf-8"))
    assert len(content["answers"]) == number
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint"]
    answered = {(operation, arn) for operation, arn, _ in content["answers"]}
    denials = dict(answered)
    with account.server.inject_faults(denials=denials):
        assert account.read(checkpoint=file) == calm
    assert not file.exists()


def test_an_interrupt_ends_the_program_at_once(account: Live, tmp_path: Path) -> None:
    file = tmp_path / "checkpoint"
    command = [sys.executable, "-m", "pcaform", "import", "aws", "--stack", "x", "--checkpoint", str(file)]
    with account.server.inject_faults(latency={"acm-pca:Get*": 600.0}):
        process = subprocess.Popen(
            command, env=account.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        while not file.exists() and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "pcaform: interrupted"
    assert json.loads(file.read_text(encoding="utf-8"))["account_id"] == ACCOUNT


def content(**changes: Any) -> str:
    document = {
        "format": "pcaform import aws checkpoint 1",
        "account_id": ACCOUNT,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "answers": [],
    }
    return json.dumps({**document, **changes})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this is not a checkpoint of 'pcaform import aws': name another file"),
        ("{", "this is not a checkpoint"),
        ("[]", "this is not a checkpoint"),
        (content(format="another"), "this is not a checkpoint"),
        (content(answers=[["iam:CreateUser", "arn:x", {}]]), "this is not a checkpoint"),
        (content(answers=[["acm-pca:GetPolicy", "x"]]), "this is not a checkpoint"),
        (content(started="yesterday"), "this is not a checkpoint"),
        (content(account_id=OTHER), f"this checkpoint is of account {OTHER}, not of {ACCOUNT}: name another file"),
        (
            content(started=(datetime.now(UTC) - timedelta(days=2)).isoformat()),
            "is outdated after a day: remove the file and start again",
        ),
    ],
)
def test_an_invalid_checkpoint_is_refused_and_kept(account: Live, tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Failure, match=message):
        account.read(checkpoint=file)
    assert file.read_text(encoding="utf-8") == text


def test_an_unwritable_path_is_refused_at_once(account: Live, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="the checkpoint cannot be written: No such file or directory"):
        account.read(checkpoint=tmp_path / "nowhere" / "checkpoint")

"""The file that keeps what was read, so that a run that was interrupted need not ask AWS for it again.

It holds only what `questions` lets through: certificates, requests, permissions, policies and tags, no keys and no
credentials. It is for its owner's eyes alone, since policies and names tell how an account is built.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.aws.api_calls import ASK, Question, Unknown

_FORMAT = "pcaform import aws checkpoint 1"
_LASTS = timedelta(days=1)
_SECONDS_BETWEEN = 5.0


class Checkpoint:
    """Answers of one account; with a path they are kept there, without one they are only remembered.

    What could not be read is not kept, so the next run asks for it again.
    """

    def __init__(self, account_id: str, path: Path | None = None) -> None:
        self.path = path
        self.answers: dict[Question, Any] = {}
        self.resumed = 0
        self._account_id = account_id
        self._started = datetime.now(UTC)
        self._saved = time.monotonic()
        if path is not None and path.exists():
            self._load(path)

    def add(self, question: Question, answer: Any) -> None:
        """Take an answer; every few seconds the file follows."""
        self.answers[question] = answer
        if time.monotonic() - self._saved > _SECONDS_BETWEEN:
            self.save()

    def save(self) -> None:
        """Write the file anew, in one step: a reader finds the old content or the new one."""
        self._saved = time.monotonic()
        if self.path is not None:
            _replace(self.path, json.dumps(self._content(), ensure_ascii=False, indent=0))

    def finish(self) -> None:
        """Remove the file, once everything in it has served its purpose."""
        if self.path is not None:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)

    def _content(self) -> dict[str, Any]:
        kept = [[each.operation, each.subject, answer] for each, answer in self.answers.items() if _is_kept(answer)]
        return {
            "format": _FORMAT,
            "account_id": self._account_id,
            "started": self._started.isoformat(timespec="seconds"),
            "answers": kept,
        }

    def _load(self, path: Path) -> None:
        content = _read(path)
        if content["account_id"] != self._account_id:
            owner = content["account_id"]
            raise Failure(f"{path}: this checkpoint is of account {owner}, not {self._account_id}: name another file")
        self._started = content["started"]
        if datetime.now(UTC) - self._started > _LASTS:
            raise Failure(
                f"{path}: this checkpoint is of {self._started:%Y-%m-%d %H:%M} UTC, and after a day AWS may hold "
                "something else: remove the file and read anew"
            )
        self.answers = content["answers"]
        self.resumed = len(self.answers)


@contextmanager
def open_checkpoint(account_id: str, path: Path | None) -> Iterator[Checkpoint]:
    """Yield the checkpoint of a run; however the run ends, what it has read is in the file."""
    found = Checkpoint(account_id, path)
    found.save()
    try:
        yield found
    except BaseException:
        found.save()
        raise


def _is_kept(answer: Any) -> bool:
    return not isinstance(answer, Unknown)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        answers = {Question(operation, subject): answer for operation, subject, answer in data["answers"]}
        started = datetime.fromisoformat(data["started"]).astimezone(UTC)
        is_ours = data["format"] == _FORMAT and all(_is_askable(question) for question in answers)
        account_id = str(data["account_id"])
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        is_ours = False
    if not is_ours:
        raise Failure(f"{path}: this is no checkpoint of 'pcaform import aws': name another file")
    return {"account_id": account_id, "started": started, "answers": answers}


def _is_askable(question: Question) -> bool:
    return question.operation in ASK and question.subject.startswith("arn:")


def _replace(path: Path, text: str) -> None:
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # readable by its owner alone
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except OSError as error:
        raise Failure(f"{path}: the checkpoint cannot be written: {error.strerror}: name another file") from None

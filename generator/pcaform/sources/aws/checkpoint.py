"""The checkpoint file: saves responses, so that a run can continue after an interruption.

It contains only what `api_calls` keeps: certificates, CSRs, permissions, policies and tags, but no keys and no
credentials. Only its owner can read it, since policies and names reveal the structure of an account.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pcaform.core.files import read_file, write_file
from pcaform.core.problems import Failure
from pcaform.sources.aws.api_calls import API_CALLS, ApiCall, FailedCall

_FORMAT = "pcaform import aws checkpoint 1"
_MAX_AGE = timedelta(days=1)
_SAVE_INTERVAL = 5.0


class Checkpoint:
    """The responses of one account, saved to a file if there is a path, else only in memory.

    Failed calls are not saved, so the next run repeats them.
    """

    def __init__(self, account_id: str, path: Path | None = None) -> None:
        self.path = path
        self.responses: dict[ApiCall, Any] = {}
        self.resumed = 0
        self._account_id = account_id
        self._started = datetime.now(UTC)
        self._saved = time.monotonic()
        if path is not None and path.exists():
            self._load(path)

    def add(self, call: ApiCall, response: Any) -> None:
        """Add a response; the file is saved every few seconds."""
        self.responses[call] = response
        if time.monotonic() - self._saved > _SAVE_INTERVAL:
            self.save()

    def save(self) -> None:
        """Write the file atomically."""
        self._saved = time.monotonic()
        if self.path is not None:
            content = json.dumps(self._content(), ensure_ascii=False, indent=0).encode()
            write_file(self.path, content, is_private=True, subject="the checkpoint", advice="name another file")

    def finish(self) -> None:
        """Remove the file, after its content has been used."""
        if self.path is not None:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)

    def _content(self) -> dict[str, Any]:
        responses = {call: each for call, each in self.responses.items() if not isinstance(each, FailedCall)}
        return {
            "format": _FORMAT,
            "account_id": self._account_id,
            "started": self._started.isoformat(timespec="seconds"),
            "answers": [[call.operation, call.arn, response] for call, response in responses.items()],
        }

    def _load(self, path: Path) -> None:
        account_id, self._started, self.responses = _read(path)
        self.resumed = len(self.responses)
        if account_id != self._account_id:
            problem = f"{path}: this checkpoint is of account {account_id}, not of {self._account_id}"
            raise Failure(f"{problem}: name another file")
        if datetime.now(UTC) - self._started > _MAX_AGE:
            raise Failure(
                f"{path}: this checkpoint is of {self._started:%Y-%m-%d %H:%M} UTC, and is outdated after a day: "
                "remove the file and start again"
            )


@contextmanager
def open_checkpoint(account_id: str, path: Path | None) -> Iterator[Checkpoint]:
    """Yield the checkpoint of a run; if the run fails or is interrupted, its responses are saved."""
    checkpoint = Checkpoint(account_id, path)
    checkpoint.save()
    try:
        yield checkpoint
    except BaseException:
        checkpoint.save()
        raise


def _read(path: Path) -> tuple[str, datetime, dict[ApiCall, Any]]:
    """Return the account's id, when the run started, and the responses."""
    try:
        data = json.loads(read_file(path))
        responses = {ApiCall(operation, arn): response for operation, arn, response in data["answers"]}
        started = datetime.fromisoformat(data["started"]).astimezone(UTC)
        are_valid = all(call.operation in API_CALLS and call.arn.startswith("arn:") for call in responses)
        if data["format"] == _FORMAT and are_valid:
            return str(data["account_id"]), started, responses
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise Failure(f"{path}: this is not a checkpoint of 'pcaform import aws': name another file")

"""Runs API calls in parallel threads within the rate limits; an interrupt stops them all, and a run can continue.

The checkpoint file contains only what `api_calls` keeps: certificates, CSRs, permissions, policies and tags, but no
keys and no credentials. Only its owner can read it, since policies and names reveal the structure of an account.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any, TypeVar

from pcaform.core.files import read_file, write_file
from pcaform.core.problems import Failure
from pcaform.sources.aws.api_calls import ABSENT_IF_NOT_FOUND, API_CALLS, ApiCall, FailedCall
from pcaform.sources.aws.session import Account, ErrorKind, RateLimiter, Stopped, classify_error
from pcaform.sources.inventory import ImportNote

Key = TypeVar("Key")
Item = TypeVar("Item")
Result = TypeVar("Result")
Job = Callable[[], Any]
_THREADS = 32
"""Enough for all published rates of Private CA with a response time of half a second."""

EXPIRED = "the credentials expired while the account was read: log in again and restart the command"
_FORMAT = "pcaform import aws checkpoint 1"
_MAX_AGE = timedelta(days=1)
_SAVE_INTERVAL = 5.0


def run_calls(account: Account, calls: Iterable[ApiCall]) -> Iterator[tuple[ApiCall, Any]]:
    """Yield each call with its response, in the order of the responses."""
    sorted_calls = _sort_by_turn(calls, account.rate_limiter)
    targets = sorted({(call.service, call.region) for call in sorted_calls})
    clients = {target: account.client(*target) for target in targets}
    jobs = {call: partial(_run_call, call, clients[call.service, call.region]) for call in sorted_calls}
    threads = _THREADS * min(len({region for _, region in targets}), 4)
    return run_jobs(jobs, account.rate_limiter, threads=threads)


def run_each(
    items: Iterable[Item], work: Callable[[Item], Result], workers: int
) -> Iterator[tuple[Item, Result | Failure]]:
    """Yield each item with what the work on it returns, or with its Failure, in the order in which they finish."""

    def catch(item: Item) -> Result | Failure:
        try:
            return work(item)
        except Failure as failure:
            return failure

    numbered = dict(enumerate(items))
    jobs = {number: partial(catch, item) for number, item in numbered.items()}
    return ((numbered[number], result) for number, result in run_jobs(jobs, RateLimiter(), threads=workers))


def run_jobs(
    jobs: Mapping[Key, Job], rate_limiter: RateLimiter, *, threads: int = _THREADS
) -> Iterator[tuple[Key, Any]]:
    """Run all jobs and yield each key with its result, in the order in which they finish.

    Raises what a job raises, and then stops the rate limiter, which ends the other jobs: these raise Stopped. The
    threads of the pool are daemons, so that an interrupt does not wait for responses that are not needed any more.
    """
    pool = ThreadPool(max(1, min(len(jobs), threads)))
    try:
        yield from pool.imap_unordered(lambda each: (each[0], each[1]()), jobs.items())
    except BaseException:
        rate_limiter.stop()
        raise
    finally:
        pool.terminate()


def start(job: Job) -> Job:
    """Start a job in the background; return a function that waits for its result, and raises what the job raises."""
    pool = ThreadPool(1)
    result = pool.apply_async(job)
    pool.close()
    return result.get


def try_request(request: Job, operation: str, *, may_be_absent: bool = False) -> Any:
    """Return the response of a request, None if there is nothing, FailedCall if it could not be read.

    Raises Failure if the credentials have expired, since no other request can succeed then.
    """
    try:
        return request()
    except Stopped:
        raise
    except Exception as error:
        cause = classify_error(error)
        if cause is None:
            raise
        if cause.kind in (ErrorKind.EXPIRED, ErrorKind.NO_CREDENTIALS):
            raise Failure(EXPIRED) from None
        if cause.kind is ErrorKind.ABSENT and may_be_absent:
            return None
        return FailedCall(f"{operation.partition(':')[2]}: {cause.message}")


def read_all(
    account: Account, requests: Mapping[Key, Job], operation: str, notes: list[ImportNote], *, what: str = ""
) -> dict[Key, Any]:
    """Return the responses of some requests, in their order; add a note for each that could not be read.

    The key of a request is the address of its note, or its region; the note begins with `what`.
    """
    jobs = {key: partial(try_request, request, operation) for key, request in requests.items()}
    responses = dict(run_jobs(jobs, account.rate_limiter))
    read = {key: responses[key] for key in jobs if not isinstance(responses[key], FailedCall)}
    for key in (key for key in jobs if key not in read):
        address = f"{account.account_id}/{key}" if key in account.regions else str(key)
        notes.append(ImportNote("unknown", address, f"{what}{responses[key].reason}"))
    return read


def _sort_by_turn(calls: Iterable[ApiCall], rate_limiter: RateLimiter) -> list[ApiCall]:
    """Return calls in the order in which the rate limits allow them, so that all operations progress together."""
    counts: Counter[tuple[str, str]] = Counter()
    turns = {}
    for call in calls:
        target = (call.operation, call.region)
        turns[call] = counts[target] / rate_limiter.rate(call.operation)
        counts[target] += 1
    return sorted(turns, key=turns.__getitem__)


def _run_call(call: ApiCall, client: Any) -> Any:
    request = partial(API_CALLS[call.operation], client, call.arn)
    return try_request(request, call.operation, may_be_absent=call.operation in ABSENT_IF_NOT_FOUND)


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
            complete = [(call, each) for call, each in list(self.responses.items()) if not isinstance(each, FailedCall)]
            data = {
                "format": _FORMAT,
                "account_id": self._account_id,
                "started": self._started.isoformat(timespec="seconds"),
                "answers": [[call.operation, call.arn, response] for call, response in complete],
            }
            content = json.dumps(data, ensure_ascii=False, indent=0).encode()
            write_file(self.path, content, is_private=True, subject="the checkpoint", advice="name another file")

    def finish(self) -> None:
        """Remove the file, after its content has been used."""
        if self.path is not None:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)

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

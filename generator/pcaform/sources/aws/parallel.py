"""Many calls at once: threads make them, the pace holds them back, and an interrupt ends them all."""

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from pcaform.core.problems import Failure
from pcaform.sources.aws.api_calls import ABSENT_IF_NOT_FOUND, ASK, Question, Unknown
from pcaform.sources.aws.errors import Kind, cause
from pcaform.sources.aws.rate_limit import RateLimiter, Stopped
from pcaform.sources.aws.session import Account

Key = TypeVar("Key")
Job = Callable[[], Any]
_THREADS = 32
"""Some wait for their turn, others for an answer: enough for all rates of Private CA at half a second each."""

EXPIRED = "the credentials expired while the account was read: log in again and start over"


def results(account: Account, questions: Iterable[Question]) -> Iterator[tuple[Question, Any]]:
    """Yield each question with its answer, in the order in which AWS answers."""
    listed = _by_turn(questions, account.pace)
    places = sorted({(question.service, question.region) for question in listed})
    clients = {place: account.client(*place) for place in places}
    jobs = {question: partial(_ask, question, clients[question.service, question.region]) for question in listed}
    return run_all(jobs, account.pace, regions=len({region for _, region in places}))


def run_all(jobs: Mapping[Key, Job], pace: RateLimiter, *, regions: int = 1) -> Iterator[tuple[Key, Any]]:
    """Do all jobs and yield what each answers, by its key, in the order in which they end.

    Raises what a job raises, and then the pace is stopped, so that no other goes on for nobody.
    """
    todo: queue.SimpleQueue[tuple[Key, Job]] = queue.SimpleQueue()
    ended: queue.SimpleQueue[tuple[Key, Any] | Exception] = queue.SimpleQueue()
    for each in jobs.items():
        todo.put(each)
    for _ in range(min(len(jobs), _THREADS * min(regions, 4))):
        # Daemons, so that an interrupt need not wait for answers that nobody will read.
        threading.Thread(target=_work, args=(todo, ended, pace), daemon=True).start()
    is_whole = False
    try:
        for _ in jobs:
            found = ended.get()
            if isinstance(found, Exception):
                raise found
            yield found
        is_whole = True
    finally:
        if not is_whole:
            pace.stop()


def start(job: Job) -> Job:
    """Start a job beside all others, and return what waits for its answer, and raises what it raises."""
    ended: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def work() -> None:
        try:
            ended.put((True, job()))
        except Exception as error:  # noqa: BLE001 - it is raised again where the answer is wanted
            ended.put((False, error))

    def answer() -> Any:
        is_answer, found = ended.get()
        if not is_answer:
            raise found
        return found

    threading.Thread(target=work, daemon=True).start()
    return answer


def read(call: Job, operation: str, *, may_be_absent: bool = False) -> Any:
    """Return what a call answers, None where there is nothing, Unknown where it could not be read.

    Raises Failure where the credentials have expired, since then no answer comes any more.
    """
    try:
        return call()
    except Stopped:
        raise
    except Exception as error:
        found = cause(error)
        if found is None:
            raise
        if found.kind in (Kind.EXPIRED, Kind.NO_CREDENTIALS):
            raise Failure(EXPIRED) from None
        if found.kind is Kind.ABSENT and may_be_absent:
            return None
        return Unknown(f"{operation.partition(':')[2]}: {found.said}")


def _by_turn(questions: Iterable[Question], pace: RateLimiter) -> list[Question]:
    """Return questions in the order in which their turns come, so that no operation waits until another is through."""
    asked: Counter[tuple[str, str]] = Counter()
    turns = {}
    for question in questions:
        place = (question.operation, question.region)
        turns[question] = asked[place] / pace.rate(question.operation)
        asked[place] += 1
    return sorted(turns, key=turns.__getitem__)


def _ask(question: Question, client: Any) -> Any:
    call = partial(ASK[question.operation], client, question.subject)
    return read(call, question.operation, may_be_absent=question.operation in ABSENT_IF_NOT_FOUND)


def _work(
    todo: "queue.SimpleQueue[tuple[Any, Job]]",
    ended: "queue.SimpleQueue[tuple[Any, Any] | Exception]",
    pace: RateLimiter,
) -> None:
    while not pace.is_stopped:
        try:
            key, job = todo.get_nowait()
        except queue.Empty:
            return
        try:
            ended.put((key, job()))
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001 - it is raised again where the answers are read
            ended.put(error)

"""Work on many items in parallel: one that fails stops no other, and no more run at once than are allowed."""

import threading

from pcaform.core.problems import Failure
from pcaform.sources.aws.parallel import run_each


def test_a_failure_stops_no_other_item() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            if number % 10 == 0:
                raise Failure(f"{number} denies")
            return number * 2
        finally:
            with lock:
                running -= 1

    done = {
        number: result if isinstance(result, int) else str(result) for number, result in run_each(range(50), work, 4)
    }
    assert done == {number: f"{number} denies" if number % 10 == 0 else number * 2 for number in range(50)}
    assert most <= 4
    assert list(run_each([], work, 4)) == []

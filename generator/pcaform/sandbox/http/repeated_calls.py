"""Answers a call that an SDK sends again with the answer of the first time, which the client may not have received.

All attempts of one call have the same id, and a number:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html. AWS performs the second attempt too, where
the request has no token of its own; here connections are closed by a local server, not by a network. A call into which
a fault was injected was not performed, and is not seen here.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from pcaform.sandbox.http.request import Call, Environ, read_body, read_call

Application = Callable[[Environ, Any], Any]
_Answer = tuple[str, list[tuple[str, str]], bytes]

_ATTEMPT = re.compile(r"attempt=(\d{1,9})\b")
_READING = re.compile(r"[\w-]+:(Get|List|Describe)")
_MOST_ANSWERS = 1_000
_LOGGER = logging.getLogger("pcaform.sandbox")


def add_repeated_answers(app: Application) -> Application:
    """Wrap a WSGI application so that it performs each attempt to change something once."""
    answers: OrderedDict[tuple[str, ...], Future[_Answer]] = OrderedDict()
    lock = threading.Lock()

    def wrapped(environ: Environ, start_response: Any) -> Any:
        call = read_call(environ)
        invocation_id = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        match = _ATTEMPT.search(environ.get("HTTP_AMZ_SDK_REQUEST", ""))
        if call is None or not invocation_id or match is None:
            return app(environ, start_response)
        _LOGGER.debug("%s, invocation %s, attempt %s", call.operation, invocation_id, match[1])
        if _READING.match(call.operation):
            return app(environ, start_response)
        key = (invocation_id, *_identify(call, environ))
        with lock:
            first = answers.get(key) if int(match[1]) > 1 else None
            if first is None:
                own = answers[key] = Future()
                while len(answers) > _MOST_ANSWERS:
                    answers.popitem(last=False)
        if first is None:
            _perform(app, environ, own)
        status, headers, body = (first or own).result()
        start_response(status, headers)
        return [body]

    return wrapped


def _identify(call: Call, environ: Environ) -> tuple[str, ...]:
    """Return what all attempts have in common; each is signed with its own date."""
    digest = hashlib.sha256(read_body(environ)).hexdigest()
    return call.operation, call.account_id, call.region, call.access_key_id, digest


def _perform(app: Application, environ: Environ, answer: Future[_Answer]) -> None:
    """Perform a call and store its answer, or the exception that the server turns into one."""
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        head[:] = status, headers

    try:
        body = b"".join(app(environ, start_response))
    except BaseException as error:
        answer.set_exception(error)
        raise
    answer.set_result((head[0], head[1], body))

"""A threaded HTTP server on 127.0.0.1 that prints nothing and raises OSError if its port is taken."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

HOST = "127.0.0.1"

# How long stopping takes at most, in seconds.
_POLL_INTERVAL = 0.02
_CLOSE_TIMEOUT = 2.0
"""How long a client may take to close a connection, in seconds."""
_LOGGER = logging.getLogger("pcaform.sandbox")
_LOGGER.addHandler(logging.NullHandler())


class _QuietHandler(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ARG002 - werkzeug's name
        """Keep requests off the terminal."""
        _LOGGER.debug(message, *args)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log a request as it came; werkzeug parses its URL for that, and fails on some."""
        _LOGGER.debug('"%s" %s %s', self.requestline, code, size)


class _QuietServer(ThreadedWSGIServer):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Log a handler's traceback, for callers that have configured logging."""
        _LOGGER.log(logging.ERROR if type == "error" else logging.DEBUG, message, *args)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what a request failed with that is not even HTTP, instead of printing it."""
        _LOGGER.error("Error on a request of %s, %s", client_address, request)

    def shutdown_request(self, request: Any) -> None:
        """Let the client close first, since each response tells it to.

        Go's client can take a connection that is closed right behind its response for one that failed; the provider
        then sends the request again, and AWS's answer to a second CreatePermission is an error.
        """
        with suppress(OSError):
            request.settimeout(_CLOSE_TIMEOUT)
            request.recv(1)
        super().shutdown_request(request)


@contextmanager
def listen(app: Callable[..., Any], port: int) -> Iterator[int]:
    """Serve a WSGI application on 127.0.0.1 and yield the port; 0 takes a free one.

    Raises OSError if the port cannot be bound: werkzeug would print and exit, so the socket is made here.
    """
    with socket.create_server((HOST, port)) as bound:
        server = _QuietServer(HOST, port, app, handler=_QuietHandler, fd=bound.fileno())
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_INTERVAL,), daemon=True)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()

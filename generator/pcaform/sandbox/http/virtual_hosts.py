"""Accepts S3 requests to a bucket's own host name, and requests of clients that use the sandbox as their HTTP proxy.

The SDK for Go sends requests for a bucket with dots to a name below the endpoint, as crl.corp.example.127.0.0.1, which
no resolver knows. A client that asks a proxy does not resolve it, so the environment of child processes names the
sandbox as the proxy for plain HTTP. Requests to other hosts are passed on to them.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from pcaform.sandbox.http.public_names import answer_publicly
from pcaform.sandbox.http.request import Environ, read_body

Application = Callable[[Environ, Any], Any]

_OWN_NAMES = ("127.0.0.1", "localhost")
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "te", "trailer", "transfer-encoding"}
)
"""Headers between two neighbours: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1."""
_BLOCK = 65_536
_TIMEOUT = 60.0
"""How long another host may take to answer, in seconds."""


def add_virtual_hosts(app: Application) -> Application:
    """Wrap a WSGI application so that a bucket in the host name becomes one in the path, which moto understands."""

    def wrapped(environ: Environ, start_response: Any) -> Any:
        host: str = environ.get("HTTP_HOST", "")
        own = [f"{name}:{environ['SERVER_PORT']}" for name in _OWN_NAMES]
        bucket = next((host.removesuffix(f".{name}") for name in own if host.endswith(f".{name}")), None)
        url = urlsplit(environ["RAW_URI"])
        if bucket:
            path = f"/{bucket}{url.path or '/'}"
            raw_uri = f"{path}?{url.query}" if url.query else path
            environ |= {"HTTP_HOST": own[0], "PATH_INFO": f"/{bucket}{environ['PATH_INFO'] or '/'}"}
            environ |= {"RAW_URI": raw_uri, "REQUEST_URI": raw_uri}
        elif url.scheme == "http" and host not in own:
            answer = answer_publicly(url.hostname or "", url.path.lstrip("/"))
            if answer is None:
                return _forward(environ, start_response)
            start_response(answer[0], [("Content-Length", str(len(answer[1])))])
            return [answer[1]]
        return app(environ, start_response)

    return wrapped


def _forward(environ: Environ, start_response: Any) -> Iterator[bytes]:
    """Pass a request on to the host that it names, as a client without a proxy would have sent it there."""
    url = urlsplit(environ["RAW_URI"])
    try:
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=_TIMEOUT)
        target = url._replace(scheme="", netloc="").geturl() or "/"
        connection.request(environ["REQUEST_METHOD"], target, read_body(environ), headers=_list_headers(environ))
        response = connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        message = f"pcaform sandbox: no answer of {url.hostname}: {error}\n".encode()
        start_response("502 Bad Gateway", [("Content-Type", "text/plain"), ("Content-Length", str(len(message)))])
        yield message
        return
    headers = [(name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP]
    start_response(f"{response.status} {response.reason}", headers)
    while block := response.read(_BLOCK):
        yield block
    connection.close()


def _list_headers(environ: Environ) -> dict[str, str]:
    """Return the headers of a request that its next receiver gets too."""
    names = {name.removeprefix("HTTP_").replace("_", "-"): name for name in environ if name.startswith("HTTP_")}
    names |= {"CONTENT-TYPE": "CONTENT_TYPE"}
    return {
        name: str(environ[key]) for name, key in names.items() if name.lower() not in _HOP_BY_HOP and environ.get(key)
    }

"""Control from another shell: the clock and the troubles over HTTP, in front of moto and never troubled.

GET /_sandbox/clock, POST /_sandbox/clock {"advance": "P30D"}; GET and PUT /_sandbox/troubles; GET /_sandbox/strikes,
how often each kind of trouble has struck. Everything is JSON; a fault is a 400 with {"error": "..."}.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pcaform.sandbox.acm import time_travel
from pcaform.sandbox.clock import now
from pcaform.sandbox.faults.fault_config import read_fault_config, write_fault_config
from pcaform.sandbox.faults.fault_injector import FaultToggle

_PREFIX = "/_sandbox/"
# ISO 8601 without months and years, whose length varies.
_DURATION = re.compile(r"P(?=\w)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds")

Application = Callable[[dict[str, Any], Any], Any]
Operation = Callable[[bytes], dict[str, Any]]


def with_control_api(app: Application, switch: FaultToggle) -> Application:
    """Wrap a WSGI application so that /_sandbox/ answers for the sandbox itself."""
    operations: dict[str, dict[str, Operation]] = {
        "clock": {"GET": _show_clock, "POST": _advance},
        "troubles": {
            "GET": lambda _: write_fault_config(switch.strikes.faults),
            "PUT": lambda body: _set_troubles(body, switch),
        },
        "strikes": {"GET": lambda _: dict(switch.strikes.counts)},
    }

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(_PREFIX):
            return app(environ, start_response)
        methods = operations.get(path.removeprefix(_PREFIX), {})
        status, answer = _answer(methods, environ)
        data = json.dumps(answer).encode() + b"\n"
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(data)))])
        return [data]

    return wrapped


def read_duration(text: object) -> timedelta:
    """Read a duration such as P30D, P2W or P1DT12H; raises ValueError for any other form."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(
            f"{text!r} is not a duration; write weeks, days, hours, minutes or seconds as in P30D or PT90M"
        )
    return timedelta(**{unit: int(number) for unit, number in zip(_UNITS, match.groups(), strict=True) if number})


def _answer(methods: dict[str, Operation], environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if not methods:
        return "404 Not Found", {"error": "there are /_sandbox/clock, /_sandbox/troubles and /_sandbox/strikes"}
    operation = methods.get(environ["REQUEST_METHOD"])
    if operation is None:
        return "405 Method Not Allowed", {"error": f"allowed here: {', '.join(methods)}"}
    try:
        return "200 OK", operation(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    except (ValueError, OverflowError) as error:
        return "400 Bad Request", {"error": str(error)}


def _show_clock(_body: bytes) -> dict[str, Any]:
    return {"now": now().isoformat(timespec="seconds")}


def _advance(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except ValueError:
        request = None
    if not isinstance(request, dict) or set(request) != {"advance"}:
        raise ValueError('the body must be {"advance": "<duration>"}')
    time_travel.advance(read_duration(request["advance"]))
    return _show_clock(body)


def _set_troubles(body: bytes, switch: FaultToggle) -> dict[str, Any]:
    switch.set(read_fault_config(body))
    return write_fault_config(switch.strikes.faults)

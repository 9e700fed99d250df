"""Control of a running sandbox over HTTP: its clock and its faults. No faults are injected into these calls.

GET /_sandbox/clock, POST /_sandbox/clock {"advance": "P30D"}; GET and PUT /_sandbox/faults; GET /_sandbox/injected, how
often each kind of fault was injected. Everything is JSON; an error is a 400 with {"error": "..."}.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pcaform.sandbox.acm import scheduled_renewals
from pcaform.sandbox.clock import now
from pcaform.sandbox.faults.fault_config import read_fault_config, write_fault_config
from pcaform.sandbox.faults.fault_injector import FaultToggle
from pcaform.sandbox.http.request import read_body

_PREFIX = "/_sandbox/"
# ISO 8601 without months and years, whose length varies.
_DURATION = re.compile(r"P(?=\w)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds")

Application = Callable[[dict[str, Any], Any], Any]
Operation = Callable[[bytes], dict[str, Any]]


def add_control_api(app: Application, fault_toggle: FaultToggle) -> Application:
    """Wrap a WSGI application so that requests below /_sandbox/ control the sandbox itself."""
    operations: dict[str, dict[str, Operation]] = {
        "clock": {"GET": _show_clock, "POST": _advance},
        "faults": {
            "GET": lambda _: write_fault_config(fault_toggle.injector.faults),
            "PUT": lambda body: _set_faults(body, fault_toggle),
        },
        "injected": {"GET": lambda _: dict(fault_toggle.injector.counts)},
    }

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(_PREFIX):
            return app(environ, start_response)
        methods = operations.get(path.removeprefix(_PREFIX), {})
        status, answer = _dispatch(methods, environ)
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


def _dispatch(methods: dict[str, Operation], environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if not methods:
        return "404 Not Found", {"error": "unknown path, known: /_sandbox/clock, /_sandbox/faults, /_sandbox/injected"}
    operation = methods.get(environ["REQUEST_METHOD"])
    if operation is None:
        return "405 Method Not Allowed", {"error": f"allowed here: {', '.join(methods)}"}
    try:
        return "200 OK", operation(read_body(environ))
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
    scheduled_renewals.advance_clock(read_duration(request["advance"]))
    return _show_clock(body)


def _set_faults(body: bytes, fault_toggle: FaultToggle) -> dict[str, Any]:
    fault_toggle.set(read_fault_config(body))
    return write_fault_config(fault_toggle.injector.faults)

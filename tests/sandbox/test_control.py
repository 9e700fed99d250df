"""Control of a running sandbox over HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from pcaform.sandbox.clock import now
from pcaform.sandbox.faults.fault_config import FaultConfig
from pcaform.sandbox.http.control_api import read_duration
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, REGION, expect_error


@pytest.fixture
def server() -> Iterator[Sandbox]:
    """Start a sandbox whose clock and faults no other test sees."""
    with Sandbox(account_id=ACCOUNT, region=REGION) as running:
        yield running


def ask(sandbox: Sandbox, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    """Send a request; `body` is bytes, or a value that is sent as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with closing(http.client.HTTPConnection(sandbox.endpoint_url.removeprefix("http://"))) as connection:
        connection.request(method, f"/_sandbox/{path}", None if body is None else data)
        answer = connection.getresponse()
        return answer.status, dict(json.load(answer))


def test_the_clock_is_read_and_moved(server: Sandbox) -> None:
    before = now()
    status, answer = ask(server, "POST", "clock", {"advance": "P30DT12H"})
    assert status == 200
    assert datetime.fromisoformat(answer["now"]) - before >= timedelta(days=30, hours=12, seconds=-1)
    assert now() - before >= timedelta(days=30, hours=12)
    status, answer = ask(server, "GET", "clock")
    assert status == 200
    assert abs(datetime.fromisoformat(answer["now"]) - now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P30D", timedelta(days=30)),
        ("P2W", timedelta(weeks=2)),
        ("PT36H", timedelta(hours=36)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("PT0S", timedelta()),
    ],
)
def test_a_duration_is_read(text: str, expected: timedelta) -> None:
    assert read_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "30", "30D", "P1M", "P1Y", "-P1D", "P-1D", "P1.5D", "p1d", "P\u0661D", 30]
)
def test_other_durations_are_refused(server: Sandbox, text: object) -> None:
    before = now()
    status, answer = ask(server, "POST", "clock", {"advance": text})
    assert status == 400
    assert "P30D" in answer["error"]
    assert now() - before < timedelta(hours=1)


@pytest.mark.parametrize("body", [b"", b"{", {}, [], {"advance": "P1D", "back": "P1D"}])
def test_other_bodies_are_refused(server: Sandbox, body: Any) -> None:
    status, answer = ask(server, "POST", "clock", body)
    assert (status, answer["error"]) == (400, 'the body must be {"advance": "<duration>"}')


def test_a_time_beyond_every_calendar_is_refused(server: Sandbox) -> None:
    for duration in ("P9999999D", "P99999999999W"):
        assert ask(server, "POST", "clock", {"advance": duration})[0] == 400
    assert ask(server, "GET", "clock")[0] == 200


def test_faults_are_set_and_read_and_counted(server: Sandbox) -> None:
    status, answer = ask(server, "PUT", "faults", {"denials": ["sts:*"], "seed": 3})
    assert (status, answer["denials"]) == (200, {"sts:*": "*"})
    assert ask(server, "GET", "faults") == (200, answer)
    with expect_error("AccessDenied"):
        server.client("sts").get_caller_identity()
    assert ask(server, "GET", "injected") == (200, {"denials": 1})
    assert ask(server, "PUT", "faults", {})[0] == 200
    assert server.faults == FaultConfig()
    server.client("sts").get_caller_identity()


def test_an_unknown_fault_changes_nothing(server: Sandbox) -> None:
    server.faults = FaultConfig(expiry={"*": 1.0})
    status, answer = ask(server, "PUT", "faults", {"trottling": True})
    assert status == 400
    assert "unknown fault 'trottling'" in answer["error"]
    assert server.faults == FaultConfig(expiry={"*": 1.0})


def test_no_fault_is_injected_into_control(server: Sandbox) -> None:
    ask(server, "PUT", "faults", {"resets": 1, "latency": 0.001, "denials": "*"})
    assert [ask(server, "GET", path)[0] for path in ("clock", "faults", "injected")] == [200] * 3
    assert ask(server, "GET", "injected") == (200, {})


@pytest.mark.parametrize(
    ("method", "path", "expected"), [("GET", "unknown", 404), ("GET", "", 404), ("DELETE", "clock", 405)]
)
def test_other_requests_are_answered_clearly(server: Sandbox, method: str, path: str, *, expected: int) -> None:
    status, answer = ask(server, method, path)
    assert status == expected
    assert answer["error"]

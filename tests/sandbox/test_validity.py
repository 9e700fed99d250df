"""Dates that cannot be tested with a running server, because its clock starts today."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pcaform.sandbox.pca.validity import not_after

NOW = datetime(2024, 1, 31, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("DAYS", 29, "2024-02-29T12:30:00"),
        ("MONTHS", 1, "2024-02-29T12:30:00"),
        ("MONTHS", 13, "2025-02-28T12:30:00"),
        ("MONTHS", 11, "2024-12-31T12:30:00"),
        ("YEARS", 1, "2025-01-31T12:30:00"),
        ("ABSOLUTE", 2524608000, "2050-01-01T00:00:00"),
        ("END_DATE", 491231235959, "2049-12-31T23:59:59"),
        ("END_DATE", 20491231235959, "2049-12-31T23:59:59"),
    ],
)
def test_ends(kind: str, value: int, expected: str) -> None:
    assert not_after({"Type": kind, "Value": value}, NOW) == datetime.fromisoformat(expected + "+00:00")


def test_a_leap_day_becomes_the_last_day_of_february() -> None:
    leap_day = datetime(2024, 2, 29, tzinfo=UTC)
    assert not_after({"Type": "YEARS", "Value": 1}, leap_day) == datetime(2025, 2, 28, tzinfo=UTC)


def test_utc_time_without_its_leading_zero() -> None:
    request: dict[str, Any] = {"Type": "END_DATE", "Value": int("050101000000")}
    assert not_after(request, datetime(2004, 1, 1, tzinfo=UTC)) == datetime(2005, 1, 1, tzinfo=UTC)

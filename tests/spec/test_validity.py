"""When a CA's certificate ends: months as a calendar has them, times in any zone, and what no calendar has."""

from datetime import UTC, datetime

import pytest

from pcaform.sandbox.pca.validity import not_after
from pcaform.spec.cas import Validity, compute_end

LEAP = datetime(2028, 2, 29, 12, tzinfo=UTC)
JANUARY = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "kind", "value", "ends"),
    [
        (LEAP, "YEARS", 1, "2029-02-28T12:00:00+00:00"),
        (LEAP, "YEARS", 4, "2032-02-29T12:00:00+00:00"),
        (LEAP, "YEARS", 72, "2100-02-28T12:00:00+00:00"),
        (LEAP, "MONTHS", 12, "2029-02-28T12:00:00+00:00"),
        (LEAP, "DAYS", 366, "2029-03-01T12:00:00+00:00"),
        (JANUARY, "MONTHS", 1, "2026-02-28T23:59:59+00:00"),
        (JANUARY, "MONTHS", 2, "2026-03-31T23:59:59+00:00"),
        (JANUARY, "MONTHS", 3, "2026-04-30T23:59:59+00:00"),
        (JANUARY, "MONTHS", 25, "2028-02-29T23:59:59+00:00"),
        (DECEMBER, "MONTHS", 1, "2027-01-31T00:00:00+00:00"),
        (DECEMBER, "MONTHS", 12, "2027-12-31T00:00:00+00:00"),
        (DECEMBER, "DAYS", 1, "2027-01-01T00:00:00+00:00"),
        (DECEMBER, "YEARS", 7972, "9998-12-31T00:00:00+00:00"),
        (DECEMBER, "ABSOLUTE", 4102444800, "2100-01-01T00:00:00+00:00"),
    ],
)
def test_an_end_is_that_of_the_calendar_and_of_the_sandbox(start: datetime, kind: str, value: int, ends: str) -> None:
    assert compute_end(Validity.model_validate({"type": kind, "value": value}), start).isoformat() == ends
    assert not_after({"Type": kind, "Value": value}, start).isoformat() == ends


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        ("2100-01-01T00:00:00Z", "2100-01-01T00:00:00+00:00"),
        ("2100-01-01T00:00:00+00:00", "2100-01-01T00:00:00+00:00"),
        ("2100-01-01T00:00:00+02:00", "2099-12-31T22:00:00+00:00"),
        ("2100-01-01 00:00:00-12:00", "2100-01-01T12:00:00+00:00"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"),
    ],
)
def test_a_time_is_read_in_its_zone(value: str, ends: str) -> None:
    assert compute_end(Validity(type="END_DATE", value=value), DECEMBER).isoformat() == ends


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("YEARS", 7974),
        ("MONTHS", 7973 * 12 + 1),
        ("DAYS", 2912079),
        ("ABSOLUTE", 253402300800),
        ("YEARS", 10**17),
        ("MONTHS", 10**17),
        ("DAYS", 10**17),
        ("ABSOLUTE", 10**17),
    ],
)
def test_no_end_after_the_last_year(kind: str, value: int) -> None:
    with pytest.raises(ValueError, match="ends after the year 9999"):
        compute_end(Validity.model_validate({"type": kind, "value": value}), DECEMBER)


@pytest.mark.parametrize(
    ("kind", "value"), [("YEARS", 7973), ("MONTHS", 7973 * 12), ("DAYS", 2912078), ("ABSOLUTE", 253402300799)]
)
def test_an_end_in_the_last_month_of_the_last_year(kind: str, value: int) -> None:
    assert compute_end(Validity.model_validate({"type": kind, "value": value}), DECEMBER).year == 9999

"""Computes the dates of a certificate from the Validity structures of a request.

Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Validity.html
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pcaform.sandbox.http.aws_error import validation_error

# "By default AWS Private CA sets the Not Before date to the issuance time minus 60 minutes."
_CLOCK_TOLERANCE = timedelta(minutes=60)
_UTC_TIME_DIGITS = 12
_GENERALIZED_TIME_DIGITS = 14
_MONTHS_PER_YEAR = 12


def not_before(request: dict[str, Any] | None, now: datetime) -> datetime:
    """Return the start of a certificate: ValidityNotBefore, or an hour ago.

    Raises ValidationException for any type but ABSOLUTE, and for a date that does not exist.
    """
    if request is None:
        return now - _CLOCK_TOLERANCE
    if request["Type"] != "ABSOLUTE":
        raise validation_error("ValidityNotBefore must be of the type ABSOLUTE")
    return _compute_date(request, now)


def not_after(request: dict[str, Any], now: datetime) -> datetime:
    """Return the end of a certificate, in whole seconds UTC, counted from `now` and not from not_before.

    Raises ValidationException for an end that is not in the future or a date that does not exist.
    """
    end = _compute_date(request, now)
    if end <= now:
        raise validation_error(f"The end of the validity, {end:%Y-%m-%dT%H:%M:%SZ}, is in the past")
    return end


def _compute_date(request: dict[str, Any], now: datetime) -> datetime:
    try:
        return _DATES[request["Type"]](now, request["Value"])
    except (ValueError, OverflowError, OSError) as error:
        raise validation_error(f"The validity {request['Value']} {request['Type']} is not a date") from error


def _days(now: datetime, value: int) -> datetime:
    return now + timedelta(days=value)


def _months(now: datetime, value: int) -> datetime:
    """Add calendar months; a day that the target month does not have becomes its last day."""
    years, month = divmod(now.month - 1 + value, _MONTHS_PER_YEAR)
    year, month = now.year + years, month + 1
    return now.replace(year=year, month=month, day=min(now.day, calendar.monthrange(year, month)[1]))


def _years(now: datetime, value: int) -> datetime:
    return _months(now, value * _MONTHS_PER_YEAR)


def _absolute(_now: datetime, value: int) -> datetime:
    return datetime.fromtimestamp(value, tz=UTC)


def _end_date(_now: datetime, value: int) -> datetime:
    """Read UTCTime (YYMMDDHHMMSS, YY below 50 is 20YY) or GeneralizedTime; a number has no leading zeros."""
    digits = str(value)
    if len(digits) <= _UTC_TIME_DIGITS:
        digits = digits.zfill(_UTC_TIME_DIGITS)
        digits = ("20" if digits < "50" else "19") + digits
    if len(digits) != _GENERALIZED_TIME_DIGITS:
        raise ValueError(digits)
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


_DATES: dict[str, Callable[[datetime, int], datetime]] = {
    "DAYS": _days,
    "MONTHS": _months,
    "YEARS": _years,
    "ABSOLUTE": _absolute,
    "END_DATE": _end_date,
}

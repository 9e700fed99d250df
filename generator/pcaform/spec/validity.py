"""When the certificate of a CA ends, computed from its validity as AWS Private CA does.

Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Validity.html
"""

import calendar
from datetime import UTC, datetime, timedelta

from pcaform.spec.cas import Validity

_MONTHS = 12


def compute_end(validity: Validity, start: datetime) -> datetime:
    """Return when a certificate ends that is issued at `start`.

    Raises ValueError with the reason in our words where the value does not fit its type.
    """
    if validity.type == "END_DATE":
        return _parse_time(validity.value)
    if not isinstance(validity.value, int):
        raise ValueError(f"a number is wanted for {validity.type}")  # noqa: TRY004 - the caller reads values
    try:
        if validity.type == "ABSOLUTE":
            return datetime.fromtimestamp(validity.value, UTC)
        if validity.type == "DAYS":
            return start + timedelta(days=validity.value)
        return _add_months(start, validity.value * (_MONTHS if validity.type == "YEARS" else 1))
    except (ValueError, OverflowError, OSError):
        raise ValueError("it ends after the year 9999, which no certificate can say") from None


def _parse_time(value: int | str) -> datetime:
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("a time in RFC 3339 is wanted for END_DATE, such as 2035-01-01T00:00:00Z") from None
    if time.tzinfo is None:
        raise ValueError("the time needs a zone, such as the Z in 2035-01-01T00:00:00Z")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC it lies outside the years 1 to 9999") from None


def _add_months(start: datetime, months: int) -> datetime:
    """Return the same day some months later, the month's last day where it has no such day."""
    years, month = divmod(start.month - 1 + months, _MONTHS)
    year, month = start.year + years, month + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))

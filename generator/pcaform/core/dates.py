"""Dates in reports: in UTC, as AWS uses it."""

from datetime import UTC, datetime


def day(moment: datetime | None) -> str:
    """Return a date such as 2027-01-31."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment is not None else "a day that AWS does not name"


def days_until(moment: datetime, now: datetime) -> int:
    """Return the number of whole days until a moment, negative if it is in the past."""
    return (moment - now).days

"""Days, as reports name them: in UTC, as AWS counts."""

from datetime import UTC, datetime


def day(moment: datetime | None) -> str:
    """Return a day such as 2027-01-31."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment is not None else "a day that AWS does not name"


def days_until(moment: datetime, now: datetime) -> int:
    """Return how many whole days are left, below 0 for what is over."""
    return (moment - now).days

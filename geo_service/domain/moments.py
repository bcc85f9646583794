"""Moments as whole microseconds since 1970-01-01T00:00Z, exactly, and back."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS = 1_000_000
SECONDS_A_DAY = 86_400


def to_microseconds(moment: datetime) -> int:
    """Count the microseconds from 1970-01-01T00:00Z to a moment, exactly.

    Raises
    ------
    ValueError
        If the moment has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone")
    since = moment - EPOCH
    return (since.days * SECONDS_A_DAY + since.seconds) * MICROSECONDS + since.microseconds


def from_microseconds(count: int) -> datetime:
    """Return the moment so many microseconds after 1970-01-01T00:00Z, in UTC."""
    return EPOCH + timedelta(microseconds=count)


def day_begin(day: int) -> datetime:
    """Return the beginning of a UTC day, counted from 1970-01-01."""
    return EPOCH + timedelta(days=day)


def day_of(moment: datetime) -> int:
    """Return the UTC day, counted from 1970-01-01, in which a moment with a zone lies."""
    return to_microseconds(moment) // (SECONDS_A_DAY * MICROSECONDS)

"""Column types that come back as the domain's values, the same on every database."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

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


class UtcTime(TypeDecorator[datetime]):
    """A moment, kept as whole microseconds since 1970 UTC, so that no zone can be lost."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn a moment with a zone into the number kept."""
        del dialect
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Turn the number kept into a moment in UTC."""
        del dialect
        return None if value is None else from_microseconds(value)

"""Column types that come back as the domain's values, the same on every database."""

from datetime import datetime

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

from geo_service.domain.moments import from_microseconds, to_microseconds


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

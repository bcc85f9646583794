"""A check-in: a rider is at a facility, counted once a day of the city."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A rider was at a facility on a day."""

    facility_id: str
    rider: str
    """A pseudonym."""
    day: int
    """As ``city_day`` counts."""
    checked_in_at: datetime
    """When the rider said so first on that day, UTC."""


def city_day(moment: datetime, zone: tzinfo) -> int:
    """Count the days up to the one that a city's calendars show.

    Parameters
    ----------
    moment : datetime
        With a zone.
    zone : tzinfo
        The city's.

    Returns
    -------
    int
        0 is 1970-01-01. Raises nothing.
    """
    return number_day(moment.astimezone(zone).date())


def number_day(shown: date) -> int:
    """Count the days from 1970-01-01 to a date."""
    return (shown - FIRST_DAY) // timedelta(days=1)


def day_shown(day: int) -> date:
    """Return the date of a numbered day; the inverse of ``number_day``."""
    return FIRST_DAY + timedelta(days=day)

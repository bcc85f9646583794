"""Opening hours in OSM syntax, in the time zone and holidays of a city."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The library's stubs do not name its error.
from opening_hours import (  # type: ignore[attr-defined]
    OpeningHours,
    UnknownCountryError,
    validate,
)

from geo_service.errors import RefusedData, WrongUsage


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where a city keeps its time: an IANA time zone and an ISO country for public holidays."""

    time_zone: str = "Asia/Shanghai"
    country: str = "CN"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a place is open at a moment, and when that next changes."""

    open: bool
    changes_at: datetime | None
    """When it next opens or closes, in the city's time zone; None: never."""


def check_calendar(calendar: Calendar) -> None:
    """Refuse a time zone or country that does not exist.

    Raises
    ------
    WrongUsage
        Naming the one that is not known.
    """
    try:
        zone = calendar.zone
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise WrongUsage(
            f"There is no time zone {calendar.time_zone!r}.",
            remedy="Give an IANA name, for example Asia/Shanghai.",
        ) from problem
    try:
        OpeningHours("24/7", timezone=zone, country=calendar.country)
    except UnknownCountryError as problem:
        raise WrongUsage(
            f"The country {calendar.country!r} is not known.",
            remedy="Give the two letters of ISO 3166, for example CN.",
        ) from problem


def check_opening_hours(text: str) -> None:
    """Refuse opening hours that are not in OSM syntax.

    Raises
    ------
    RefusedData
        If the text can't be read.
    """
    if not validate(text):
        raise RefusedData(
            f"The opening hours {text!r} are not in OpenStreetMap's opening_hours syntax.",
            remedy="Write for example 'Mo-Su 08:00-22:00' or '24/7'.",
        )


def opening_at(text: str, moment: datetime, calendar: Calendar) -> Opening:
    """Answer whether a place is open at a moment.

    Parameters
    ----------
    text : str
        Opening hours that ``check_opening_hours`` accepts; empty: always open.
    moment : datetime
        With a zone.
    calendar : Calendar
        The city's time zone and holidays.
    """
    if not text:
        return Opening(open=True, changes_at=None)
    hours = _parsed(text, calendar)
    here = moment.astimezone(calendar.zone)
    is_open = hours.is_open(here)
    change = hours.next_change(here)
    # The state can change without the answer to "open?" changing (closed to unknown, say).
    while change is not None and hours.is_open(change) == is_open:
        later = hours.next_change(change)
        if later is None or later <= change:
            return Opening(open=is_open, changes_at=None)
        change = later
    return Opening(open=is_open, changes_at=change)


@lru_cache(maxsize=4096)
def _parsed(text: str, calendar: Calendar) -> OpeningHours:
    return OpeningHours(text, timezone=calendar.zone, country=calendar.country)

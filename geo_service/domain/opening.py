"""Opening hours in OSM syntax, in the time zone and holidays of a city."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The library's stubs do not name its error.
from opening_hours import (  # type: ignore[attr-defined]
    OpeningHours,
    State,
    UnknownCountryError,
    validate,
)

from geo_service.errors import RefusedData, WrongUsage

LOOKED_AHEAD = timedelta(days=400)
"""How far ahead a change is looked for: more than a year, so that seasons are found."""

ONE_DAY = timedelta(days=1)

SPANS_KEPT = 4
"""How many answers are remembered of a text: today's, and what planners ask about other days."""

SHOWN = 80
"""How much of a text that can't be read an error repeats."""


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
    """When it next opens or closes, in the city's time zone; None: not within 400 days."""


def check_calendar(calendar: Calendar) -> None:
    """Refuse a time zone or country that does not exist.

    Raises
    ------
    WrongUsage
        Naming the one that is not known.
    """
    try:
        zone = calendar.zone
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
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
            f"The opening hours {text[:SHOWN]!r} are not in OpenStreetMap's opening_hours syntax.",
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
    # The library's own next_change looks ahead 8,000 years where nothing changes: a second.
    for start, _, state, _ in hours.intervals(here, here + LOOKED_AHEAD):
        # A state can end without the answer to "open?" changing (closed to unknown, say).
        if (state == State.OPEN) != is_open:
            return Opening(open=is_open, changes_at=start)
    return Opening(open=is_open, changes_at=None)


class OpeningSpan(NamedTuple):
    """An opening that holds from one moment on and before another."""

    opening: Opening
    since: datetime
    until: datetime


class Openings:
    """Answers as ``opening_at`` does, and remembers: most facilities share a few texts.

    Parameters
    ----------
    calendar : Calendar
        The city's time zone and holidays.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._spans: dict[str, tuple[OpeningSpan, ...]] = {}

    def at(self, text: str, moment: datetime) -> OpeningSpan:
        """Answer whether a place is open at a moment, and how long that answer holds.

        Parameters
        ----------
        text : str
            Opening hours that ``check_opening_hours`` accepts; empty: always open.
        moment : datetime
            With a zone.

        Returns
        -------
        OpeningSpan
            Raises nothing.
        """
        known = self._spans.get(text, ())
        for span in known:
            if span.since <= moment < span.until:
                return span
        opening = opening_at(text, moment, self._calendar)
        changes = opening.changes_at
        # A change that lies too far ahead to be seen today may be seen tomorrow.
        until = moment + ONE_DAY if changes is None else changes
        span = OpeningSpan(opening, moment.astimezone(UTC), until.astimezone(UTC))
        self._spans[text] = (span, *known[: SPANS_KEPT - 1])
        return span


@lru_cache(maxsize=4096)
def _parsed(text: str, calendar: Calendar) -> OpeningHours:
    return OpeningHours(text, timezone=calendar.zone, country=calendar.country)

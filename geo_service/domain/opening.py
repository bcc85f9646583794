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

YEARS = range(1970, 2201)
"""Those for which opening hours mean something, and far from where calendars end."""

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


def check_year(open_at: datetime) -> None:
    """Refuse a moment for which no opening hours can be known.

    Raises
    ------
    WrongUsage
        If it is before 1970 or after 2200.
    """
    if open_at.year not in YEARS:
        raise WrongUsage(
            f"What is open in the year {open_at.year} can't be known.",
            where="open_at",
            remedy=f"Ask about a time from {YEARS[0]} to {YEARS[-1]}.",
        )


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
    # The library knows zones, but errs in the hour in which the clocks are put back.
    hours, here = _parsed(text, calendar.country), moment.astimezone(calendar.zone)
    is_open, end = hours.is_open(here.replace(tzinfo=None)), _next_day(moment) + LOOKED_AHEAD
    while here < end:
        change = _next_change(hours, here, end, is_open=is_open)
        offset = here.utcoffset() or timedelta()
        coming = end if change is None else (change - offset).replace(tzinfo=UTC)
        there = coming.astimezone(calendar.zone)
        if there.utcoffset() == offset:
            return Opening(is_open, None if change is None else there)
        here = _clock_change(here, there)
        if hours.is_open(here.replace(tzinfo=None)) != is_open:
            return Opening(is_open, here)
    return Opening(is_open, None)


def _next_change(
    hours: OpeningHours, here: datetime, end: datetime, *, is_open: bool
) -> datetime | None:
    """Return the local time, without a zone, at which it next opens or closes before an end."""
    last = end.astimezone(here.tzinfo).replace(tzinfo=None)
    # The library's own next_change looks ahead 8,000 years where nothing changes: a second.
    for start, _, state, _ in hours.intervals(here.replace(tzinfo=None), last):
        # A state can end without the answer to "open?" changing (closed to unknown, say).
        if (state == State.OPEN) != is_open:
            return start
    return None


def _clock_change(here: datetime, there: datetime) -> datetime:
    """Return when the clocks are put forward or back between two moments of one zone."""
    before, after = int(here.timestamp()), int(there.timestamp())
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, here.tzinfo).utcoffset() == here.utcoffset():
            before = middle
        else:
            after = middle
    return datetime.fromtimestamp(after, here.tzinfo)


def _next_day(moment: datetime) -> datetime:
    """Return the midnight, in UTC, that comes after a moment."""
    today = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + ONE_DAY


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

    @property
    def calendar(self) -> Calendar:
        """The city's time zone and holidays."""
        return self._calendar

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
        # A change that lies too far ahead to be seen today may be seen tomorrow.
        until = opening.changes_at or _next_day(moment)
        span = OpeningSpan(opening, moment.astimezone(UTC), until.astimezone(UTC))
        self._spans[text] = (span, *known[: SPANS_KEPT - 1])
        return span


@lru_cache(maxsize=4096)
def _parsed(text: str, country: str) -> OpeningHours:
    return OpeningHours(text, country=country)

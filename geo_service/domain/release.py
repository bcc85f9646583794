"""A release: the frozen public cells of one closed period, and the rules of period and rounding."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

from geo_service.errors import WrongUsage

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class ReleasedCell:
    """What everybody may know of one H3 cell: rounded counts only."""

    cell: str
    trips: int
    riders: int


@dataclass(frozen=True, slots=True)
class Release:
    """The public cells of one period; built once, then never changed."""

    period: str
    """A calendar month in the city's time zone, as ``2024-05``."""
    since: datetime
    """When the period begins, UTC."""
    until: datetime
    """When it has ended, UTC; not itself within."""
    resolution: int
    """The H3 resolution of every cell."""
    rows: tuple[ReleasedCell, ...]

    def overlaps(self, since: datetime, until: datetime) -> bool:
        """Say whether a moment lies both in this release's period and in ``[since, until)``."""
        return self.since < until and since < self.until


def calendar_month(period: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Find when a month begins and ends in the city's time zone.

    Parameters
    ----------
    period : str
        The month, as ``2024-05``.
    zone : tzinfo
        The city's time zone.

    Returns
    -------
    since, until : datetime
        UTC; the month is ``[since, until)``.

    Raises
    ------
    WrongUsage
        If ``period`` is not a month.
    """
    found = _MONTH.fullmatch(period)
    if found is None or not 1970 <= int(found[1]) <= 9998:
        raise WrongUsage(
            f"{period!r} is not a calendar month.", where="period", remedy="Write it as 2024-05."
        )
    year, month = int(found[1]), int(found[2])
    start = datetime(year, month, 1, tzinfo=zone)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def following_month(moment: datetime) -> str:
    """Name the month after the one in which a moment lies, by the moment's own zone."""
    return f"{moment.year + moment.month // 12}-{moment.month % 12 + 1:02}"


def closed_month(period: str, zone: tzinfo, now: datetime) -> tuple[datetime, datetime]:
    """Find when a month begins and ends, and refuse one that is not over.

    Parameters
    ----------
    period : str
        The month, as ``2024-05``.
    zone : tzinfo
        The city's time zone.
    now : datetime
        The present moment, aware.

    Returns
    -------
    since, until : datetime
        UTC; the month is ``[since, until)``.

    Raises
    ------
    WrongUsage
        If ``period`` is not a month, or the month has not ended yet.
    """
    since, until = calendar_month(period, zone)
    if now < until:
        raise WrongUsage(
            f"{period} ends at {until.astimezone(zone).isoformat()}: only closed months are "
            "released.",
            where="period",
            remedy="Release an earlier month, or wait.",
        )
    return since, until


class CoveredDays(NamedTuple):
    """From which day to which there are trips in a period, by the city's calendar."""

    first: date | None
    """None: on no day."""
    last: date | None
    bare_before: int
    """How many days of the period lie before the first,"""
    bare_after: int
    """and after the last."""


def days_covered(
    release: Release, starts: tuple[datetime, datetime] | None, zone: tzinfo
) -> CoveredDays:
    """Find the days at both ends of a period on which no trip starts.

    Parameters
    ----------
    release : Release
        Of whose period.
    starts : (datetime, datetime) or None
        When the first and the last trip within it start, aware; None: there is none.
    zone : tzinfo
        The city's time zone.

    Returns
    -------
    CoveredDays
        Days without a trip in between are not told of. Raises nothing.
    """
    begins = release.since.astimezone(zone).date()
    after = release.until.astimezone(zone).date()
    if starts is None:
        return CoveredDays(None, None, (after - begins).days, 0)
    first, last = (start.astimezone(zone).date() for start in starts)
    return CoveredDays(first, last, (first - begins).days, (after - last).days - 1)


def round_down(count: int, step: int) -> int:
    """Return the greatest multiple of ``step`` that is not above ``count``."""
    return count - count % step

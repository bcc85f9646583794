"""Days, moments and ends of intervals as filters write them, as microseconds."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from geo_service.features.columns import EPOCH, MICROSECOND
from geo_service.features.filters.refusals import refusal

ALWAYS_BEFORE = -(2**63)
ALWAYS_AFTER = 2**63 - 1
"""The ends of intervals that have none."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)", re.ASCII
)  # RFC 3339

Span = tuple[int, int]
"""The first and the last microsecond UTC since 1970."""


def day_span(text: object, zone: tzinfo) -> Span:
    """Return the first and last microsecond of a day.

    Parameters
    ----------
    text : object
        ``2026-03-01``.
    zone : tzinfo
        Where the day is a day.

    Raises
    ------
    WrongUsage
        It is no day.
    """
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise _bad_day()
    try:
        day = date.fromisoformat(text)
        first = _midnight(day, zone)
        last = ALWAYS_AFTER if day == date.max else _midnight(day + timedelta(days=1), zone) - 1
    except (ValueError, OverflowError):
        raise _bad_day() from None
    return first, last


def moment_span(text: object) -> Span:
    """Return a moment twice: where it begins and where it ends.

    Parameters
    ----------
    text : object
        ``2026-03-01T08:00:00Z``, as RFC 3339 has it, with ``Z`` or an offset.

    Raises
    ------
    WrongUsage
        It is no moment.
    """
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise _bad_moment()
    try:
        at = _microseconds(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        raise _bad_moment() from None
    return at, at


def end_span(text: str, zone: tzinfo, *, first: bool) -> Span:
    """Return what stands at an end of an interval: a day, a moment, or ``..`` for none.

    Raises
    ------
    WrongUsage
        It is none of them.
    """
    if text == "..":
        return (ALWAYS_BEFORE,) * 2 if first else (ALWAYS_AFTER,) * 2
    return moment_span(text) if "t" in text.lower() else day_span(text, zone)


def _midnight(day: date, zone: tzinfo) -> int:
    return _microseconds(datetime(day.year, day.month, day.day, tzinfo=zone))


def _microseconds(moment: datetime) -> int:
    return (moment.astimezone(UTC) - EPOCH) // MICROSECOND


def _bad_day() -> Exception:
    return refusal("A day in the filter is none.", "Write it as DATE('2026-03-01').")


def _bad_moment() -> Exception:
    return refusal(
        "A moment in the filter is none.", "Write it as TIMESTAMP('2026-03-01T08:00:00Z')."
    )

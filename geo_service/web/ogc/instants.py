"""The parameter ``datetime``: a moment, a day, or an interval that may be open (OGC API)."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from geo_service.features.columns import microseconds
from geo_service.web.parameters import read_moment

OPEN = ("", "..")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LAST = timedelta(days=1) - timedelta(microseconds=1)


class Interval(NamedTuple):
    """From one moment to another, both included, microseconds UTC; None: open."""

    since_us: int | None
    until_us: int | None


def read_interval(text: str) -> Interval:
    """Read ``datetime``.

    Parameters
    ----------
    text : str
        A moment with a zone as ISO 8601, a day (UTC), or two of them parted by ``/``, of which
        one may be blank or ``..``.

    Raises
    ------
    ValueError
        Saying what it must be.
    """
    parts = text.split("/")
    if len(parts) > 2 or all(part in OPEN for part in parts):
        raise ValueError("It must be a time, or two parted by /, one of which may be .. for open.")
    first, last = parts[0], parts[-1]
    since = None if first in OPEN else microseconds(_earliest(first))
    until = None if last in OPEN else microseconds(_latest(last))
    if since is not None and until is not None and since > until:
        raise ValueError("It must not end before it begins.")
    return Interval(since, until)


def _earliest(text: str) -> datetime:
    return _start_of_day(text) if _DAY.fullmatch(text) else read_moment(text)


def _latest(text: str) -> datetime:
    return _start_of_day(text) + _LAST if _DAY.fullmatch(text) else read_moment(text)


def _start_of_day(text: str) -> datetime:
    return read_moment(f"{text}T00:00:00+00:00").astimezone(UTC)

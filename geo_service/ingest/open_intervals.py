"""When an issue was open, each time, as one cell tells it."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from geo_service.errors import RefusedData
from geo_service.ingest.times import Clock

STILL = ".."
"""The end of an interval that goes on."""

Life: TypeAlias = tuple[datetime | None, tuple[tuple[datetime, datetime | None], ...]]
"""When it was closed first, and its later open intervals."""


def read_intervals(text: str, reported_at: datetime, clock: Clock) -> Life:
    """Read ``from/to;from/to``, times in ISO 8601 with a zone, as exports write it.

    Parameters
    ----------
    text : str
        Not blank; the last interval may end in ``..``: it goes on.
    reported_at : datetime
        With a zone; when the first begins.
    clock : Clock
        What lies too far after its moment is refused.

    Raises
    ------
    RefusedData
        If it can't be understood, or the intervals are not one after the other.
    """
    intervals = [_interval(part) for part in text.split(";")]
    ends = [end for _, end in intervals]
    known = [moment for interval in intervals for moment in interval if moment is not None]
    if None in ends[:-1] or known != sorted(known) or known[0] != reported_at:
        raise RefusedData(
            f"Its open_intervals are {text!r}; they must begin when it was reported, and come one "
            "after the other."
        )
    if clock.now is not None and known[-1] > clock.now + timedelta(seconds=clock.future_slack_s):
        raise RefusedData(f"Its open_intervals {text!r} reach into the future.")
    return ends[0], tuple(intervals[1:])


def _interval(part: str) -> tuple[datetime, datetime | None]:
    start, slash, end = part.strip().partition("/")
    if not slash:
        raise RefusedData(f"Its open_intervals hold {part!r}; write from/to, parted by semicolons.")
    return _moment(start), None if end == STILL else _moment(end)


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
        if read.tzinfo is None:
            raise ValueError(text)  # noqa: TRY301 - told with the others
        return read.astimezone(UTC)
    except (OverflowError, ValueError) as problem:
        raise RefusedData(
            f"Its open_intervals hold {text!r}; write times in ISO 8601 with a zone."
        ) from problem

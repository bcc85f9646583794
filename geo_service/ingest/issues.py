"""Reported issues from files."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from geo_service.domain.issue import Issue
from geo_service.domain.refusal import Batch
from geo_service.errors import RefusedData
from geo_service.geometry.datum import Datum
from geo_service.geometry.extent import Extent
from geo_service.ingest.columns import Columns, name_columns
from geo_service.ingest.files.rows import Rows, rows_of_frame
from geo_service.ingest.files.table import read_table
from geo_service.ingest.intake import take_records
from geo_service.ingest.open_intervals import Life, read_intervals
from geo_service.ingest.positions import Positions, read_positions
from geo_service.ingest.times import Clock, TimeFault, Times, read_times, zone_named
from geo_service.ingest.values import category_reason, long_text_reason, made_id, truth_of

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "id": "issue_id",
        "category": "",
        "description": "",
        "reported_at": "",
        "closed_at": "",
        "confirmed_at": "",
        "approved": "",
        "open_intervals": "",
        "lon": "",
        "lat": "",
    }
)
_TEXTS = ("id", "category", "description", "approved", "open_intervals")


def read_issues(
    path: Path,
    *,
    now: datetime,
    datum: Datum = Datum.WGS84,
    columns: Mapping[str, str] = MappingProxyType({}),
    time_zone: str | None = None,
    future_slack_s: float = 300.0,
    near: Extent | None = None,
) -> Batch[Issue]:
    """Read issues from GeoJSON, GeoPackage, Shapefile, CSV or Parquet.

    Parameters
    ----------
    path : Path
        Points, or columns ``lon`` and ``lat``; see `parse_issues` for the rest.
    now, datum, columns, time_zone, future_slack_s, near
        As in `parse_issues`.

    Raises
    ------
    UnreadableFile
        If the file as a whole can't be read.
    MissingColumn
        If it has no positions, no ``category`` or no ``reported_at``.
    WrongUsage
        If ``columns`` or ``time_zone`` make no sense.
    """
    return parse_issues(
        read_table(path),
        now=now,
        datum=datum,
        columns=columns,
        time_zone=time_zone,
        future_slack_s=future_slack_s,
        near=near,
    )


def parse_issues(
    table: Rows | pd.DataFrame,
    *,
    now: datetime,
    datum: Datum = Datum.WGS84,
    columns: Mapping[str, str] = MappingProxyType({}),
    time_zone: str | None = None,
    future_slack_s: float = 300.0,
    near: Extent | None = None,
) -> Batch[Issue]:
    """Make issues of rows.

    Parameters
    ----------
    table : Rows or DataFrame
        Columns ``category`` and ``reported_at``, and where they are there ``id, description,
        closed_at,
        approved, confirmed_at, open_intervals``; others are kept as ``more``.
    now : datetime
        With a zone; issues reported or closed later are refused.
    datum : Datum
        How the positions are meant.
    columns : mapping of str to str
        Our name of a column to theirs.
    time_zone : str, optional
        Where times without a zone are meant.
    future_slack_s : float
        How much later than ``now`` a time may be, in seconds.
    near : Extent, optional
        Around the streets; records too far from it are refused.

    Returns
    -------
    Batch of Issue
        A missing id becomes a hash of category, description, report time and position.

    Raises
    ------
    MissingColumn
        If there are no positions, no ``category`` or no ``reported_at``.
    WrongUsage
        If ``columns`` or ``time_zone`` make no sense.
    """
    rows = table if isinstance(table, Rows) else rows_of_frame(table)
    found = name_columns(rows, columns, COLUMNS)
    found.need("category", "reported_at")
    positions = read_positions(found, datum=datum, near=near)
    maker = _Maker(found, positions, Clock(zone_named(time_zone), now, future_slack_s))
    return take_records(rows, maker.texts["id"], maker.make, warnings=maker.warnings)


class _Maker:
    """Makes the issue of a row, from columns read once."""

    def __init__(self, columns: Columns, positions: Positions, clock: Clock) -> None:
        self.positions = positions
        self.clock = clock
        self.texts = {name: columns.texts(name) for name in _TEXTS}
        self.more = columns.more()
        nothing = pd.Series([None] * len(columns.rows), dtype=object)
        reported, closed = columns.series("reported_at"), columns.series("closed_at")
        self.reported: Times = read_times(nothing if reported is None else reported, clock)
        self.closed: Times = read_times(nothing if closed is None else closed, clock)
        confirmed = columns.series("confirmed_at")
        self.confirmed: Times = read_times(nothing if confirmed is None else confirmed, clock)
        said = (self.reported.warnings, self.closed.warnings, self.confirmed.warnings)
        self.warnings = tuple(chain(*said, columns.beside_more()))

    def make(self, row: int) -> tuple[str, Issue]:
        """Return a row's id and issue; RefusedData says what is wrong with it."""
        told = {name: column[row] for name, column in self.texts.items()}
        reason = (
            self.positions.reason(row)
            or self.reported.reason(row, "reported_at")
            or long_text_reason({**told, **self.more[row]})
            or category_reason(told["category"])
        )
        if reason:
            raise RefusedData(reason)
        reported_at = self.reported.moment(row)
        lon, lat = float(self.positions.lon[row]), float(self.positions.lat[row])
        said = (told["category"], told["description"], reported_at.isoformat())
        issue_id = told["id"] or made_id("i", *said, lon=lon, lat=lat)
        closed_at, reopened = self._life(row, told["open_intervals"], reported_at)
        return issue_id, Issue(
            issue_id=issue_id,
            category=told["category"],
            lon=lon,
            lat=lat,
            reported_at=reported_at,
            closed_at=closed_at,
            reopened=reopened,
            confirmed_at=_later(self.confirmed, row, "confirmed", reported_at),
            description=told["description"],
            approved=_approved(told["approved"]),
            more=self.more[row],
        )

    def _life(self, row: int, intervals: str, reported_at: datetime) -> Life:
        """Read when it was closed first, and when it was open later."""
        if intervals:
            return read_intervals(intervals, reported_at, self.clock)
        return _later(self.closed, row, "closed", reported_at), ()


def _later(times: Times, row: int, what: str, reported_at: datetime) -> datetime | None:
    """Read when an issue was closed or confirmed; None where nothing is said."""
    if times.fault[row] == TimeFault.MISSING:
        return None
    reason = times.reason(row, f"{what}_at")
    if reason:
        raise RefusedData(reason)
    moment = times.moment(row)
    if moment < reported_at:
        raise RefusedData(
            f"It was {what} ({_short(moment)}) before it was reported ({_short(reported_at)})."
        )
    return moment


def _short(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _approved(text: str) -> bool:
    try:
        return truth_of(text, blank=True)
    except ValueError as problem:
        raise RefusedData(f"Its approved is {text!r}; write true or false.") from problem

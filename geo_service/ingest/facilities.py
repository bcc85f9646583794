"""Facilities from files."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from geo_service.domain.facility import MOST_COUNTED, SLUG, Facility, Service, State, address_fault
from geo_service.domain.opening import check_opening_hours
from geo_service.domain.refusal import Batch
from geo_service.errors import RefusedData, WrongUsage
from geo_service.geometry.datum import Datum
from geo_service.geometry.extent import Extent
from geo_service.ingest.columns import Columns, name_columns
from geo_service.ingest.files.rows import Rows, rows_of_frame
from geo_service.ingest.files.table import read_table
from geo_service.ingest.intake import repeated_names, take_records
from geo_service.ingest.positions import Positions, read_positions
from geo_service.ingest.times import Clock, Times, read_times, zone_named
from geo_service.ingest.values import (
    count_of,
    long_text_reason,
    made_id,
    slug_of,
    truth_of,
    words_of,
)

COLUMNS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            "kind",
            "name",
            "name_en",
            "operator",
            "address",
            "opening_hours",
            "amenities",
            "services",
            "charged",
            "empty",
            "free",
            "out_of_order",
            "lon",
            "lat",
        ),
        "",
    )
    | {"id": "facility_id", "observed_at": "state_observed_at"}
)
_COUNTS = ("charged", "empty", "free")


def read_facilities(
    path: Path,
    *,
    datum: Datum = Datum.WGS84,
    columns: Mapping[str, str] = MappingProxyType({}),
    kind: str | None = None,
    near: Extent | None = None,
    time_zone: str | None = None,
    now: datetime | None = None,
    future_slack_s: float = 300.0,
) -> Batch[Facility]:
    """Read facilities from GeoJSON, GeoPackage, Shapefile, CSV or Parquet.

    Parameters
    ----------
    path : Path
        Points, or columns ``lon`` and ``lat``; see `parse_facilities` for the rest.
    datum, columns, kind, near, time_zone, now, future_slack_s
        As in `parse_facilities`.

    Raises
    ------
    UnreadableFile
        If the file as a whole can't be read.
    MissingColumn
        If it has no positions, or no kind and ``kind`` is not given.
    WrongUsage
        If ``columns``, ``kind`` or ``time_zone`` make no sense.
    """
    return parse_facilities(
        read_table(path),
        datum=datum,
        columns=columns,
        kind=kind,
        near=near,
        time_zone=time_zone,
        now=now,
        future_slack_s=future_slack_s,
    )


def parse_facilities(
    table: Rows | pd.DataFrame,
    *,
    datum: Datum = Datum.WGS84,
    columns: Mapping[str, str] = MappingProxyType({}),
    kind: str | None = None,
    near: Extent | None = None,
    time_zone: str | None = None,
    now: datetime | None = None,
    future_slack_s: float = 300.0,
) -> Batch[Facility]:
    """Make facilities of rows.

    Parameters
    ----------
    table : Rows or DataFrame
        Columns ``id, kind, name, name_en, operator, address, opening_hours, amenities, services``
        and the state ``charged, empty, free, out_of_order, observed_at``; all but the position
        may be left out, and others are kept as ``more``.
    datum : Datum
        How the positions are meant.
    columns : mapping of str to str
        Our name of a column to theirs.
    kind : str, optional
        The kind of those that say none.
    near : Extent, optional
        Around the streets; records too far from it are refused.
    time_zone : str, optional
        Where times without a zone are meant.
    now : datetime, optional
        With a zone; a state observed later is refused.
    future_slack_s : float
        How much later it may be, in seconds.

    Returns
    -------
    Batch of Facility
        A missing id becomes a hash of name and position; a repeated name gives a warning.

    Raises
    ------
    MissingColumn
        If there are no positions, or no kind and ``kind`` is not given.
    WrongUsage
        If ``columns``, ``kind`` or ``time_zone`` make no sense.
    """
    rows = table if isinstance(table, Rows) else rows_of_frame(table)
    if kind is not None and not SLUG.match(kind):
        raise WrongUsage(_kind_reason(kind), where="--kind")
    found = name_columns(rows, columns, COLUMNS)
    if kind is None:
        found.need("kind", remedy=", or name the kind of all with --kind")
    positions = read_positions(found, datum=datum, near=near)
    clock = Clock(zone_named(time_zone), now, future_slack_s)
    maker = _Maker(found, positions, kind or "", clock)
    batch = take_records(rows, maker.texts["id"], maker.make, warnings=maker.warnings)
    said = repeated_names(rows.file, [one.name for one in batch.records])
    return Batch(batch.records, batch.refusals, (*batch.warnings, *said), batch.read)


class _Maker:
    """Makes the facility of a row, from columns read once."""

    def __init__(self, columns: Columns, positions: Positions, kind: str, clock: Clock) -> None:
        self.positions = positions
        self.kind = kind
        self.texts = {name: columns.texts(name) for name in COLUMNS}
        self.more = columns.more()
        observed = columns.series("observed_at")
        self.observed: Times | None = None if observed is None else read_times(observed, clock)
        guessed = self.observed.warnings if self.observed else ()
        self.warnings = (*guessed, *columns.beside_more())

    def make(self, row: int) -> tuple[str, Facility]:
        """Return a row's id and facility; RefusedData says what is wrong with it."""
        told = {name: column[row] for name, column in self.texts.items()}
        reason = self.positions.reason(row) or long_text_reason({**told, **self.more[row]})
        if reason:
            raise RefusedData(reason)
        lon, lat = float(self.positions.lon[row]), float(self.positions.lat[row])
        if told["id"] and (fault := address_fault(told["id"])):
            raise RefusedData(f"Its id is {told['id']!r}. {fault}")
        facility_id = told["id"] or made_id("f", told["name"], lon=lon, lat=lat)
        return facility_id, Facility(
            facility_id=facility_id,
            kind=_checked_kind(told["kind"] or self.kind),
            lon=lon,
            lat=lat,
            name=told["name"],
            name_en=told["name_en"],
            operator=told["operator"],
            address=told["address"],
            opening_hours=_checked_hours(told["opening_hours"]),
            amenities=frozenset(_slugs(told["amenities"])),
            services=_services(told["services"]),
            state=self._state(row, told),
            more=self.more[row],
        )

    def _state(self, row: int, told: Mapping[str, str]) -> State | None:
        """Read the live state, if the row says any."""
        if not any(told[name] for name in (*_COUNTS, "out_of_order", "observed_at")):
            return None
        if self.observed is None:
            raise RefusedData("It tells its state, but there is no column observed_at.")
        reason = self.observed.reason(row, "observed_at")
        if reason:
            raise RefusedData(reason)
        counts = {name: _count(name, told[name]) for name in _COUNTS}
        try:
            out_of_order = truth_of(told["out_of_order"], blank=False)
        except ValueError as problem:
            raise RefusedData(
                f"Its out_of_order is {told['out_of_order']!r}; write true or false."
            ) from problem
        return State(
            observed_at=self.observed.moment(row),
            charged=counts["charged"],
            empty=counts["empty"],
            free=counts["free"],
            out_of_order=out_of_order,
        )


def _count(name: str, text: str) -> int | None:
    try:
        return count_of(text, MOST_COUNTED)
    except ValueError as problem:
        raise RefusedData(
            f"Its {name} is {text!r}, not a whole number from 0 to {MOST_COUNTED:,}."
        ) from problem


def _checked_kind(kind: str) -> str:
    if not kind:
        raise RefusedData("It says no kind; name the kind of such records with --kind.")
    if not SLUG.match(kind):
        raise RefusedData(_kind_reason(kind))
    return kind


def _kind_reason(kind: str) -> str:
    near = slug_of(kind)
    hint = f" Is {near} meant?" if SLUG.match(near) else ""
    return (
        f"The kind {kind!r} is not a slug: small letters a to z, digits and underscores, as in "
        f"charging_cabinet.{hint}"
    )


def _checked_hours(text: str) -> str:
    reason = _hours_reason(text)
    if reason:
        raise RefusedData(reason)
    return text


@lru_cache(maxsize=4096)
def _hours_reason(text: str) -> str:
    """Say what is wrong with opening hours; most places share theirs with others."""
    try:
        if text:
            check_opening_hours(text)
    except RefusedData as problem:
        return str(problem)
    return ""


def _slugs(text: str) -> list[str]:
    return [slug for slug in map(slug_of, words_of(text)) if slug]


def _services(text: str) -> frozenset[Service]:
    try:
        return frozenset(Service(slug) for slug in _slugs(text))
    except ValueError as problem:
        raise RefusedData(
            f"Its services are {text!r}; a cabinet offers {' or '.join(Service)}."
        ) from problem

"""Traces from files of any kind: GPX, CSV, GeoJSON, Parquet."""

import itertools
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import pandas as pd

from geo_service.domain.cleaning import RULES
from geo_service.domain.refusal import Refusal
from geo_service.domain.trace import join_fixes
from geo_service.geometry.datum import Datum
from geo_service.geometry.extent import Extent
from geo_service.ingest.files.geojson import parse_geojson
from geo_service.ingest.files.rows import Rows, rows_of_frame
from geo_service.ingest.files.table import read_table
from geo_service.ingest.files.text import read_bytes
from geo_service.ingest.times import Clock, zone_named
from geo_service.ingest.traces.fix_table import MadeOf, TraceBatch, TraceRule, take_fixes
from geo_service.ingest.traces.gpx import parse_gpx
from geo_service.ingest.traces.lines import holds_lines, take_lines
from geo_service.ingest.values import made_trip_id

__all__ = ["ReadElsewhere", "TraceBatch", "parse_traces", "read_traces"]

ReadElsewhere: TypeAlias = Callable[
    [Callable[[Path], TraceBatch], Sequence[Path]], Iterable[TraceBatch]
]
"""Has other processes do what it takes to each of the files, and gives the batches in order."""
_KEY_BYTES = 32


def read_traces(
    paths: Sequence[Path],
    *,
    now: datetime,
    datum: Datum = Datum.WGS84,
    columns: Mapping[str, str] = MappingProxyType({}),
    rider: str | None = None,
    rider_key: bytes = b"",
    time_zone: str | None = None,
    max_speed_m_s: float = 40.0,
    max_dropped_share: float = 0.2,
    clock_jump_s: float = 43_200.0,
    clock_jump_fixes: int = 3,
    future_slack_s: float = 300.0,
    near: Extent | None = None,
    elsewhere: ReadElsewhere | None = None,
) -> TraceBatch:
    """Read traces from files and clean them.

    Parameters
    ----------
    paths : sequence of Path
        GPX (each track a trip), tables with columns ``trip_id, t, lon, lat`` and ``rider_id``
        (CSV, Parquet), or GeoJSON: lines with a list of times, or points with ``t``.
    now : datetime
        With a zone; fixes later than it are refused.
    datum : Datum
        How the positions are meant.
    columns : mapping of str to str
        Our name of a column to theirs.
    rider : str, optional
        The rider of trips that name none.
    rider_key : bytes
        The secret behind the riders' pseudonyms: a trip without an id is named for its file, its
        number there and a hash of its rider, which nobody can try riders on without the key.
    time_zone : str, optional
        Where times without a zone are meant.
    max_speed_m_s, max_dropped_share, clock_jump_s, clock_jump_fixes
        As in `geo_service.domain.cleaning.clean`.
    future_slack_s : float
        How much later than ``now`` a time may be, in seconds.
    near : Extent, optional
        Around the streets; fixes too far from it are refused.
    elsewhere : callable, optional
        Reads the files in other processes; these do not get to know ``rider_key``.

    Returns
    -------
    TraceBatch
        Of several files' trips with one id the first is taken.

    Raises
    ------
    UnreadableFile
        If a file as a whole can't be read.
    MissingColumn
        If a file lacks a column.
    WrongUsage
        If ``columns`` or ``time_zone`` make no sense.
    """
    rule = TraceRule(
        datum=datum,
        columns=columns,
        rider=rider,
        rider_key=rider_key,
        clock=Clock(zone_named(time_zone), now, future_slack_s),
        near=near,
        max_speed_m_s=max_speed_m_s,
        max_dropped_share=max_dropped_share,
        clock_jump_s=clock_jump_s,
        clock_jump_fixes=clock_jump_fixes,
    )
    if elsewhere is None:
        batches = [_read(path, rule) for path in paths]
    else:
        once = replace(rule, rider_key=secrets.token_bytes(_KEY_BYTES))
        read = elsewhere(partial(_read, rule=once), paths)
        batches = [_named_with(rider_key, batch) for batch in read]
    return _join([(str(path), batch) for path, batch in zip(paths, batches, strict=True)])


def parse_traces(
    source: Rows | pd.DataFrame | bytes, rule: TraceRule, *, file: str = "traces.geojson"
) -> TraceBatch:
    """Read traces that came another way than as a file, and clean them.

    Parameters
    ----------
    source : Rows, DataFrame or bytes
        A table of fixes; or the content of a GPX or GeoJSON file.
    rule : TraceRule
        How they are read.
    file : str
        How errors name the source; of bytes, it ends in ``.gpx`` or ``.geojson``.

    Raises
    ------
    UnreadableFile
        If the content as a whole can't be read.
    MissingColumn
        If a column is not there.
    WrongUsage
        If the rule's columns make no sense.
    """
    if isinstance(source, bytes):
        if file.lower().endswith(".gpx"):
            return _take_tracks(source, file, rule)
        return _take(parse_geojson(source, file=file), rule)
    return _take(source if isinstance(source, Rows) else rows_of_frame(source, file=file), rule)


def _read(path: Path, rule: TraceRule) -> TraceBatch:
    if path.suffix.lower() == ".gpx":
        return _take_tracks(read_bytes(path), path.name, rule)
    return _take(read_table(path, geometry="LineString", also=(".gpx",)), rule)


def _take(rows: Rows, rule: TraceRule) -> TraceBatch:
    return take_lines(rows, rule) if holds_lines(rows) else take_fixes(rows, rule)


def _named_with(key: bytes, batch: TraceBatch) -> TraceBatch:
    """Make the ids again that were made with another key."""
    names = {name: made_trip_id(*of, key) for name, of in batch.made.items()}
    trip_ids = tuple(names.get(name, name) for name in batch.fixes.trip_ids)
    refusals = (
        replace(one, record_id=names.get(one.record_id, one.record_id)) for one in batch.refusals
    )
    return replace(
        batch, fixes=replace(batch.fixes, trip_ids=trip_ids), refusals=tuple(refusals), made={}
    )


def _take_tracks(content: bytes, file: str, rule: TraceRule) -> TraceBatch:
    made = dict[str, MadeOf]()

    def name_trip(number: int) -> str:
        of = MadeOf(file, number, rule.rider or "")
        name = made_trip_id(*of, rule.rider_key)
        made[name] = of
        return name

    tracks = parse_gpx(content, file=file, name_trip=name_trip)
    batch = take_fixes(tracks.rows, replace(rule, columns={}), tracks.numbers)
    return replace(
        batch,
        refusals=tuple(sorted((*batch.refusals, *tracks.refusals), key=lambda one: one.row)),
        read=batch.read + len(tracks.refusals),
        made=made,
    )


def _join(parts: Sequence[tuple[str, TraceBatch]]) -> TraceBatch:
    """Put files' trips together; a trip id that an earlier file took is refused."""
    if len(parts) == 1:
        return parts[0][1]
    taken, fixes, refusals, records = dict[str, str](), [], list[Refusal](), list[int]()
    for file, batch in parts:
        refusals.extend(batch.refusals)
        names = batch.fixes.trip_ids
        fresh = np.array([name not in taken for name in names], dtype=np.bool_)
        refusals.extend(
            Refusal(Path(file).name, record, name, f"A trip of this id is also in {taken[name]}.")
            for record, name, new in zip(batch.records, names, fresh, strict=True)
            if not new
        )
        records.extend(itertools.compress(batch.records, fresh))
        fixes.append(batch.fixes if fresh.all() else batch.fixes.take(fresh))
        taken.update(dict.fromkeys((name for name in names if name not in taken), file))
    return TraceBatch(
        fixes=join_fixes(fixes),
        refusals=tuple(refusals),
        warnings=tuple(warning for _, batch in parts for warning in batch.warnings),
        dropped={name: sum(batch.dropped[name] for _, batch in parts) for name in RULES},
        read=sum(batch.read for _, batch in parts),
        fixes_read=sum(batch.fixes_read for _, batch in parts),
        records=tuple(records),
    )

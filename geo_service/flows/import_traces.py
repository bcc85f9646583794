"""Riders' traces from files into the lake, riders known by pseudonyms only."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from geo_service.domain.erasure import mark_of_key
from geo_service.domain.rider import pseudonym
from geo_service.domain.stops import find_stops
from geo_service.domain.trace import Fixes
from geo_service.flows.doubt_datum import doubt_datum_of_positions
from geo_service.flows.leave_out_erased import trips_to_keep, while_nobody_is_erased
from geo_service.flows.loading import LoadOptions, LoadReport, settle_refusals, streets_extent
from geo_service.flows.name_traces import under_trace_names, while_names_stay
from geo_service.flows.wiring import Workspace
from geo_service.ingest.traces.read import ReadElsewhere, read_traces
from geo_service.store import erasures, rider_generations
from geo_service.store.database import Connection


@dataclass(frozen=True, slots=True)
class TraceReport:
    """What an import did: the trips as a load report, and what happened to single fixes."""

    trips: LoadReport
    fixes: int
    unchanged: int
    dropped: dict[str, int]
    """Fixes dropped, by the name of the rule."""
    stops: int
    """How often riders stayed at one place; the fixes of stops are kept."""
    stop_seconds: float
    """How long they stayed in all."""
    erased: int
    """Trips that were left out: of riders who were erased after these trips began."""


def import_traces(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> TraceReport:
    """Bring traces in: a trip sent again replaces itself; all or nothing.

    Trips of riders who were erased since are left out, and counted.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    files : sequence of Path
        GPX, CSV, GeoJSON or Parquet; each is read and cleaned by one worker of the workspace.
    options : LoadOptions
        Datum, column names, rider, time zone, and whether refused trips may be left out.
    now : datetime
        With a zone; fixes later than it are refused.

    Raises
    ------
    RefusedData
        If a file can't be read, or trips are refused and not to be skipped.
    NotReady
        If a key is missing or damaged under which riders' names are kept in these trips, or a
        rider is erased meanwhile.
    """
    settings, key, names = workspace.settings, workspace.proven_rider_key(), workspace.trace_names()
    batch = read_traces(
        files,
        datum=options.datum,
        columns=options.columns,
        rider=options.rider,
        rider_key=key,
        time_zone=options.time_zone,
        now=now,
        max_speed_m_s=settings.max_speed_m_s,
        max_dropped_share=settings.max_dropped_share,
        clock_jump_s=settings.clock_jump_s,
        clock_jump_fixes=settings.clock_jump_fixes,
        future_slack_s=settings.future_slack_s,
        near=streets_extent(workspace),
        elsewhere=_read_elsewhere(workspace),
    )
    listed = settle_refusals(
        workspace, "traces", batch.refusals, skip_refused=options.skip_refused, now=now
    )
    doubts = doubt_datum_of_positions(workspace, batch.fixes.lon, batch.fixes.lat, options.datum)
    with workspace.database.reading() as connection:
        erased = erasures.known(connection)
    read = _under_pseudonyms(batch.fixes, key)
    fixes = read.take(trips_to_keep(workspace, read, names, erased))

    def check(connection: Connection) -> None:
        while_names_stay(names)(connection)
        while_nobody_is_erased(erased)(connection)
        rider_generations.note_first(connection, mark_of_key(key))

    counts = workspace.lake.add(
        under_trace_names(fixes, names),
        replace=options.replace,
        while_allowed=check,
    )
    stops = find_stops(fixes, radius_m=settings.stop_radius_m, min_s=settings.stop_min_s)
    return TraceReport(
        trips=LoadReport(
            what="trips",
            read=batch.read,
            loaded=fixes.trips,
            refused=len(batch.refusals),
            replaced=counts.replaced,
            removed=counts.removed,
            warnings=batch.warnings + doubts,
            refused_list=listed,
        ),
        fixes=len(fixes),
        unchanged=counts.unchanged,
        dropped=dict(batch.dropped),
        stops=len(stops),
        stop_seconds=float(stops.seconds.sum()),
        erased=read.trips - fixes.trips,
    )


def _read_elsewhere(workspace: Workspace) -> ReadElsewhere | None:
    """Return what has workers that are not here read files; they have to see them too."""
    workers = workspace.workers
    if workers.are_here:
        return None
    return lambda read, files: workers.each(
        operator.call, ((read, path.absolute()) for path in files)
    )


def _under_pseudonyms(fixes: Fixes, key: bytes) -> Fixes:
    return replace(fixes, rider_ids=tuple(pseudonym(name, key) for name in fixes.rider_ids))

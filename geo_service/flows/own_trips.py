"""A rider's own trips: sent under consent, listed, shown, taken back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import numpy as np

from geo_service.domain.own_trip import MOST_FIXES, MOST_TRIPS, own_trip_id, trip_lengths_m
from geo_service.domain.rider_names import Span, TraceNames
from geo_service.domain.trace import Fixes
from geo_service.errors import NotFound, RefusedData, RefusedFields, WrongUsage
from geo_service.flows.give_consent import present_text, require_consent
from geo_service.flows.loading import streets_extent
from geo_service.flows.name_traces import under_trace_names, while_names_stay
from geo_service.flows.names_of_rider import all_names
from geo_service.flows.remove_trips import TripsGone, remove_trips
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.ingest.times import Clock
from geo_service.ingest.traces.fix_table import TraceBatch, TraceRule
from geo_service.ingest.traces.read import parse_traces
from geo_service.store import own_trips
from geo_service.store.acting import A_RIDER, act_as, act_on_own_trips
from geo_service.store.database import Connection
from geo_service.store.own_trips import OwnTrip

TRIPS = "trips"
"""How refusals call what was sent; ``trips[2]`` is the second of them."""
NO_TRIP = "There is no trip of yours with this id."
_PLAIN = re.compile(
    r"(None of its \d+ fixes|\d+ of its \d+ fixes can't be used|It has \d+ positions and \d+ times"
    r"|The trip loses \d+ |Its geometry is |It has no geometry|The track holds no fix)"
)
"""Reasons that repeat nothing of what was sent, up to where they name the first fix."""
_FIRST = re.compile(r" \((?:too many|with)[^)]*\)| The first \(record.*", re.DOTALL)
_OTHERWISE = (
    "It can't be used. Every position (longitude, latitude, near this city) needs a time, ISO 8601 "
    "with a zone or Unix seconds, in order; and ids, if there are any, must be of one trip each."
)


class MeasuredTrip(NamedTuple):
    """One of a rider's trips, and how long it is."""

    trip: OwnTrip
    metres: float


@dataclass(frozen=True, slots=True)
class TakenTrips:
    """What became of trips that were sent."""

    trips: Sequence[MeasuredTrip]
    """In the order in which they were sent."""
    added: int
    replaced: int
    unchanged: int
    dropped: int
    """Fixes that could not be true, of all the trips."""


class OwnPage(NamedTuple):
    """Some of a rider's trips, newest first."""

    shown: Sequence[MeasuredTrip]
    older_than: datetime | None
    """When the last of them starts, if there may be older ones."""
    untold: tuple[Span, ...]
    """When trips start of which nobody can tell any more whose they are."""


def take_trips(
    workspace: Workspace, rider: str, content: bytes, name: str, datum: Datum, now: datetime
) -> TakenTrips:
    """Keep trips that a rider sent, all or none; sent again they replace themselves.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    rider : str
        The pseudonym of who sends them; whatever else they say of riders is not looked at.
    content : bytes
        GPX, or GeoJSON lines with times.
    name : str
        Says by its ending which: ``.gpx`` or ``.geojson``.
    datum : Datum
        How the positions are meant.
    now : datetime
        With a zone.

    Raises
    ------
    NoConsent
        If the rider does not agree to the present text.
    RefusedFields
        If the content can't be read, or is too much, or trips can't be kept, each named by its
        number. Nothing of what was sent is repeated.
    NotReady
        If the disk or the database can't be written, or the key to riders' names in such trips
        is not here.
    """
    act_as(A_RIDER)
    version = present_text(workspace).version

    def while_agreed(connection: Connection) -> None:
        require_consent(connection, rider, version)

    with workspace.database.reading() as connection:
        while_agreed(connection)
    batch = _read(workspace, rider, content, name, datum, now)
    names = workspace.trace_names()
    fixes = _named(batch.fixes, rider, names, workspace.rider_key())
    names_stay = while_names_stay(names)

    def while_allowed(connection: Connection) -> None:
        while_agreed(connection)
        names_stay(connection)

    counts = workspace.lake.add(fixes, while_allowed=while_allowed)
    with workspace.database.reading() as connection:
        kept = [own_trips.find(connection, fixes.rider_ids, one) for one in fixes.trip_ids]
    lengths = trip_lengths_m(fixes).tolist()
    return TakenTrips(
        trips=[
            MeasuredTrip(trip, length)
            for trip, length in zip(kept, lengths, strict=True)
            if trip is not None
        ],
        added=counts.added,
        replaced=counts.replaced,
        unchanged=counts.unchanged,
        dropped=batch.fixes_read - len(fixes),
    )


def list_trips(workspace: Workspace, rider: str, before: datetime | None, limit: int) -> OwnPage:
    """Return a rider's trips, newest first.

    Parameters
    ----------
    workspace : Workspace
    rider : str
        The pseudonym of the account; trips under all of the rider's names are listed.
    before : datetime or None
        Only trips that start earlier; None: from the last on.
    limit : int
        So many, and the others that start at the very moment of the last.

    Raises
    ------
    NotReady
        If a file of traces is missing or damaged.
    """
    known = all_names(workspace, rider)
    with workspace.database.reading() as connection:
        found = own_trips.of_rider(connection, known.names, before, limit)
    lengths = {}
    for trip in found:
        # One at a time, for each lies in a file of its own day.
        fixes = workspace.lake.read_trip(trip.trip_id)
        if fixes is not None:
            lengths[trip.trip_id] = float(trip_lengths_m(fixes)[0])
    shown = [MeasuredTrip(trip, lengths[trip.trip_id]) for trip in found if trip.trip_id in lengths]
    older_than = found[-1].starts_at if len(found) >= limit else None
    return OwnPage(shown, older_than, known.untold)


def read_trip(workspace: Workspace, rider: str, trip_id: str) -> Fixes:
    """Return one of a rider's trips.

    Raises
    ------
    NotFound
        If there is no such trip, or it is somebody else's: the words are the same.
    NotReady
        If its file is missing or damaged.
    """
    names = _require_own(workspace, rider, trip_id)
    fixes = workspace.lake.read_trip(trip_id)
    if fixes is None or not {*fixes.rider_ids} <= {*names}:
        raise NotFound(NO_TRIP)
    return fixes


def delete_trip(workspace: Workspace, rider: str, trip_id: str) -> None:
    """Remove one of a rider's trips; when this returns its bytes have left the disk.

    Raises
    ------
    NotFound
        As `read_trip` does.
    NotReady
        If its file is missing or damaged.
    """
    act_on_own_trips("delete_own_trace")
    _require_own(workspace, rider, trip_id)
    remove_trips(workspace, [trip_id])


def delete_all_trips(workspace: Workspace, rider: str) -> TripsGone:
    """Remove all of a rider's trips, whatever the rider agrees to.

    Raises
    ------
    NotReady
        If a file of traces is missing or damaged; done again, the rest goes.
    """
    act_on_own_trips("delete_own_traces")
    known = all_names(workspace, rider)
    return TripsGone(remove_trips(workspace, rider_ids=known.names).trips, known.untold)


def _require_own(workspace: Workspace, rider: str, trip_id: str) -> tuple[str, ...]:
    """Return the rider's names if the trip is under one of them."""
    names = all_names(workspace, rider).names
    with workspace.database.reading() as connection:
        if own_trips.find(connection, names, trip_id) is None:
            raise NotFound(NO_TRIP)
    return names


def _read(
    workspace: Workspace, rider: str, content: bytes, name: str, datum: Datum, now: datetime
) -> TraceBatch:
    settings = workspace.settings
    rule = TraceRule(
        datum=datum,
        rider=rider,
        rider_key=workspace.rider_key(),
        clock=Clock(None, now, settings.future_slack_s),
        near=streets_extent(workspace),
        max_speed_m_s=settings.max_speed_m_s,
        max_dropped_share=settings.max_dropped_share,
        clock_jump_s=settings.clock_jump_s,
        clock_jump_fixes=settings.clock_jump_fixes,
    )
    try:
        batch = parse_traces(content, rule, file=name)
    except (RefusedData, WrongUsage) as problem:
        # Its own words may repeat what was sent.
        raise _refused(
            "These are no traces that can be read. Send GPX tracks, or GeoJSON LineStrings with a "
            "list of times among their properties (times, or coordTimes)."
        ) from problem
    if batch.fixes_read > MOST_FIXES or batch.read > MOST_TRIPS:
        raise _refused(
            f"At most {MOST_TRIPS} trips and {MOST_FIXES} fixes are taken at a time. Send them in "
            "several parts."
        )
    kept = set(batch.fixes.trip_ids)
    # Of a trip that is kept, single fixes were of no use: they are counted as dropped.
    faults = {
        f"{TRIPS}[{one.row}]": _without_echo(one.reason)
        for one in batch.refusals
        if one.record_id not in kept
    }
    if faults:
        raise RefusedFields(faults)
    if not batch.fixes.trips:
        raise _refused("There is no trip in what was sent.")
    return batch


def _refused(reason: str) -> RefusedFields:
    return RefusedFields({TRIPS: reason})


def _without_echo(reason: str) -> str:
    return _FIRST.sub("", reason) if _PLAIN.match(reason) else _OTHERWISE


def _named(fixes: Fixes, rider: str, names: TraceNames, key: bytes) -> Fixes:
    """Give all trips to their rider, under the names of their time, and name the trips."""
    nobody_else = np.zeros(fixes.trips, dtype=np.int64)
    named = under_trace_names(replace(fixes, rider_ids=(rider,), rider=nobody_else), names)
    starts = fixes.t[fixes.offsets[:-1]].tolist()
    # Made of the trace's name, so that without its key no trip's id tells whose it is either.
    trip_ids = tuple(
        own_trip_id(named.rider_ids[number], start, key)
        for number, start in zip(named.rider.tolist(), starts, strict=True)
    )
    if len(set(trip_ids)) < len(trip_ids):
        raise _refused("Two of the trips begin at the same moment. Send each trip once.")
    return replace(named, trip_ids=trip_ids)

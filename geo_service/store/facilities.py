"""Facilities in the database, and the live state each last reported."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, bindparam, delete, select

from geo_service.domain.facility import Facility, Service, State
from geo_service.errors import NotFound
from geo_service.store.change_journal import FACILITIES, note_change
from geo_service.store.packed import pack_more, pack_set, unpack_more, unpack_set
from geo_service.store.schema import facilities, facility_states
from geo_service.store.upsert import Found, Written, find_rows, upsert, write_known

READ = select(*facilities.c, *list(facility_states.c)[1:]).select_from(
    facilities.outerjoin(facility_states)
)
# Told once: to put such a statement together anew takes as long as it does.
READ_ONE = READ.where(facilities.c.facility_id == bindparam("facility_id"))
TIMES = select(facility_states.c.facility_id, facility_states.c.observed_at)


def write(connection: Connection, records: Sequence[Facility], *, replace: bool = False) -> Written:
    """Write facilities by id; of two with the same id the later one stays.

    A facility that comes without a live state keeps the one it reported, and of two states the
    one observed later stays, of two observed at one moment the one written later; with
    ``replace`` what is given is the whole truth.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    records : sequence of Facility
    replace : bool
        Whether facilities that are not given are removed.
    """
    written = upsert(connection, facilities, [_row(record) for record in records], replace=replace)
    if replace:
        connection.execute(delete(facility_states))
    states = _latest_states(records)
    _write_states(connection, states, _observed(connection, states))
    touched = None if replace else {one.facility_id for one in records}
    note_change(connection, FACILITIES, touched)
    return written


def remove(connection: Connection, facility_id: str) -> bool:
    """Remove a facility and its state.

    Returns
    -------
    bool
        Whether there was one with this id.
    """
    removed = connection.execute(delete(facilities).where(facilities.c.facility_id == facility_id))
    if removed.rowcount == 0:
        return False
    note_change(connection, FACILITIES, [facility_id])
    return True


def each(connection: Connection) -> Iterator[Facility]:
    """Yield all facilities in any order, one at a time, so that none need be held."""
    return map(_facility, connection.execute(READ))


def read_all(connection: Connection) -> list[Facility]:
    """Return all facilities in order of id."""
    return sorted(each(connection), key=lambda record: record.facility_id)


def read_kind(connection: Connection, kind: str) -> list[Facility]:
    """Return the facilities of a kind in order of id."""
    rows = connection.execute(READ.where(facilities.c.kind == kind))
    return sorted(map(_facility, rows), key=lambda record: record.facility_id)


def find(connection: Connection, facility_id: str) -> Facility | None:
    """Return one facility; None if none has the id."""
    row = connection.execute(READ_ONE, {"facility_id": facility_id}).one_or_none()
    return None if row is None else _facility(row)


def find_many(connection: Connection, facility_ids: Collection[str]) -> list[Facility]:
    """Return the facilities with these ids that are there, in order of id."""
    rows = find_rows(connection, READ, facilities.c.facility_id, facility_ids)
    return sorted(map(_facility, rows), key=lambda record: record.facility_id)


def write_state(connection: Connection, facility_id: str, state: State) -> bool:
    """Keep what a facility reports of itself, as `keep_state` does.

    Raises
    ------
    NotFound
        If no facility has the id.
    """
    facility = find(connection, facility_id)
    if facility is None:
        raise NotFound(
            "No facility has this id.", where=facility_id, remedy="Add the facility first."
        )
    return keep_state(connection, facility, state)


def keep_state(
    connection: Connection, facility: Facility, state: State, *, latest: datetime | None = None
) -> bool:
    """Keep what a facility reports of itself.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in which nobody else writes this facility's state.
    facility : Facility
        As it was read there.
    state : State
    latest : datetime, optional
        With a zone. A state that is known to be observed later than this was observed by a clock
        that went wrong, and gives way.

    Returns
    -------
    bool
        Whether it was kept: a state observed before the one that is known is not. Of two
        observed at one moment the one written later is, so that a report may be corrected, and
        sent again after an answer that was lost.
    """
    name, before = facility.facility_id, facility.state
    known = {} if before is None else {name: before.observed_at}
    kept = _write_states(connection, {name: state}, known, latest)
    if kept:
        note_change(connection, FACILITIES, [name])
    return kept > 0


def _latest_states(records: Iterable[Facility]) -> dict[str, State]:
    latest: dict[str, State] = {}
    for record in records:
        if record.state is not None:
            known = latest.setdefault(record.facility_id, record.state)
            if known.observed_at <= record.state.observed_at:
                latest[record.facility_id] = record.state
    return latest


def _write_states(
    connection: Connection,
    states: Mapping[str, State],
    known: Mapping[str, datetime],
    latest: datetime | None = None,
) -> int:
    """Write the states that are no older than those known; return how many.

    Those observed after ``latest`` are known and count for nothing.
    """

    def gives_way(facility_id: str, state: State) -> bool:
        moment = known.get(facility_id)
        return moment is None or moment <= state.observed_at or latest_passed(moment)

    def latest_passed(moment: datetime) -> bool:
        return latest is not None and moment > latest

    newer = {name: state for name, state in states.items() if gives_way(name, state)}
    write_known(connection, facility_states, list(_state_rows(newer.items())), known.keys())
    return len(newer)


def _observed(connection: Connection, facility_ids: Collection[str]) -> dict[str, datetime]:
    """Return when the states that are known were observed."""
    return dict(find_rows(connection, TIMES, facility_states.c.facility_id, facility_ids))


def _state_rows(states: Iterable[tuple[str, State]]) -> Iterator[dict[str, object]]:
    for facility_id, state in states:
        yield {
            "facility_id": facility_id,
            "observed_at": state.observed_at,
            "charged": state.charged,
            "empty": state.empty,
            "free": state.free,
            "out_of_order": state.out_of_order,
        }


def _row(record: Facility) -> dict[str, object]:
    return {
        "facility_id": record.facility_id,
        "kind": record.kind,
        "lon": record.lon,
        "lat": record.lat,
        "name": record.name,
        "name_en": record.name_en,
        "operator": record.operator,
        "address": record.address,
        "opening_hours": record.opening_hours,
        "amenities": pack_set(record.amenities),
        "services": pack_set(record.services),
        "more": pack_more(record.more),
    }


def _facility(row: Found) -> Facility:
    """Make a facility of a row of ``READ``."""
    (
        facility_id,
        kind,
        lon,
        lat,
        name,
        name_en,
        operator,
        address,
        opening_hours,
        amenities,
        services,
        more,
        observed_at,
        *counts,
    ) = row
    state = None
    if observed_at is not None:
        state = State(observed_at, *counts)
    return Facility(
        facility_id=facility_id,
        kind=kind,
        lon=lon,
        lat=lat,
        name=name,
        name_en=name_en,
        operator=operator,
        address=address,
        opening_hours=opening_hours,
        amenities=unpack_set(amenities),
        services=_services(services),
        state=state,
        more=unpack_more(more),
    )


@lru_cache(maxsize=16)
def _services(text: str) -> frozenset[Service]:
    return frozenset(map(Service, unpack_set(text)))

"""Facilities added, changed and retired one by one, by those who look after them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from geo_service.domain.facility import Facility
from geo_service.errors import NotFound
from geo_service.flows.check_keys import require_place
from geo_service.flows.loading import streets_extent
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.ingest.facility_feature import Reading, parse_facility
from geo_service.store import facilities as stored_facilities
from geo_service.store.keys import Key

Check: TypeAlias = Callable[[Facility | None], None]


def accept(known: Facility | None) -> None:
    """Have nothing against a change, whatever is known."""
    del known


@dataclass(frozen=True, slots=True)
class PutFacility:
    """What came of putting a facility."""

    facility: Facility
    """As it is kept now."""
    added: bool
    """Whether there was none with this id."""


def put_facility(
    workspace: Workspace,
    facility_id: str,
    feature: Mapping[str, Any],
    *,
    datum: Datum,
    now: datetime,
    key: Key | None = None,
    check: Check = accept,
) -> PutFacility:
    """Add a facility, or make it what is given; without a state it keeps the one it reported.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    facility_id : str
        New or known.
    feature : mapping
        A GeoJSON Feature with a Point; see `parse_facility`.
    datum : Datum
        Of the Point.
    now : datetime
        With a zone; a state observed later is refused.
    key : Key or None
        Of staff; one of some areas moves no facility into them, out of them or elsewhere. None:
        whoever asks is trusted.
    check : callable
        Told of the facility as it is when it is about to be changed; what it raises keeps it so.

    Raises
    ------
    RefusedFields
        Naming each field that a load would refuse too.
    NotAllowed
        If it lies, or would lie, outside the key's areas.
    """
    reading = Reading(datum, streets_extent(workspace), now, workspace.settings.future_slack_s)
    given = parse_facility(feature, facility_id, reading)
    with workspace.database.writing() as connection:
        known = stored_facilities.find(connection, facility_id)
        if key is not None:
            require_place(connection, workspace, key, known, given)
        check(known)
        written = stored_facilities.write(connection, [given])
        (kept,) = stored_facilities.find_many(connection, [facility_id])
    return PutFacility(kept, added=written.added > 0)


def retire_facility(
    workspace: Workspace, facility_id: str, *, key: Key | None = None, check: Check = accept
) -> None:
    """Remove a facility for good, with the state it reported.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    facility_id : str
        A known one.
    key : Key or None
        As for ``put_facility``.
    check : callable
        As for ``put_facility``.

    Raises
    ------
    NotFound
        If there is none with this id.
    NotAllowed
        If it lies outside the key's areas.
    """
    with workspace.database.writing() as connection:
        known = stored_facilities.find(connection, facility_id)
        if key is not None:
            require_place(connection, workspace, key, known)
        check(known)
        if not stored_facilities.remove(connection, facility_id):
            raise NotFound("There is no facility with this id.")

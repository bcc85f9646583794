"""How much stations are used: visits, riders, and at which hours and days of the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby

import numpy as np

from geo_service.arrays import Integers
from geo_service.domain.check_in import Visit
from geo_service.domain.facility import Facility, Kind
from geo_service.domain.moments import to_microseconds
from geo_service.domain.slots import HOURS, Per, SlotRule, slot_parts
from geo_service.errors import WrongUsage
from geo_service.flows.wiring import Workspace
from geo_service.store import check_ins as stored_check_ins
from geo_service.store import facilities as stored_facilities

STATIONS = frozenset({Kind.REST_STATION, Kind.SERVICE_WINDOW, Kind.LIAISON_STATION})
"""Where riders are meant to stay a while: told of without a visit too."""
WEEKDAYS = 7


@dataclass(frozen=True, slots=True)
class StationUse:
    """How much one facility is used."""

    facility_id: str
    kind: str
    """Blank: it is no longer there."""
    name: str
    visits: int
    riders: int
    """Distinct ones."""
    hours: tuple[int, ...]
    """Visits by hour of the day, 24, in the city's time zone."""
    weekdays: tuple[int, ...]
    """Visits by day of the week, seven from Monday on."""


def count_visits(
    workspace: Workspace, since: datetime | None, until: datetime | None
) -> list[StationUse]:
    """Count the visits of ``[since, until)``.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    since, until : datetime or None
        With a zone; None: from the first visit, to the last.

    Returns
    -------
    list of StationUse
        Of every station, and of all other facilities that were visited, in order of id.

    Raises
    ------
    WrongUsage
        If nothing can lie between the two.
    """
    if since is not None and until is not None and until <= since:
        raise WrongUsage(
            "This ends before it begins.", where="until", remedy="Give a time after since."
        )
    zone = workspace.calendar().zone
    with workspace.database.reading() as connection:
        visits = stored_check_ins.read_between(connection, since, until)
        known = {one.facility_id: one for one in stored_facilities.read_all(connection)}
    by_facility = {
        facility_id: list(here)
        for facility_id, here in groupby(visits, lambda one: one.facility_id)
    }
    stations = {one.facility_id for one in known.values() if one.kind in STATIONS}
    return [
        _count(facility_id, known.get(facility_id), by_facility.get(facility_id, []), zone)
        for facility_id in sorted(stations | by_facility.keys())
    ]


def _count(
    facility_id: str, facility: Facility | None, visits: Sequence[Visit], zone: tzinfo
) -> StationUse:
    t = np.array([to_microseconds(one.checked_in_at) for one in visits], dtype=np.int64)
    weekday, hour = slot_parts(SlotRule(Per.WEEKDAY_HOUR, zone).slots(t))
    return StationUse(
        facility_id,
        "" if facility is None else facility.kind,
        "" if facility is None else facility.name or facility.name_en,
        len(visits),
        len({one.rider for one in visits}),
        _tally(hour, HOURS),
        _tally(weekday - 1, WEEKDAYS),
    )


def _tally(slot: Integers, slots: int) -> tuple[int, ...]:
    return tuple(np.bincount(slot, minlength=slots).tolist())

"""How much a facility is used: visits and riders, by hour of the day and day of the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from geo_service.arrays import Integers
from geo_service.domain.check_in import Visit
from geo_service.domain.facility import Facility, Kind
from geo_service.domain.moments import to_microseconds
from geo_service.domain.slots import HOURS, Per, SlotRule, slot_parts

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


def count_use(
    facility_id: str, facility: Facility | None, visits: Sequence[Visit], zone: tzinfo
) -> StationUse:
    """Count the visits to a facility.

    Parameters
    ----------
    facility_id : str
        Of the facility.
    facility : Facility or None
        None: it is no longer there.
    visits : sequence of Visit
        To it.
    zone : tzinfo
        The city's.

    Returns
    -------
    StationUse
        Raises nothing.
    """
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

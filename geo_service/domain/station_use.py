"""How much a facility is used: check-ins and riders, by hour of the day and day of the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from geo_service.arrays import Integers
from geo_service.domain.check_in import CheckIn
from geo_service.domain.facility import Facility, Kind
from geo_service.domain.moments import to_microseconds
from geo_service.domain.slots import HOURS, Per, SlotRule, slot_parts

STATIONS = frozenset({Kind.REST_STATION, Kind.SERVICE_WINDOW, Kind.LIAISON_STATION})
"""Where riders are meant to stay a while: told of without a check-in too."""
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
    """Check-ins by hour of the day, 24, in the city's time zone."""
    weekdays: tuple[int, ...]
    """Check-ins by day of the week, seven from Monday on."""


def count_use(
    facility_id: str, facility: Facility | None, check_ins: Sequence[CheckIn], zone: tzinfo
) -> StationUse:
    """Count the check-ins at a facility.

    Parameters
    ----------
    facility_id : str
        Of the facility.
    facility : Facility or None
        None: it is no longer there.
    check_ins : sequence of CheckIn
        At it.
    zone : tzinfo
        The city's.

    Returns
    -------
    StationUse
        Raises nothing.
    """
    t = np.array([to_microseconds(one.checked_in_at) for one in check_ins], dtype=np.int64)
    weekday, hour = slot_parts(SlotRule(Per.WEEKDAY_HOUR, zone).slots(t))
    return StationUse(
        facility_id,
        "" if facility is None else facility.kind,
        "" if facility is None else facility.name or facility.name_en,
        len(check_ins),
        len({one.rider for one in check_ins}),
        _tally(hour, HOURS),
        _tally(weekday - 1, WEEKDAYS),
    )


def _tally(slot: Integers, slots: int) -> tuple[int, ...]:
    return tuple(np.bincount(slot, minlength=slots).tolist())

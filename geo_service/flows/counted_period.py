"""Which trips a question means by when they start, and how far riders can be counted in them.

When riders' names change, the same rider is another one from then on. So whatever counts riders
looks at trips of one generation of names only: this is the one place that sees to it.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np

from geo_service.domain.moments import day_begin, to_microseconds
from geo_service.domain.rider_names import Generation
from geo_service.errors import WrongUsage
from geo_service.flows.wiring import Workspace
from geo_service.store import rider_generations, trace_days
from geo_service.store.trace_packing import MICROSECONDS_A_MILLISECOND, PackedTrips

SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Period:
    """Trips that start at ``since`` or later and before ``until``; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """Both ends."""
        return self.since, self.until

    def also_in(self, other: "Period") -> "Period":
        """Return the trips of both."""
        since = [one for one in (self.since, other.since) if one is not None]
        until = [one for one in (self.until, other.until) if one is not None]
        return Period(max(since, default=None), min(until, default=None))

    def holds_day(self, day: int) -> bool:
        """Say whether all trips that start on a UTC day, counted from 1970-01-01, are meant."""
        return (self.since is None or self.since <= day_begin(day)) and (
            self.until is None or self.until >= day_begin(day + 1)
        )

    def starting_in(self, packed: PackedTrips) -> PackedTrips:
        """Leave out the trips that start at another time."""
        start_us = packed.starts * MICROSECONDS_A_MILLISECOND
        wanted = np.ones(len(start_us), np.bool_)
        if self.since is not None:
            wanted &= start_us >= to_microseconds(self.since)
        if self.until is not None:
            wanted &= start_us < to_microseconds(self.until)
        return packed if wanted.all() else packed.take(np.flatnonzero(wanted).tolist())


def within_one_generation(workspace: Workspace, asked: Period) -> Period:
    """Keep a period to trips in which each rider has one name.

    Parameters
    ----------
    workspace : Workspace
        Knows when names changed, and holds the trips.
    asked : Period
        As it was asked for; without ``since`` it may be kept shorter.

    Returns
    -------
    Period
        As asked for if names never changed. Else its trips are those of one generation, whatever
        is added meanwhile; where several have trips and no beginning was asked for, of the last.
        Kept to that once more, it stays as it is.

    Raises
    ------
    WrongUsage
        If the beginning is asked for, and there are trips before and after a change of names.
    """
    with workspace.database.reading() as connection:
        generations = rider_generations.read_all(connection)
        parts = _parts(generations, asked)
        if len(parts) < SEVERAL:
            return parts[0] if parts else asked
        ridden = [one for one in parts if trace_days.starts_within(connection, *one.bounds)]
    if len(ridden) > 1 and asked.since is not None:
        raise _spans(workspace, [one.since for one in ridden[1:] if one.since is not None])
    return (ridden or parts)[-1]


def _parts(generations: list[Generation], asked: Period) -> list[Period]:
    """Cut a period where names change."""
    begins = [one.begins for one in generations[1:]]
    spans = [Period(since, until) for since, until in pairwise([None, *begins, None])]
    cut = [asked.also_in(span) for span in spans]
    return [one for one in cut if one.since is None or one.until is None or one.since < one.until]


def _spans(workspace: Workspace, moments: list[datetime]) -> WrongUsage:
    zone = workspace.calendar().zone
    said = [moment.astimezone(zone).isoformat(timespec="minutes") for moment in moments]
    return WrongUsage(
        f"Riders have other names from {', '.join(said)} on, so riders before and after can't be "
        "counted together.",
        where="since",
        remedy=f"Ask in parts: until {said[0]}, and since {said[-1]}; without a beginning the last "
        "of them is counted.",
    )

"""Trips go for good: because their rider says so, or because they are old."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from geo_service.domain.moments import day_begin, day_of
from geo_service.domain.rider_names import Span
from geo_service.flows.wiring import Workspace
from geo_service.store import own_trips
from geo_service.store.trace_removal import Removed

AT_ONCE = 10_000
"""So many old trips at a time; others write in between."""


class TripsGone(NamedTuple):
    """How many of a rider's trips went for good."""

    trips: int = 0
    untold: tuple[Span, ...] = ()
    """When trips start that stay, because nobody can tell any more whose they are."""


def remove_trips(
    workspace: Workspace, trip_ids: Collection[str] = (), *, rider_ids: Collection[str] = ()
) -> Removed:
    """Remove trips, their bytes on the disk, and what was counted of them.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    trip_ids, rider_ids : collection of str
        Those of these ids, and all of the riders with these pseudonyms.

    Raises
    ------
    NotReady
        If a file of traces is missing or damaged; done again, the rest goes.
    """
    days = None
    try:
        removed = workspace.lake.remove(trip_ids, rider_ids=rider_ids)
        days = removed.days
    finally:
        # What is kept of these days is of no use any more, and names riders by their pseudonyms.
        # Cut short, nobody knows which they are.
        workspace.kept_counts.drop(days)
    return removed


def remove_old_trips(workspace: Workspace, now: datetime) -> int:
    """Remove the trips that ended longer ago than the workspace's setting says.

    Whole UTC days go together, so that a day's file is written anew at most once a day.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing; by its setting ``trace_days``, 0: none go.
    now : datetime
        With a zone.

    Returns
    -------
    int
        How many trips went.

    Raises
    ------
    NotReady
        As `remove_trips` does.
    """
    days = workspace.settings.trace_days
    if not days:
        return 0
    oldest_kept = day_begin(day_of(now - timedelta(days=days)))
    removed = 0
    while True:
        with workspace.database.reading() as connection:
            old = own_trips.ended_before(connection, oldest_kept, AT_ONCE)
        if not old:
            return removed
        removed += remove_trips(workspace, old).trips

"""One rider's trips in the database, newest first, and trips that ended long ago."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from geo_service.store.schema import trips


class OwnTrip(NamedTuple):
    """A trip as its rider sees it in a list."""

    trip_id: str
    starts_at: datetime
    ends_at: datetime
    fixes: int


READ = select(trips.c.trip_id, trips.c.starts_at, trips.c.ends_at, trips.c.fixes)


def of_rider(
    connection: Connection, names: Collection[str], before: datetime | None, least: int
) -> Sequence[OwnTrip]:
    """Return a rider's trips, newest first, those that start at one moment together.

    Parameters
    ----------
    connection : Connection
    names : collection of str
        All pseudonyms under which the rider's trips are kept.
    before : datetime or None
        Only trips that start earlier; None: from the last on.
    least : int
        So many at least, if there are, and the others that start when the last of them does.
    """
    asked = READ.where(trips.c.rider_id.in_(names))
    if before is not None:
        asked = asked.where(trips.c.starts_at < before)
    newest = asked.order_by(trips.c.starts_at.desc(), trips.c.trip_id)
    found = [OwnTrip(*row) for row in connection.execute(newest.limit(least))]
    if len(found) < least:
        return found
    last = found[-1].starts_at
    same = newest.where(trips.c.starts_at == last)
    return [
        *(trip for trip in found if trip.starts_at != last),
        *(OwnTrip(*row) for row in connection.execute(same)),
    ]


def find(connection: Connection, names: Collection[str], trip_id: str) -> OwnTrip | None:
    """Return one trip of a rider of these names; None: there is none, or it is somebody else's."""
    asked = READ.where(trips.c.trip_id == trip_id, trips.c.rider_id.in_(names))
    row = connection.execute(asked).one_or_none()
    return None if row is None else OwnTrip(*row)


def ended_before(connection: Connection, moment: datetime, most: int) -> list[str]:
    """Return the ids of trips that ended before a moment, whoever's, so many at most."""
    asked = select(trips.c.trip_id).where(trips.c.ends_at < moment)
    return list(connection.scalars(asked.order_by(trips.c.ends_at).limit(most)))

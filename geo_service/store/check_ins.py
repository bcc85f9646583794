"""Riders' check-ins in the database, one a facility, rider and day of the city."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from geo_service.domain.check_in import CheckIn
from geo_service.store.credit_schema import check_ins
from geo_service.store.insert_once import insert_once

READ = select(
    check_ins.c.facility_id, check_ins.c.rider, check_ins.c.day, check_ins.c.checked_in_at
)


def write(connection: Connection, check_in: CheckIn) -> bool:
    """Keep a check-in, unless the rider was there on that day already.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    check_in : CheckIn

    Returns
    -------
    bool
        Whether it is the first of the day.
    """
    row = {
        "facility_id": check_in.facility_id,
        "rider": check_in.rider,
        "day": check_in.day,
        "checked_in_at": check_in.checked_in_at,
    }
    return insert_once(connection, check_ins, row)


def read_of_rider(
    connection: Connection, rider: str, before_day: int | None, least: int
) -> Sequence[CheckIn]:
    """Return a rider's check-ins, newest first, of whole days.

    Parameters
    ----------
    connection : Connection
    rider : str
        A pseudonym.
    before_day : int or None
        Only earlier days; None: from the last on.
    least : int
        So many at least, if there are, and the others of the same day.
    """
    asked = READ.where(check_ins.c.rider == rider)
    if before_day is not None:
        asked = asked.where(check_ins.c.day < before_day)
    newest = asked.order_by(
        check_ins.c.day.desc(), check_ins.c.checked_in_at.desc(), check_ins.c.facility_id
    )
    last = connection.execute(newest.offset(least - 1).limit(1)).one_or_none()
    if last is not None:
        newest = newest.where(check_ins.c.day >= last.day)
    return [CheckIn(*row) for row in connection.execute(newest)]


def read_between(
    connection: Connection, since: datetime | None, until: datetime | None
) -> Sequence[CheckIn]:
    """Return all check-ins of ``[since, until)``, in order of facility and time.

    Parameters
    ----------
    connection : Connection
    since, until : datetime or None
        With a zone; None: from the first, to the last.
    """
    asked = READ
    if since is not None:
        asked = asked.where(check_ins.c.checked_in_at >= since)
    if until is not None:
        asked = asked.where(check_ins.c.checked_in_at < until)
    ordered = asked.order_by(check_ins.c.facility_id, check_ins.c.checked_in_at, check_ins.c.rider)
    return [CheckIn(*row) for row in connection.execute(ordered)]

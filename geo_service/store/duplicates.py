"""The open issues of a category nearest to a place, by an index on category and position."""

from sqlalchemy import Connection, select

from geo_service.domain.case import Case
from geo_service.domain.lifecycle import ENDED
from geo_service.store import cases as stored_cases
from geo_service.store.case_schema import cases
from geo_service.store.near_place import in_circle, squared_m
from geo_service.store.schema import issues

SLACK = 1.002
"""How much wider the circle is drawn, since its metres are right to 0.2 %."""


def open_cases_near(
    connection: Connection,
    category: str,
    lon: float,
    lat: float,
    *,
    radius_m: float,
    most: int,
    approved_only: bool,
) -> list[Case]:
    """Return the open cases of a category that lie nearest to a place.

    Parameters
    ----------
    connection : Connection
    category : str
        As issues name it.
    lon, lat : float
        WGS-84, decimal degrees.
    radius_m : float
        How far they may lie, in metres; those returned may lie 0.2 % farther.
    most : int
        How many at most.
    approved_only : bool
        Whether those are left out that not everybody may see.

    Returns
    -------
    list of Case
        Nearest first, then in order of id.
    """
    inside = [
        issues.c.category == category,
        in_circle(lon, lat, SLACK * radius_m),
        cases.c.stage.not_in(ENDED),
    ]
    if approved_only:
        inside.append(issues.c.approved)
    # A place may have thousands: they are put in order before anything else of them is read.
    nearest = (
        select(issues.c.issue_id)
        .join(cases, cases.c.issue_id == issues.c.issue_id)
        .where(*inside)
        .order_by(squared_m(lon, lat), issues.c.issue_id)
        .limit(most)
    )
    in_order = connection.scalars(nearest).all()
    found = {case.issue.issue_id: case for case in stored_cases.find_many(connection, in_order)}
    return [found[issue_id] for issue_id in in_order]

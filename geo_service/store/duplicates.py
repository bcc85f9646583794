"""Open issues of a category near a place, found by an index on category and position."""

from sqlalchemy import Connection, select

from geo_service.domain.case import Case
from geo_service.domain.lifecycle import ENDED
from geo_service.store import cases as stored_cases
from geo_service.store.case_schema import cases
from geo_service.store.near_place import in_box
from geo_service.store.schema import issues


def open_cases_in_box(
    connection: Connection, category: str, lon: float, lat: float, radius_m: float
) -> list[Case]:
    """Return the open cases of a category in a box around a place; some may lie farther.

    Parameters
    ----------
    connection : Connection
    category : str
        As issues name it.
    lon, lat : float
        WGS-84, decimal degrees.
    radius_m : float
        Half the side of the box, in metres.

    Returns
    -------
    list of Case
        In order of id; all that lie within ``radius_m`` are among them.
    """
    inside = (
        issues.c.category == category,
        in_box(lon, lat, radius_m),
        cases.c.stage.not_in(ENDED),
    )
    wanted = select(issues.c.issue_id).join(cases, cases.c.issue_id == issues.c.issue_id)
    return stored_cases.find_many(connection, connection.scalars(wanted.where(*inside)).all())

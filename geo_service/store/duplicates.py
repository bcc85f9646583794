"""The open issues of a category nearest to a place, by an index on category and position."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, or_, select

from geo_service.domain.case import Case
from geo_service.domain.lifecycle import ENDED
from geo_service.store import cases as stored_cases
from geo_service.store.case_schema import cases
from geo_service.store.near_place import IN_BOX, SQUARED_M, near_parameters
from geo_service.store.schema import issues
from geo_service.store.upsert import find_rows

LOOKED_AT = 64
"""Of so many nearest ones, over or not, enough are open almost everywhere."""

# Told once: to put such a statement together anew takes longer than it does.
NEAREST = (
    select(issues.c.issue_id)
    .where(
        issues.c.category == bindparam("category"),
        IN_BOX,
        or_(issues.c.approved, bindparam("sees_all")),
    )
    # The latest are most often still open, and most often the same.
    .order_by(SQUARED_M, issues.c.reported_at.desc(), issues.c.issue_id)
    .limit(bindparam("most"))
)
# Said by what it is not: for a list of stages SQLite would walk through the index of all of them.
_IS_OPEN = cases.c.stage.not_in(ENDED)
STILL_OPEN = select(cases.c.issue_id).where(_IS_OPEN)
NEAREST_OPEN = NEAREST.join(cases, cases.c.issue_id == issues.c.issue_id).where(_IS_OPEN)


def open_cases_near(
    connection: Connection,
    category: str,
    lon: float,
    lat: float,
    *,
    radius_m: float,
    most: int,
    approved_only: bool,
    area_ids: Collection[str] | None = None,
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
        Half the side of the box they lie in, in metres; those in its corners lie farther.
    most : int
        How many at most, up to 64.
    approved_only : bool
        Whether those are left out that not everybody may see.
    area_ids : collection of str or None
        The areas they were given to; None: any, or none.

    Returns
    -------
    list of Case
        Nearest first, then the latest reported, then in order of id.
    """
    asked = {
        **near_parameters(lon, lat, radius_m),
        "category": category,
        "sees_all": not approved_only,
    }
    if area_ids is not None:
        ours = NEAREST_OPEN.where(cases.c.area_id.in_(area_ids))
        return _in_order(connection, connection.scalars(ours, {**asked, "most": most}).all())
    # Some places have thousands, and to learn of each whether it is over takes longest.
    nearest = connection.scalars(NEAREST, {**asked, "most": LOOKED_AT}).all()
    still_open = {row[0] for row in find_rows(connection, STILL_OPEN, cases.c.issue_id, nearest)}
    in_order = [issue_id for issue_id in nearest if issue_id in still_open][:most]
    if len(in_order) < most and len(nearest) == LOOKED_AT:
        in_order = list(connection.scalars(NEAREST_OPEN, {**asked, "most": most}))
    return _in_order(connection, in_order)


def _in_order(connection: Connection, issue_ids: Sequence[str]) -> list[Case]:
    found = {case.issue.issue_id: case for case in stored_cases.find_many(connection, issue_ids)}
    return [found[issue_id] for issue_id in issue_ids]

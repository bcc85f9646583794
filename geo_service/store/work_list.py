"""The cases that staff work on, the most urgent first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select

from geo_service.domain.case import Case
from geo_service.domain.lifecycle import OPEN, Stage
from geo_service.domain.moments import from_microseconds, to_microseconds
from geo_service.store import cases as stored_cases
from geo_service.store.case_schema import cases
from geo_service.store.columns import UtcTime
from geo_service.store.schema import issues

WHENEVER = from_microseconds(253_402_300_799_000_000)
"""Where a case without a deadline stands: behind all that have one."""


class Place(NamedTuple):
    """Where in the list a case stands."""

    due_at: datetime
    issue_id: str

    def __str__(self) -> str:
        return f"{to_microseconds(self.due_at)}-{self.issue_id}"


@dataclass(frozen=True, slots=True)
class Work:
    """Which cases are wanted; what is left out lets all through."""

    stages: frozenset[Stage] = OPEN
    categories: frozenset[str] = frozenset()
    body_ids: frozenset[str] = frozenset()
    overdue_at: datetime | None = None
    """Only those whose stage should have been over by then."""
    approved: bool | None = None
    area_ids: frozenset[str] | None = None
    """The areas they were given to; None: any, or none."""
    box: tuple[float, float, float, float] | None = None
    """West, south, east, north, decimal degrees; west greater than east: across the meridian."""


def place_of(case: Case) -> Place:
    """Say where a case stands in the list. Raises nothing."""
    return Place(case.due_at or WHENEVER, case.issue.issue_id)


def read_place(text: str) -> Place:
    """Read a place as it was written.

    Raises
    ------
    ValueError
        If it is none.
    """
    due, _, issue_id = text.partition("-")
    if not (due.isdecimal() and len(due) < 19 and issue_id):
        raise ValueError(text)
    return Place(from_microseconds(int(due)), issue_id)


def read_work(
    connection: Connection, wanted: Work, *, after: Place | None, limit: int
) -> list[Case]:
    """Return a page of the list: what is due first comes first, then in order of id.

    Parameters
    ----------
    connection : Connection
    wanted : Work
    after : Place or None
        The last case of the page before.
    limit : int
        How many at most.
    """
    due_at = func.coalesce(cases.c.due_at, literal(WHENEVER, UtcTime()))
    conditions = _conditions(wanted)
    if after is not None:
        later = and_(due_at == after.due_at, cases.c.issue_id > after.issue_id)
        conditions.append(or_(due_at > after.due_at, later))
    page = (
        select(cases.c.issue_id)
        .join(issues, issues.c.issue_id == cases.c.issue_id)
        .where(*conditions)
        .order_by(due_at, cases.c.issue_id)
        .limit(limit)
    )
    return sorted(stored_cases.find_many(connection, connection.scalars(page).all()), key=place_of)


def _conditions(wanted: Work) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [cases.c.stage.in_(wanted.stages)]
    if wanted.categories:
        conditions.append(issues.c.category.in_(wanted.categories))
    if wanted.body_ids:
        conditions.append(cases.c.body_id.in_(wanted.body_ids))
    if wanted.overdue_at is not None:
        conditions += [cases.c.due_at < wanted.overdue_at, cases.c.stage.in_(OPEN)]
    if wanted.approved is not None:
        conditions.append(issues.c.approved == wanted.approved)
    if wanted.area_ids is not None:
        conditions.append(cases.c.area_id.in_(wanted.area_ids))
    if wanted.box is not None:
        west, south, east, north = wanted.box
        conditions.append(issues.c.lat.between(south, north))
        beyond_west, within_east = issues.c.lon >= west, issues.c.lon <= east
        conditions.append(
            and_(beyond_west, within_east) if west <= east else or_(beyond_west, within_east)
        )
    return conditions

"""Cases that a question lets through, newest report first, a page at a time.

Two ways lead to a page: along the index of report times until enough are found, or to gather
all that share something (a category, a stage, a place) by an index of that, and sort them. Which
is shorter depends on how many there are, so some are counted first: SQLite does not know.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, and_, func, or_, select

from geo_service.domain.case import Case
from geo_service.domain.lifecycle import ENDED, OPEN, Stage
from geo_service.store import cases as stored_cases
from geo_service.store.case_schema import cases
from geo_service.store.near_place import IN_BOX, IN_CIRCLE, near_parameters
from geo_service.store.schema import issues

MOST_COUNTED = 30_000
"""Beyond this all are many."""
TO_GATHER = 1.5
"""Gathering and sorting one takes so much longer than passing over one."""
LATE = timedelta(days=1)
"""Nothing was changed before it was reported, by clocks that differ by less than this."""

Condition: TypeAlias = ColumnElement[bool]


class Way(StrEnum):
    """By which index a page is looked for."""

    TIME = "time"
    PLACE = "place"
    """Or by category alone: the index on both is the same."""
    STAGE = "stage"
    UPDATE = "update"
    ID = "id"


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are wanted; what is left out lets all through."""

    issue_ids: frozenset[str] | None = None
    categories: frozenset[str] = frozenset()
    """Empty: all."""
    is_open: bool | None = None
    since: datetime | None = None
    """Reported then or later,"""
    until: datetime | None = None
    """and then or earlier; all four with a zone."""
    updated_since: datetime | None = None
    updated_until: datetime | None = None
    near: tuple[float, float, float] | None = None
    """Longitude, latitude, and metres around that place, up to 10,000."""
    sees_all: bool = False
    """Whether those are let through that not everybody may see,"""
    area_ids: frozenset[str] = frozenset()
    """or those that were given to some areas,"""
    rider: str = ""
    """or those that this rider reported; blank: nobody's."""


def search(
    connection: Connection, wanted: CaseFilter, *, offset: int = 0, limit: int = 100
) -> list[Case]:
    """Return a page of the cases that a filter lets through.

    Parameters
    ----------
    connection : Connection
    wanted : CaseFilter
    offset, limit : int
        How many are passed over, and how many returned at most.

    Returns
    -------
    list of Case
        By report time, newest first; of equal times by id, the last first.
    """
    asked = _told_in_full(connection, wanted)
    way = _shortest_way(connection, asked, offset + limit)
    reported_at = _column(issues.c.reported_at, indexed=way is Way.TIME)
    by_case = asked.is_open is not None or bool(_updated(asked))
    needs_cases = by_case or bool(asked.rider or asked.area_ids)
    joined = issues.join(cases, cases.c.issue_id == issues.c.issue_id)
    page = (
        select(issues.c.issue_id)
        .select_from(joined if needs_cases else issues)
        .where(*_conditions(asked, way))
        .order_by(reported_at.desc(), issues.c.issue_id.desc())
        .offset(offset)
        .limit(limit)
    )
    in_order = list(connection.scalars(page, _values(asked)))
    found = {case.issue.issue_id: case for case in stored_cases.find_many(connection, in_order)}
    return [found[issue_id] for issue_id in in_order if issue_id in found]


def _told_in_full(connection: Connection, wanted: CaseFilter) -> CaseFilter:
    """Say also what goes without saying, so that indexes can be used."""
    if wanted.near is not None and not wanted.categories:
        # The index on places is by category first.
        wanted = replace(wanted, categories=frozenset(_categories(connection)))
    if wanted.updated_until is not None:
        latest = wanted.updated_until + LATE
        until = latest if wanted.until is None else min(latest, wanted.until)
        wanted = replace(wanted, until=until)
    return wanted


def _categories(connection: Connection) -> list[str]:
    """List the categories of all issues, each found by one look into the index."""
    named = select(func.min(issues.c.category).label("category")).cte("named", recursive=True)
    following = (
        select(func.min(issues.c.category))
        .where(issues.c.category > named.c.category)
        .scalar_subquery()
    )
    every = named.union_all(select(following).where(named.c.category.is_not(None)))
    return [name for name in connection.scalars(select(every.c.category)) if name is not None]


def _shortest_way(connection: Connection, asked: CaseFilter, needed: int) -> Way:
    """Say by which index a page is found soonest."""
    if asked.issue_ids is not None:
        return Way.ID
    values = _values(asked)
    shared = {
        way: _count(connection, condition, values) for way, condition in _sharing(asked).items()
    }
    if not shared:
        return Way.TIME
    fewest = min(shared, key=shared.__getitem__)
    if shared[fewest] == 0:
        return fewest
    window = _between(issues.c.reported_at, asked.since, asked.until)
    in_all = connection.scalar(select(func.count()).select_from(issues)) or 0
    in_window = _count(connection, and_(*window), values) if window else in_all
    looked_at = needed * math.prod(in_all / count for count in shared.values())
    by_time = min(looked_at, in_window) <= TO_GATHER * shared[fewest]
    return Way.TIME if by_time else fewest


def _sharing(asked: CaseFilter) -> dict[Way, Condition]:
    """Return the conditions that an index of its own can answer."""
    shared: dict[Way, Condition] = {}
    if asked.categories:
        category = issues.c.category.in_(asked.categories)
        shared[Way.PLACE] = and_(category, IN_BOX) if asked.near else category
    if asked.is_open is not None:
        shared[Way.STAGE] = cases.c.stage.in_(_stages(is_open=asked.is_open))
    updated = _updated(asked)
    if updated:
        shared[Way.UPDATE] = and_(*updated)
    return shared


def _count(connection: Connection, condition: Condition, values: dict[str, float]) -> int:
    some = select(1).where(condition).limit(MOST_COUNTED).subquery()
    return connection.scalar(select(func.count()).select_from(some), values) or 0


def _conditions(asked: CaseFilter, way: Way) -> list[Condition]:
    reported_at = _column(issues.c.reported_at, indexed=way is Way.TIME)
    conditions = [
        *_between(reported_at, asked.since, asked.until),
        *_updated(asked, indexed=way is Way.UPDATE),
    ]
    if not asked.sees_all:
        seen: list[Condition] = [issues.c.approved]
        if asked.area_ids:
            seen.append(cases.c.area_id.in_(asked.area_ids))
        if asked.rider:
            seen.append(cases.c.reporter == asked.rider)
        conditions.append(or_(*seen))
    if asked.issue_ids is not None:
        conditions.append(issues.c.issue_id.in_(asked.issue_ids))
    if asked.categories:
        category = _column(issues.c.category, indexed=way is Way.PLACE)
        conditions.append(category.in_(asked.categories))
    if asked.is_open is not None:
        stage = _column(cases.c.stage, indexed=way is Way.STAGE)
        conditions.append(stage.in_(_stages(is_open=asked.is_open)))
    if asked.near is not None:
        conditions.append(IN_CIRCLE)
    return conditions


def _values(asked: CaseFilter) -> dict[str, float]:
    return {} if asked.near is None else near_parameters(*asked.near)


def _stages(*, is_open: bool) -> list[Stage]:
    return sorted(OPEN if is_open else ENDED)


def _updated(asked: CaseFilter, *, indexed: bool = True) -> list[Condition]:
    column = _column(cases.c.updated_at, indexed=indexed)
    return _between(column, asked.updated_since, asked.updated_until)


def _between(
    column: ColumnElement[Any], since: datetime | None, until: datetime | None
) -> list[Condition]:
    bounds = []
    if since is not None:
        bounds.append(column >= since)
    if until is not None:
        bounds.append(column <= until)
    return bounds


def _column(column: Column[Any], *, indexed: bool) -> ColumnElement[Any]:
    """Name a column, or name it so that no index on it is used."""
    return column if indexed else func.coalesce(column, column)

"""How much there is to do: cases by stage, those that are overdue, photos nobody has looked at."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, true

from geo_service.domain.lifecycle import OPEN, Stage
from geo_service.store.case_schema import cases, photos
from geo_service.store.upsert import find_rows


def by_stage(connection: Connection, area_ids: Collection[str] | None = None) -> dict[Stage, int]:
    """Count the cases of each stage, of some areas or all; stages without any are left out."""
    counted = select(cases.c.stage, func.count()).where(_given_to(area_ids))
    counted = counted.group_by(cases.c.stage)
    return {Stage(row[0]): row[1] for row in connection.execute(counted)}


def overdue(connection: Connection, now: datetime, area_ids: Collection[str] | None = None) -> int:
    """Count the open cases, of some areas or all, whose stage should have been over."""
    late = select(func.count()).where(
        cases.c.stage.in_(OPEN), cases.c.due_at < now, _given_to(area_ids)
    )
    return connection.execute(late).scalar_one()


def waiting_photos(connection: Connection, issue_ids: Collection[str]) -> dict[str, int]:
    """Count the photos of each issue that are not approved; issues without are left out."""
    waiting = (
        select(photos.c.issue_id, func.count())
        .where(photos.c.approved.is_(False))
        .group_by(photos.c.issue_id)
    )
    return {row[0]: row[1] for row in find_rows(connection, waiting, photos.c.issue_id, issue_ids)}


def _given_to(area_ids: Collection[str] | None) -> ColumnElement[bool]:
    return true() if area_ids is None else cases.c.area_id.in_(area_ids)

"""Staff sit down at their desk: the work list, with how much there is and what to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from geo_service.domain.area import Body
from geo_service.domain.category import Category
from geo_service.domain.lifecycle import Stage
from geo_service.flows.check_keys import reach_of_staff
from geo_service.flows.list_work import Listed, list_work
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import categories as stored_categories
from geo_service.store import city, work_counts
from geo_service.store.keys import Key
from geo_service.store.work_list import Place, Work


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the list of a desk shows."""

    title: str
    """What the city's pages are headed with; blank: nothing."""
    listed: tuple[Listed, ...]
    """What is due first comes first."""
    waiting: Mapping[str, int]
    """Of the issues listed that have any: how many photos nobody has approved."""
    stages: Mapping[Stage, int]
    """Of all issues that the key is for: how many are in which stage."""
    overdue: int
    categories: tuple[Category, ...]
    bodies: tuple[Body, ...]


def open_desk(
    workspace: Workspace, key: Key, wanted: Work, now: datetime, *, after: Place | None, limit: int
) -> Desk:
    """Return a page of the work list and what stands around it.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    key : Key
        Of staff; one of some areas sees, and counts, only what was given to them.
    wanted : Work
        Which cases.
    now : datetime
        With a zone.
    after : Place or None
        Where the page before ended.
    limit : int
        How many at most. Raises nothing of its own.
    """
    listed = list_work(workspace, key, wanted, after=after, limit=limit)
    reach = reach_of_staff(key)
    with workspace.database.reading() as connection:
        return Desk(
            title=city.read_title(connection),
            listed=tuple(listed),
            waiting=work_counts.waiting_photos(
                connection, {one.case.issue.issue_id for one in listed}
            ),
            stages=work_counts.by_stage(connection, reach),
            overdue=work_counts.overdue(connection, now, reach),
            categories=tuple(stored_categories.read_all(connection)),
            bodies=tuple(stored_areas.read_bodies(connection)),
        )

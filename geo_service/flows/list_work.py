"""Staff ask what is to be done, the most urgent first."""

from typing import NamedTuple

from geo_service.domain.area import Body
from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import categories as stored_categories
from geo_service.store.work_list import Place, Work, read_work


class Listed(NamedTuple):
    """A case on the list."""

    case: Case
    category: Category
    body: Body | None
    """Who answers for it."""


def list_work(
    workspace: Workspace, wanted: Work, *, after: Place | None, limit: int
) -> list[Listed]:
    """Return a page of the staff's list.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    wanted : Work
        Which cases.
    after : Place or None
        Where the page before ended.
    limit : int
        How many at most.

    Returns
    -------
    list of Listed
        What is due first comes first. Raises nothing of its own.
    """
    with workspace.database.reading() as connection:
        found = read_work(connection, wanted, after=after, limit=limit)
        categories = stored_categories.by_code(connection, {case.issue.category for case in found})
        bodies = stored_areas.bodies_by_id(connection)
    return [
        Listed(case, categories[case.issue.category], bodies.get(case.body_id)) for case in found
    ]

"""Staff ask what is to be done, the most urgent first."""

from dataclasses import replace
from typing import NamedTuple

from geo_service.domain.area import Body
from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.flows.check_keys import reach_of_staff
from geo_service.flows.show_issue import known_to
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import categories as stored_categories
from geo_service.store.keys import Key
from geo_service.store.work_list import Place, Work, read_work


class Listed(NamedTuple):
    """A case on the list."""

    case: Case
    category: Category
    body: Body | None
    """Who answers for it."""


def list_work(
    workspace: Workspace, key: Key, wanted: Work, *, after: Place | None, limit: int
) -> list[Listed]:
    """Return a page of the staff's list.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    key : Key
        Of staff; one of some areas lists only what was given to them.
    wanted : Work
        Which cases.
    after : Place or None
        Where the page before ended.
    limit : int
        How many at most.

    Returns
    -------
    list of Listed
        What is due first comes first; of other issues only those that the key may know of are
        named. Raises nothing of its own.
    """
    with workspace.database.reading() as connection:
        found = read_work(connection, within_reach(key, wanted), after=after, limit=limit)
        known = known_to(connection, key, {case.merged_into for case in found})
        categories = stored_categories.by_code(connection, {case.issue.category for case in found})
        bodies = stored_areas.bodies_by_id(connection)
    return [
        Listed(
            # An issue that went on in another's place may be of other areas.
            case if case.merged_into in known else replace(case, merged_into=""),
            categories[case.issue.category],
            bodies.get(case.body_id),
        )
        for case in found
    ]


def within_reach(key: Key, wanted: Work) -> Work:
    """Narrow what is wanted to the areas of a key of staff. Raises nothing."""
    reach = reach_of_staff(key)
    return wanted if reach is None else replace(wanted, area_ids=frozenset(reach))

"""Before a report is sent: the open issues near the place that it may be the same as."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.flows.find_category import require_category
from geo_service.flows.wiring import Workspace
from geo_service.geometry.metric import geodesic_of_two_m
from geo_service.store import photos as stored_photos
from geo_service.store import supporters
from geo_service.store.duplicates import open_cases_near

MOST_OFFERED = 5


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An open issue that may be the same as what is about to be reported."""

    case: Case
    category: Category
    distance_m: float
    photo_ids: tuple[str, ...]
    """Of its approved photos, oldest first."""
    supporters: int
    """How many riders see it too."""


def find_duplicates(
    workspace: Workspace,
    category: str,
    lon: float,
    lat: float,
    *,
    approved_only: bool = True,
    area_ids: Collection[str] | None = None,
) -> list[Duplicate]:
    """Find the open issues of a category within its distance of a place.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    category : str
        As issues name it.
    lon, lat : float
        WGS-84, decimal degrees.
    approved_only : bool
        Whether those are left out that not everybody may see.
    area_ids : collection of str or None
        The areas they were given to; None: any, or none.

    Returns
    -------
    list of Duplicate
        At most five, nearest first, then the latest reported.

    Raises
    ------
    RefusedFields
        If there is no such category.
    """
    with workspace.database.reading() as connection:
        known = require_category(connection, category)
        within_m = duplicate_m(workspace, known)
        near = open_cases_near(
            connection,
            category,
            lon,
            lat,
            radius_m=within_m,
            most=MOST_OFFERED,
            approved_only=approved_only,
            area_ids=area_ids,
        )
        near_ids = [case.issue.issue_id for case in near]
        shown = stored_photos.of_issues(connection, near_ids, approved_only=True)
        seen_by = Counter(issue_id for issue_id, _ in supporters.of_issues(connection, near_ids))
    found = [
        Duplicate(
            case,
            known,
            geodesic_of_two_m(lon, lat, case.issue.lon, case.issue.lat),
            tuple(photo.photo_id for photo in shown.get(case.issue.issue_id, ())),
            seen_by[case.issue.issue_id],
        )
        for case in near
    ]
    return [duplicate for duplicate in found if duplicate.distance_m <= within_m]


def duplicate_m(workspace: Workspace, category: Category) -> float:
    """Say how near an issue of a category may be the same, in metres. Raises nothing."""
    return workspace.settings.duplicate_m if category.duplicate_m is None else category.duplicate_m

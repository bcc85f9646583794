"""Somebody asks in the words of Open311 what was reported, and how it stands."""

from collections.abc import Sequence
from dataclasses import replace

from geo_service.domain.case import Case
from geo_service.domain.text import can_be_kept
from geo_service.errors import NotFound
from geo_service.export.open311 import ServiceRequest, service_name
from geo_service.flows.check_keys import reach_of_staff
from geo_service.flows.show_issue import known_to, reader_of
from geo_service.flows.track_report import opens
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import cases as stored_cases
from geo_service.store import categories as stored_categories
from geo_service.store.case_search import CaseFilter, search
from geo_service.store.database import Connection
from geo_service.store.first_photos import first_photos
from geo_service.store.keys import Key

NO_REQUEST = "There is no service request with this id."


def find_requests(
    workspace: Workspace, key: Key | None, wanted: CaseFilter, *, page: int, page_size: int
) -> list[ServiceRequest]:
    """Find reports, newest first.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    key : Key or None
        Of who asks: staff see all of their key's areas, a rider the own ones too, and everybody
        what is approved.
    wanted : CaseFilter
        What is asked for; who may see it is decided here.
    page, page_size : int
        From 1; how many stand on a page.

    Returns
    -------
    list of ServiceRequest
        Raises nothing of its own.
    """
    reach = reach_of_staff(key)
    seen = replace(
        wanted,
        issue_ids=_known(wanted.issue_ids),
        categories=frozenset(filter(can_be_kept, wanted.categories)),
        sees_all=reach is None,
        area_ids=frozenset(reach or ()),
        rider="" if key is None else key.rider,
    )
    if wanted.categories and not seen.categories:
        return []
    with workspace.database.reading() as connection:
        found = search(connection, seen, offset=(page - 1) * page_size, limit=page_size)
        return _shown(connection, found, key)


def find_request(  # a blank token is none  # nosec B107
    workspace: Workspace, key: Key | None, issue_id: str, token: str = ""
) -> ServiceRequest:
    """Return one report.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    key : Key or None
        As for `find_requests`.
    issue_id : str
    token : str
        Who holds the token of a report sees it before it is approved.

    Raises
    ------
    NotFound
        If there is none with this id, or whoever asks may not know of it.
    NotReady
        If a token is given and the riders' key is damaged.
    """
    if not can_be_kept(issue_id):
        raise NotFound(NO_REQUEST)
    with workspace.database.reading() as connection:
        case = stored_cases.find(connection, issue_id)
        if case is None:
            raise NotFound(NO_REQUEST)
        if reader_of(key, case) is None and not (token and opens(workspace, token, issue_id)):
            raise NotFound(NO_REQUEST)
        return _shown(connection, [case], key)[0]


def _shown(connection: Connection, found: Sequence[Case], key: Key | None) -> list[ServiceRequest]:
    categories = stored_categories.by_code(connection, {case.issue.category for case in found})
    bodies = stored_areas.bodies_by_id(connection)
    photos = first_photos(connection, [case.issue.issue_id for case in found])
    known = known_to(connection, key, {case.merged_into for case in found})
    return [
        ServiceRequest(
            case=case,
            service_name=service_name(categories[case.issue.category]),
            agency=bodies[case.body_id].name if case.body_id in bodies else "",
            photo_id=photos.get(case.issue.issue_id, "") if case.issue.approved else "",
            merged_into=case.merged_into if case.merged_into in known else "",
        )
        for case in found
    ]


def _known(issue_ids: frozenset[str] | None) -> frozenset[str] | None:
    return None if issue_ids is None else frozenset(filter(can_be_kept, issue_ids))

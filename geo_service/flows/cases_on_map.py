"""How issues stand, as a map tells it to whoever looks."""

from collections.abc import Sequence
from datetime import datetime

from geo_service.domain.issue import Issue
from geo_service.domain.visibility import Viewer
from geo_service.flows.wiring import Workspace
from geo_service.maps.content import CaseOnMap
from geo_service.store import areas as stored_areas
from geo_service.store import cases as stored_cases
from geo_service.store import supporters


def cases_on_map(
    workspace: Workspace, issues: Sequence[Issue], viewer: Viewer, now: datetime
) -> dict[str, CaseOnMap]:
    """Gather how issues stand.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    issues : sequence of Issue
        Those on the map; what the viewer may not see must not be among them.
    viewer : Viewer
        The public is told stage and unit; an analyst also who answers, until when, and how many
        riders see it too.
    now : datetime
        With a zone; what was due before is overdue.

    Returns
    -------
    dict of str to CaseOnMap
        By the issues' ids. Raises nothing of its own.
    """
    ids = [issue.issue_id for issue in issues]
    with workspace.database.reading() as connection:
        found = stored_cases.find_many(connection, ids)
        if viewer is Viewer.PUBLIC:
            return {case.issue.issue_id: CaseOnMap(case.stage, case.unit) for case in found}
        bodies = stored_areas.bodies_by_id(connection)
        seen = supporters.count_each(connection, ids)
    shown = {}
    for case in found:
        body = bodies.get(case.body_id)
        shown[case.issue.issue_id] = CaseOnMap(
            case.stage,
            case.unit,
            # A body that is gone still has the id by which it was known.
            body=" ".join(filter(None, (body.name, body.name_en))) if body else case.body_id,
            due_at=case.due_at if case.is_open else None,
            overdue=case.overdue(now),
            supporters=seen.get(case.issue.issue_id, 0),
        )
    return shown

"""A rider looks up where he was."""

from typing import NamedTuple

from geo_service.domain.check_in import Visit
from geo_service.domain.facility import Facility
from geo_service.flows.wiring import Workspace
from geo_service.store import check_ins as stored_check_ins
from geo_service.store import facilities as stored_facilities


class OwnVisit(NamedTuple):
    """One of a rider's visits."""

    visit: Visit
    facility: Facility | None
    """None: it is no longer there."""


class OwnVisits(NamedTuple):
    """A page of a rider's visits."""

    shown: list[OwnVisit]
    """Newest first."""
    older_than_day: int | None
    """There are more, of days before this one; None: there are none."""


def list_visits(workspace: Workspace, rider: str, before_day: int | None, least: int) -> OwnVisits:
    """Return a rider's visits, of whole days.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    rider : str
        The rider's own pseudonym.
    before_day : int or None
        Only earlier days; None: from the last on.
    least : int
        So many at least, if there are, and the others of the same day.

    Returns
    -------
    OwnVisits
        Raises nothing of its own.
    """
    with workspace.database.reading() as connection:
        visits = stored_check_ins.read_of_rider(connection, rider, before_day, least)
        last = visits[-1].day if visits else None
        older = last is not None and stored_check_ins.read_of_rider(connection, rider, last, 1)
        ids = {visit.facility_id for visit in visits}
        known = {one.facility_id: one for one in stored_facilities.find_many(connection, ids)}
    shown = [OwnVisit(visit, known.get(visit.facility_id)) for visit in visits]
    return OwnVisits(shown, last if older else None)

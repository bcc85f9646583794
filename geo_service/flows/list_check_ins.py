"""A rider looks up where he was."""

from typing import NamedTuple

from geo_service.domain.check_in import CheckIn
from geo_service.domain.facility import Facility
from geo_service.flows.wiring import Workspace
from geo_service.store import check_ins as stored_check_ins
from geo_service.store import facilities as stored_facilities


class OwnCheckIn(NamedTuple):
    """One of a rider's check-ins."""

    check_in: CheckIn
    facility: Facility | None
    """None: it is no longer there."""


class OwnCheckIns(NamedTuple):
    """A page of a rider's check-ins."""

    shown: list[OwnCheckIn]
    """Newest first."""
    older_than_day: int | None
    """There are more, of days before this one; None: there are none."""


def list_check_ins(
    workspace: Workspace, rider: str, before_day: int | None, least: int
) -> OwnCheckIns:
    """Return a rider's check-ins, of whole days.

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
    OwnCheckIns
        Raises nothing of its own.
    """
    with workspace.database.reading() as connection:
        found = stored_check_ins.read_of_rider(connection, rider, before_day, least)
        last = found[-1].day if found else None
        older = last is not None and stored_check_ins.read_of_rider(connection, rider, last, 1)
        ids = {one.facility_id for one in found}
        known = {one.facility_id: one for one in stored_facilities.find_many(connection, ids)}
    shown = [OwnCheckIn(one, known.get(one.facility_id)) for one in found]
    return OwnCheckIns(shown, last if older else None)

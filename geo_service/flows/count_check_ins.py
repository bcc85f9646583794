"""The analyst's question how much stations are used, from riders' check-ins."""

from datetime import datetime
from itertools import groupby

from geo_service.domain.station_use import STATIONS, StationUse, count_use
from geo_service.errors import WrongUsage
from geo_service.flows.wiring import Workspace
from geo_service.store import check_ins as stored_check_ins
from geo_service.store import facilities as stored_facilities


def count_check_ins(
    workspace: Workspace, since: datetime | None, until: datetime | None
) -> list[StationUse]:
    """Count the check-ins of ``[since, until)``.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    since, until : datetime or None
        With a zone; None: from the first check-in, to the last.

    Returns
    -------
    list of StationUse
        Of every station, and of all other facilities that riders checked in at, in order of id.

    Raises
    ------
    WrongUsage
        If nothing can lie between the two.
    """
    if since is not None and until is not None and until <= since:
        raise WrongUsage(
            "This ends before it begins.", where="until", remedy="Give a time after since."
        )
    zone = workspace.calendar().zone
    with workspace.database.reading() as connection:
        check_ins = stored_check_ins.read_between(connection, since, until)
        known = {one.facility_id: one for one in stored_facilities.read_all(connection)}
    by_facility = {
        name: list(here) for name, here in groupby(check_ins, lambda one: one.facility_id)
    }
    stations = {one.facility_id for one in known.values() if one.kind in STATIONS}
    return [
        count_use(facility_id, known.get(facility_id), by_facility.get(facility_id, []), zone)
        for facility_id in sorted(stations | by_facility.keys())
    ]

"""A rider checks in at a facility, by the code that is put up there."""

from dataclasses import dataclass
from datetime import datetime

from geo_service.domain.check_in import CheckIn, city_day
from geo_service.domain.credit import Reason
from geo_service.domain.secret_code import is_code, secret_code
from geo_service.errors import NotAllowed, NotFound
from geo_service.flows.award_credits import award
from geo_service.flows.check_keys import require_rider
from geo_service.flows.wiring import Workspace
from geo_service.store import check_ins as stored_check_ins
from geo_service.store import facilities as stored_facilities
from geo_service.store import ledger
from geo_service.store.keys import Key


@dataclass(frozen=True, slots=True)
class CheckInAnswer:
    """What came of checking in."""

    counted: bool
    """Whether it was the first time today."""
    points: int
    """Those given for it."""
    balance: int
    """All that the rider has now."""


def check_in(
    workspace: Workspace, key: Key | None, facility_id: str, code: str, now: datetime
) -> CheckInAnswer:
    """Count that a rider is at a facility, once a day of the city, and give points for it.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    key : Key or None
        The rider's.
    facility_id : str
        Where the rider is.
    code : str
        The one that is put up there, see ``station_code``.
    now : datetime
        With a zone.

    Raises
    ------
    NoKey, NotAllowed
        If the key is not a rider's, or the code is not the facility's.
    NotFound
        If there is no facility with this id.
    NotReady
        If the riders' key is damaged.
    """
    rider = require_rider(key)
    day = city_day(now, workspace.calendar().zone)
    secret = workspace.rider_key()
    with workspace.database.writing() as connection:
        if stored_facilities.find(connection, facility_id) is None:
            raise NotFound("There is no facility with this id.")
        if not is_code(code, station_code(workspace, facility_id)):
            raise NotAllowed(
                "This is not the code of this station.", remedy="Scan the code at the station."
            )
        counted = stored_check_ins.write(connection, CheckIn(facility_id, rider, day, now))
        points = 0
        if counted:
            # No pseudonym in it: whose an entry is must be possible to forget, and sources stay.
            own = secret_code("visit", f"{rider}\n{facility_id}\n{day}", secret)
            source = f"visit:{facility_id}:{day}:{own}"
            reason = Reason.CHECKED_IN
            points = award(connection, workspace.settings, rider, reason, source, now)
        return CheckInAnswer(counted, points, ledger.balance(connection, rider))


def station_code(workspace: Workspace, facility_id: str) -> str:
    """Make the code that is put up at a facility, and can't be known elsewhere.

    Parameters
    ----------
    workspace : Workspace
        With the secret that it is made of.
    facility_id : str
        Of any facility.

    Raises
    ------
    NotReady
        If the riders' key is damaged.
    """
    return secret_code("station", facility_id, workspace.rider_key())

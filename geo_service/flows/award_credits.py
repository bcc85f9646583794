"""Points for riders, given in the very write that makes them due."""

from collections.abc import Mapping
from datetime import datetime

from geo_service.domain.credit import Reason
from geo_service.settings import Settings
from geo_service.store import ledger
from geo_service.store.database import Connection


def award(
    connection: Connection,
    settings: Settings,
    rider: str,
    reason: Reason,
    source: str,
    now: datetime,
) -> int:
    """Give a rider points, once for each source.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``: points are given together with what they are for, or neither.
    settings : Settings
        Say how many points.
    rider : str
        A pseudonym; blank: nobody, who gets nothing.
    reason : Reason
        One that points are given for: a confirmed report, an answered question, a visit.
    source : str
        What they are for: ``report:ISSUE``, ``check:TASK``, or ``visit:...``.
    now : datetime
        With a zone.

    Returns
    -------
    int
        The points given; 0 where there was nothing to give, or the source was met before. Raises
        KeyError for a reason that points are not given for.
    """
    points = _points(settings)[reason]
    if not rider or points == 0:
        return 0
    entered = ledger.enter(
        connection, rider=rider, points=points, reason=reason, source=source, now=now
    )
    return points if entered else 0


def _points(settings: Settings) -> Mapping[Reason, int]:
    return {
        Reason.REPORT_CONFIRMED: settings.points_report,
        Reason.CHECK_ANSWERED: settings.points_check,
        Reason.CHECKED_IN: settings.points_check_in,
    }

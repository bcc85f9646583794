"""Issues of which nothing was heard lately, so that riders may have to be asked about them."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from geo_service.domain.lifecycle import ENDED, OPEN
from geo_service.domain.verification import ASK_AGAIN_AFTER, ASKED_ABOUT, LOOK_AGAIN_AFTER
from geo_service.store.case_schema import cases, tasks
from geo_service.store.tasks import NOBODY, UNANSWERED


def find_unheard(connection: Connection, now: datetime, *, closed_since: datetime) -> list[str]:
    """Find the issues about which ``domain/verification.py`` may want riders to be asked.

    It alone decides, and looks at each of these; most others need not even be read.

    Parameters
    ----------
    connection : Connection
    now : datetime
        With a zone.
    closed_since : datetime
        About those that ended earlier nobody is asked.

    Returns
    -------
    list of str
        Ids, in order: every issue about which riders should be asked now, and some others.
    """
    heard = exists().where(tasks.c.issue_id == cases.c.issue_id, _heard(now))
    wanted = or_(
        cases.c.stage.in_(ASKED_ABOUT & OPEN),
        and_(cases.c.stage.in_(ASKED_ABOUT & ENDED), cases.c.updated_at >= closed_since),
    )
    return sorted(connection.scalars(select(cases.c.issue_id).where(wanted, ~heard)))


def _heard(now: datetime) -> ColumnElement[bool]:
    """Say that the round of a question waits for answers, or is too fresh for the next."""
    last = func.coalesce(tasks.c.answered_at, tasks.c.asked_at)
    # Where anything has changed since, the issue may have turned, and the question be void.
    holds = last >= cases.c.updated_at
    waits = and_(UNANSWERED, tasks.c.lapses_at > now)
    to_somebody = and_(tasks.c.rider != NOBODY, or_(waits, last > now - ASK_AGAIN_AFTER))
    to_nobody = and_(tasks.c.rider == NOBODY, last > now - LOOK_AGAIN_AFTER)
    return and_(holds, or_(to_somebody, to_nobody))

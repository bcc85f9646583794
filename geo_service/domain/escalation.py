"""What becomes of open cases by themselves: overdue ones go up, others to who answers for them now.

Who handed a case to another body by hand did so on purpose: it stays there until another body
answers for its place.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from geo_service.domain.area import Body
from geo_service.domain.body_tree import parent_of, stands_above
from geo_service.domain.case import Case, Move
from geo_service.domain.category import Deadlines, due_at
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.progress import Wanted, move_on, note_on
from geo_service.domain.responsibility import Responsible

_WITH_A_BODY = frozenset({Stage.DISPATCHED, Stage.HANDLING, Stage.REPORTED_BACK})
"""The stages in which a case lies with a body, and not only has one."""
_ELSEWHERE = "责任网格变更，责任单位不变。In another area now, of the same body."
_NOBODY = "现无责任单位。Nobody answers for it any more."


def escalated(
    case: Case, bodies: Mapping[str, Body], deadlines: Deadlines, now: datetime
) -> tuple[Case, Move] | None:
    """Pass an overdue case on to the body above the one it lies with.

    Parameters
    ----------
    case : Case
        As it stands.
    bodies : mapping of str to Body
        By id.
    deadlines : mapping
        Hours by category and stage; they count anew.
    now : datetime
        With a zone.

    Returns
    -------
    tuple of Case and Move, or None
        The case, in its stage, and a note; None: it is over or not overdue, or nobody stands
        above. Raises nothing.
    """
    above = parent_of(case.body_id, bodies)
    if above is None or not case.overdue(now):
        return None
    why = f"超期，转交上级：{above.name}。Overdue; passed on to {above.name_en or above.name}."
    noted, move = _handed_over(case, above.body_id, why, deadlines, now)
    return replace(noted, escalations=case.escalations + 1), move


def redispatched(
    case: Case,
    before: Responsible,
    after: Responsible,
    bodies: Mapping[str, Body],
    deadlines: Deadlines,
    now: datetime,
) -> tuple[Case, Move] | None:
    """Bring a case to who answers for its place after areas or bodies have changed.

    Parameters
    ----------
    case : Case
        As it stands.
    before, after : Responsible
        Who the areas and bodies made answer for its place and category until now, and do now.
    bodies : mapping of str to Body
        By id, as they are now.
    deadlines : mapping
        Hours by category and stage; for another body they count anew.
    now : datetime
        With a zone.

    Returns
    -------
    tuple of Case and Move, or None
        A case that lies with a body is dispatched to the other one; one that does not yet, or that
        nobody answers for any more, stays in its stage with a note, and so does one that only lies
        in another area now. A case that was passed up stays up if that body stands above the new
        one too. None: nothing has changed for it, or it is over. Raises nothing.
    """
    # Without a body, or with one that is gone, it is to find its own whatever was before.
    lost = case.body_id not in bodies
    if not case.is_open or (before == after and not lost):
        return None
    same = before.body_id == after.body_id and not lost
    raised = case.escalations > 0 and stands_above(case.body_id, after.body_id, bodies)
    if same or raised or case.body_id == after.body_id:
        if case.area_id == after.area_id:
            return None
        noted, move = note_on(case, _ELSEWHERE, by=Mover.SYSTEM, now=now)
        return replace(noted, area_id=after.area_id), move
    here = replace(case, area_id=after.area_id)
    body = bodies.get(after.body_id)
    if body is None:
        return note_on(replace(here, body_id=""), _NOBODY, by=Mover.SYSTEM, now=now)
    why = f"责任范围变更，转交：{body.name}。Now answered for by {body.name_en or body.name}."
    if case.stage not in _WITH_A_BODY:
        return _handed_over(here, body.body_id, why, deadlines, now)
    wanted = Wanted(Stage.DISPATCHED, why=why, body_id=body.body_id)
    return move_on(here, wanted, by=Mover.SYSTEM, now=now, deadlines=deadlines)


def _handed_over(
    case: Case, body_id: str, why: str, deadlines: Deadlines, now: datetime
) -> tuple[Case, Move]:
    """Give a case to another body in its stage; that body has the whole time of the stage."""
    due = due_at(deadlines, case.issue.category, case.stage, now)
    return note_on(replace(case, body_id=body_id, due_at=due), why, by=Mover.SYSTEM, now=now)

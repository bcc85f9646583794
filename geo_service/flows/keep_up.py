"""What time alone brings about: overdue issues go up, riders are asked, what is old goes."""

from datetime import datetime
from typing import NamedTuple

from geo_service.flows.answer_once import forget_old_answers
from geo_service.flows.ask_riders import ask_riders
from geo_service.flows.erase_rider import finish_erasures
from geo_service.flows.look_after_cases import pass_on_overdue
from geo_service.flows.remove_trips import remove_old_trips
from geo_service.flows.show_audit import forget_old_entries
from geo_service.flows.wiring import Workspace


class KeptUp(NamedTuple):
    """What was to be done."""

    passed_on: int
    """Issues that went to a parent body because they were overdue."""
    asked: int
    """Questions put to riders."""
    forgotten: int
    """Answers that nobody will ask for again."""
    removed: int = 0
    """Trips that ended longer ago than they are kept."""
    erased: int = 0
    """Erasures of riders that had been begun."""


def keep_up(workspace: Workspace, now: datetime) -> KeptUp:
    """Do what has become due; done twice, or by two processes at once, it is done once.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    now : datetime
        With a zone.

    Raises
    ------
    NotReady
        If the database can't be written, or a file of traces is damaged.
    """
    passed_on = pass_on_overdue(workspace, now)
    asked = ask_riders(workspace, now)
    with workspace.database.writing() as connection:
        forgotten = forget_old_answers(connection, now)
    removed = remove_old_trips(workspace, now)
    forget_old_entries(workspace, now)
    return KeptUp(passed_on, asked, forgotten, removed, finish_erasures(workspace, now))

"""A workspace is made or opened by whoever will write to it, and freed of what a crash left."""

from datetime import datetime

from geo_service.domain.opening import Calendar
from geo_service.flows.tidy_up import tidy_up
from geo_service.flows.wiring import Workspace, make_workspace
from geo_service.settings import Settings


def start_workspace(
    settings: Settings, calendar: Calendar | None = None, *, now: datetime | None = None
) -> Workspace:
    """Make the workspace if it is not there, tidy up after a crash, saying so, and open it.

    Parameters
    ----------
    settings, calendar
        As for `make_workspace`, which says what is raised too.
    now : datetime, optional
        With a zone; by it photos that a crash left are told from those being written. None
        leaves all of them.
    """
    workspace = make_workspace(settings, calendar)
    tidy_up(workspace, now)
    return workspace

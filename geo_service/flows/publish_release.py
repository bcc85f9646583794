"""Publishing one closed month of trips, as cells that many riders share."""

from datetime import datetime

from geo_service.domain.release import (
    CoveredDays,
    Release,
    ReleasedCell,
    closed_month,
    days_covered,
)
from geo_service.flows.look_at_trips import OverlayQuestion, partitions_of
from geo_service.flows.wiring import Workspace
from geo_service.overlay.released_cells import count_released_cells
from geo_service.store import releases, trace_days


def publish_release(workspace: Workspace, period: str, now: datetime) -> Release:
    """Count the cells of a month, freeze them, and make them public.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    period : str
        A month of the city's calendar, as ``2026-10``.
    now : datetime
        With a zone; the month must be over.

    Raises
    ------
    WrongUsage
        If this is no month, it is not over, it has been released, wholly or in part, or releases
        before have cells of another size.
    """
    release = plan_release(workspace, period, now)
    with workspace.database.writing() as connection:
        releases.write(connection, release)
    return release


def plan_release(workspace: Workspace, period: str, now: datetime) -> Release:
    """Count the cells of a month and keep nothing; takes and raises what `publish_release` does."""
    since, until = closed_month(period, workspace.calendar().zone, now)
    settings = workspace.settings
    # Said before all trips are counted; whoever releases meanwhile is seen once more in the end.
    with workspace.database.reading() as connection:
        releases.check_free(connection, period, since, until)
    cells = count_released_cells(
        partitions_of(workspace, OverlayQuestion(since=since, until=until)),
        resolution=settings.release_resolution,
        riders=settings.release_riders,
        step=settings.release_step,
        trim_m=settings.release_trim_m,
    )
    rows = tuple(
        ReleasedCell(cell, int(trips), int(riders))
        for cell, trips, riders in zip(cells.cell, cells.trips, cells.riders, strict=True)
    )
    release = Release(period, since, until, settings.release_resolution, rows)
    with workspace.database.reading() as connection:
        releases.check_size(connection, release)
    return release


def covered_days(workspace: Workspace, release: Release) -> CoveredDays:
    """Say on which days of a release's period there are trips; raises nothing of its own."""
    with workspace.database.reading() as connection:
        starts = trace_days.first_and_last_start(connection, release.since, release.until)
    return days_covered(release, starts, workspace.calendar().zone)

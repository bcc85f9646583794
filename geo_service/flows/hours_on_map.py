"""Riding by hour and weekday for a page: by cells that are large enough for its share."""

import numpy as np

from geo_service.domain.slots import WEEK_SLOTS
from geo_service.flows.count_passes import Progress
from geo_service.flows.count_slots import week_in_cells
from geo_service.flows.look_at_trips import OverlayQuestion, period_of
from geo_service.flows.wiring import Workspace
from geo_service.maps.content import HoursOnMap
from geo_service.maps.layers.hours import MOST_CELLS, MOST_ROWS, fits
from geo_service.overlay.cells import parents_of
from geo_service.overlay.slot_exposure import SlotExposure


def hours_on_map(
    workspace: Workspace, question: OverlayQuestion, progress: Progress
) -> HoursOnMap | None:
    """Count trips by cell and hour of the week; None without trips.

    Figures of small cells don't add up to those of large ones, so where cells are too many, all
    is counted again by larger ones.

    Parameters
    ----------
    workspace : Workspace
        Holds the trips.
    question : OverlayQuestion
        Which of them.
    progress : callable
        Wraps the days of traces as they go by.

    Raises
    ------
    NotReady
        If a file of the trace lake is missing or damaged.
    """
    period = period_of(workspace, question)
    days = workspace.lake.days(*period.bounds)
    if not days:
        return None
    resolution = workspace.settings.cell_resolution
    week = week_in_cells(workspace, question, resolution, progress)
    while resolution > 0 and not fits(week):
        resolution = _coarser(week, resolution)
        week = week_in_cells(workspace, question, resolution, progress)
    # Trips before a change of riders' names are not counted, though their day is read.
    since = max(min(day.begins for day in days), period.since or days[0].begins)
    until = max(day.ends for day in days)
    return HoursOnMap(week, since, until) if len(week) else None


def _coarser(week: SlotExposure, resolution: int) -> int:
    """Find the next resolution by which rows and cells will be few enough."""
    while True:
        resolution -= 1
        cells, rows = _by_parents(week, resolution)
        if resolution == 0 or (cells <= MOST_CELLS and rows <= MOST_ROWS):
            return resolution


def _by_parents(week: SlotExposure, resolution: int) -> tuple[int, int]:
    """Say how many cells of a resolution, and of their slots, have anything to tell."""
    cells, row = np.unique(week.place, return_inverse=True)
    parents, parent = np.unique(parents_of(cells, resolution), return_inverse=True)
    return len(parents), len(np.unique(parent[row] * WEEK_SLOTS + week.slot))

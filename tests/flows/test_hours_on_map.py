"""Riding by hour out of a workspace, by cells that a page has room for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from rotating import add_rides, rotate

from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds
from geo_service.domain.slots import Per
from geo_service.domain.trace import Fixes
from geo_service.flows.count_slots import slots_frame, week_in_cells
from geo_service.flows.hours_on_map import hours_on_map
from geo_service.flows.look_at_trips import OverlayQuestion, as_it_goes
from geo_service.flows.overlay_issues import overlay_frame
from geo_service.flows.wiring import Workspace
from geo_service.overlay.cells import cell_names, resolution_of
from geo_service.overlay.slot_exposure import SlotExposure
from geo_service.store import issues as stored

TRIPS, FIXES = 30, 40


@pytest.fixture
def busy(workspace: Workspace, now: datetime) -> Workspace:
    """Return the street ridden over ten days, for an hour each time, past two issues."""
    random = np.random.default_rng(6)
    starts = random.integers(0, 10 * 86_400, TRIPS) + int(now.timestamp()) - 11 * 86_400
    t = (starts[:, None] + np.arange(FIXES)[None, :] * 90) * 1_000_000
    lon = 112.14 + 0.01 * random.random((TRIPS, FIXES)).cumsum(axis=1) / FIXES
    workspace.lake.add(
        Fixes(
            tuple(f"t{trip}" for trip in range(TRIPS)),
            tuple(f"{rider:032x}" for rider in range(6)),
            np.arange(TRIPS) % 6,
            np.arange(TRIPS + 1) * FIXES,
            t.ravel(),
            lon.ravel(),
            np.full(TRIPS * FIXES, 32.04),
        )
    )
    known = [
        Issue(f"i{n}", "standing_water", 112.142 + 0.002 * n, 32.04, now - timedelta(days=20))
        for n in range(2)
    ]
    with workspace.database.writing() as connection:
        stored.write(connection, known, replace=False)
    return workspace


def rows_of(week: SlotExposure) -> dict:
    keys = zip(cell_names(week.place), week.slot.tolist(), strict=True)
    figures = zip(week.trips, week.riders, week.passes, strict=True)
    return dict(zip(keys, figures, strict=True))


def asked(workspace: Workspace) -> dict:
    """Ask for each width of slot by itself, as an analyst does."""
    expected = {}
    for per in Per:
        for row in slots_frame(workspace, "cell", per, OverlayQuestion()).itertuples():
            hour = 1 + row.hour if per.has_hour else 0
            weekday = row.weekday if per.has_weekday else 0
            expected[row.cell, 25 * weekday + hour] = (row.trips, row.riders, row.passes)
    for row in overlay_frame(workspace, "cell", OverlayQuestion()).itertuples():
        if row.trips or row.passes:
            expected[row.cell, 0] = (row.trips, row.riders, row.passes)
    return expected


def test_figures_are_those_that_an_analyst_gets(busy: Workspace, now: datetime) -> None:
    hours = hours_on_map(busy, OverlayQuestion(), as_it_goes)
    assert hours is not None
    assert rows_of(hours.week) == asked(busy)
    days = busy.lake.days()
    assert (hours.since, hours.until) == (days[0].begins, days[-1].ends)
    assert to_microseconds(hours.since) < to_microseconds(hours.until) < to_microseconds(now)


@pytest.mark.parametrize(("name", "most"), [("MOST_CELLS", 5), ("MOST_ROWS", 200)])
def test_larger_cells_are_counted_anew(
    busy: Workspace, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    fine = week_in_cells(busy, OverlayQuestion(), busy.settings.cell_resolution)
    for room in ("layers.hours", "flows.hours_on_map"):
        home = "geo_service.maps.layers.hours" if room == "layers.hours" else f"geo_service.{room}"
        monkeypatch.setattr(f"{home}.{name}", most)
    hours = hours_on_map(busy, OverlayQuestion(), as_it_goes)
    assert hours is not None
    resolution = resolution_of(cell_names(hours.week.place)[0])
    assert resolution < busy.settings.cell_resolution
    size = {"MOST_CELLS": len(np.unique(hours.week.place)), "MOST_ROWS": len(hours.week)}
    assert size[name] <= most < {"MOST_CELLS": len(np.unique(fine.place)), "MOST_ROWS": len(fine)}[
        name
    ]  # fmt: skip
    settings = replace(busy.settings, cell_resolution=resolution)
    assert rows_of(hours.week) == asked(replace(busy, settings=settings))


def test_cells_grow_until_their_figures_have_room(
    busy: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_service.maps.layers.hours.MOST_LETTERS", 10)
    hours = hours_on_map(busy, OverlayQuestion(), as_it_goes)
    assert hours is not None
    assert {resolution_of(cell) for cell in cell_names(hours.week.place)} == {0}


def test_without_trips_there_are_no_hours(workspace: Workspace) -> None:
    assert hours_on_map(workspace, OverlayQuestion(), as_it_goes) is None


def test_hours_are_of_one_time_of_names(workspace: Workspace) -> None:
    rotate(workspace, "2026-10")
    change = datetime(2026, 9, 30, 16, tzinfo=UTC)
    add_rides(workspace, [("Wang", change + timedelta(hours=shift)) for shift in (-2, -1, 1)])
    shown = hours_on_map(workspace, OverlayQuestion(), as_it_goes)
    assert shown is not None
    assert shown.week.trips.max() == 1
    assert (shown.since, shown.until.date()) == (change, change.date())

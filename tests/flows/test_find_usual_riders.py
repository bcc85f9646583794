"""Only trips that may pass an issue are read, and no answer hangs on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from geo_service.domain.issue import Issue
from geo_service.domain.trace import Fixes
from geo_service.flows import find_usual_riders as finding
from geo_service.flows.find_usual_riders import find_usual_riders
from geo_service.flows.wiring import Workspace
from geo_service.overlay.issue_grid import IssuePoints
from geo_service.overlay.usual_riders import always_open
from geo_service.store.trace_boxes import Box

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
FIXES, TRIPS = 10, 40
PLACES = {
    "a city": (112.14, 32.04),
    "the 180th meridian": (179.9995, 10.0),
    "beyond it": (-179.9995, -10.0),
    "the far north": (20.0, 84.9995),
    "a pole": (20.0, 89.99),
    "the equator": (0.0, 0.0),
}


def ride(workspace: Workspace, place: tuple[float, float], random: np.random.Generator) -> None:
    """Let four riders ride about a place, in all directions, each trip three kilometres long."""
    metre = 1.0 / 111_000.0
    begun = NOW.timestamp() - 86_400.0 * (1.0 + 25.0 * random.random(TRIPS))
    steps = np.arange(FIXES) - FIXES / 2.0
    turn = 2.0 * np.pi * random.random(TRIPS)
    start = 1_500.0 * random.standard_normal((2, TRIPS))
    east = start[0][:, None] + 300.0 * np.cos(turn)[:, None] * steps
    north = start[1][:, None] + 300.0 * np.sin(turn)[:, None] * steps
    lon = place[0] + east * metre / np.cos(np.radians(place[1]))
    lat = np.clip(place[1] + north * metre, -90.0, 90.0)
    workspace.lake.add(
        Fixes(
            tuple(f"trip-{number}" for number in range(TRIPS)),
            ("a", "b", "c", "d"),
            np.arange(TRIPS) % 4,
            np.arange(TRIPS + 1) * FIXES,
            ((begun[:, None] + 60.0 * np.arange(FIXES)) * 1e6).astype(np.int64).ravel(),
            np.mod(lon + 180.0, 360.0).ravel() - 180.0,
            lat.ravel(),
        )
    )


def ride_alone(workspace: Workspace, begun: datetime) -> None:
    """Let one rider ride far from everything."""
    t = (begun.timestamp() + np.array([0.0, 60.0])) * 1e6
    lon, lat = np.array([112.5, 112.501]), np.array([32.5, 32.5])
    workspace.lake.add(
        Fixes(("alone",), ("e",), np.zeros(1, np.int64), np.array([0, 2]), t.astype(int), lon, lat)
    )


def issues_at(place: tuple[float, float], random: np.random.Generator, count: int) -> list[Issue]:
    lon = place[0] + 0.004 * random.standard_normal(count) / np.cos(np.radians(place[1]))
    lat = np.clip(place[1] + 0.004 * random.standard_normal(count), -90.0, 90.0)
    lon = np.mod(lon + 180.0, 360.0) - 180.0
    return [
        Issue(str(number), "water", float(x), float(y), NOW)
        for number, (x, y) in enumerate(zip(lon, lat, strict=True))
    ]


def anywhere(points: IssuePoints, radius_m: float) -> None:
    del points, radius_m


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("count", [1, 30])
def test_whoever_is_found_would_be_found_among_all_trips(
    empty: Workspace, monkeypatch: pytest.MonkeyPatch, place: str, count: int
) -> None:
    random = np.random.default_rng(count)
    wide = replace(empty, settings=replace(empty.settings, radius_m=200.0))
    ride(wide, PLACES[place], random)
    issues = issues_at(PLACES[place], random, count)
    found = find_usual_riders(wide, issues, NOW)
    monkeypatch.setattr(finding, "_box_around", anywhere)
    among_all = find_usual_riders(wide, issues, NOW)
    assert told(found) == told(among_all)
    if count > 1:
        assert len(told(found)) > 1


def told(found: finding.Found) -> set[tuple[int, str, int, int]]:
    columns = (column.tolist() for column in found.pairs)
    return {
        (issue, found.names[rider], trips, hours)
        for issue, rider, trips, hours in zip(*columns, strict=True)
    }


def test_for_one_issue_few_trips_are_read(
    empty: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(7)
    ride(empty, PLACES["a city"], random)
    read: list[int] = []
    look = type(empty.lake).read_packed

    def counted(lake: object, part: object) -> object:
        packed = look(lake, part)
        read.append(len(packed.trip_ids))
        return packed

    monkeypatch.setattr(type(empty.lake), "read_packed", counted)
    far = Issue("far", "water", 112.3, 32.2, NOW)
    assert told(find_usual_riders(empty, [far], NOW)) == set()
    assert sum(read) == 0
    find_usual_riders(empty, issues_at(PLACES["a city"], random, 1), NOW)
    assert 0 < sum(read) < TRIPS


@pytest.mark.parametrize("lat", [-84.0, 0.0, 32.0, 84.0])
def test_the_box_holds_the_radius_on_all_sides(lat: float) -> None:
    issue = Issue("i", "water", 112.14, lat, NOW)
    box = finding._box_around(always_open([issue]), 25.0)
    assert isinstance(box, Box)
    # A degree of latitude has 110.6 to 111.7 km, one of longitude 111.3 at the equator.
    north_m, south_m = (box.north - lat) * 110_574, (lat - box.south) * 110_574
    east_m = (box.east - 112.14) * 111_320 * np.cos(np.radians(lat))
    for metres in (north_m, south_m, east_m):
        assert 25.0 < metres < 40.0


def test_old_trips_are_not_read(empty: Workspace) -> None:
    random = np.random.default_rng(3)
    ride(empty, PLACES["a city"], random)
    issues = issues_at(PLACES["a city"], random, 30)
    assert told(find_usual_riders(empty, issues, NOW))
    assert not told(find_usual_riders(empty, issues, NOW - timedelta(days=28)))
    ride_alone(empty, NOW + timedelta(days=28))
    assert not told(find_usual_riders(empty, issues, NOW + timedelta(days=29)))
    # Those that are to come say nothing of what is usual now.
    assert told(find_usual_riders(empty, issues, NOW))


@pytest.mark.parametrize("days", [1, 28, 400])
def test_where_no_newer_trips_are_known_the_last_days_that_are_count(
    empty: Workspace, days: int
) -> None:
    random = np.random.default_rng(3)
    ride(empty, PLACES["a city"], random)
    issues = issues_at(PLACES["a city"], random, 30)
    later = NOW + timedelta(days=days)
    assert told(find_usual_riders(empty, issues, later)) == told(
        find_usual_riders(empty, issues, NOW)
    )

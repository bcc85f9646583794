"""Figures over HTTP when riders' names change: no rider twice, and the answer says since when."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from rotating import add_rides, rotate

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

Bearer = Callable[[str], dict[str, str]]
CHANGE = "2026-10-31T16:00:00Z"
PATHS = ["/overlay/issues", "/overlay/cells", "/overlay/streets"]


@pytest.fixture
def own_door(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime, tmp_path: Path
) -> Iterator[httpx.Client]:
    """Serve a city in which twelve riders rode before names changed, and two of them after."""
    key = shutil.copy(own_settings.rider_key_file, tmp_path / "rider.key")
    settings = replace(own_settings, rider_key_file=Path(key))
    with open_workspace(settings) as workspace:
        rotate(workspace, "2026-11")
        start = datetime(2026, 11, 3, tzinfo=UTC)
        add_rides(workspace, [(name, start) for name in ("one", "two")])
    with serve_city(settings, lambda: now + timedelta(seconds=1)) as client:
        yield client


def ask(door: httpx.Client, bearer: Bearer, path: str, **params: str) -> httpx.Response:
    return door.get(path, params=params, headers=bearer("analyst"))


@pytest.mark.parametrize("path", PATHS)
def test_no_figure_spans_the_change(own_door: httpx.Client, bearer: Bearer, path: str) -> None:
    told = ask(own_door, bearer, path)
    assert told.status_code == 200, told.text
    assert (told.json()["since"], told.json()["until"]) == (CHANGE, None)
    before = ask(own_door, bearer, path, until=CHANGE).json()
    assert (before["since"], before["until"]) == (None, CHANGE)
    assert max(one["properties"]["riders"] for one in before["features"]) == 12
    spans = ask(own_door, bearer, path, since="2026-10-01T00:00:00Z")
    assert spans.status_code == 422
    (fault,) = spans.json()["errors"]
    assert fault["field"] == "since"
    assert "2026-11-01T00:00+08:00" in fault["detail"]
    hours = ask(own_door, bearer, path, per="hour", since="2026-10-01T00:00:00Z")
    assert hours.status_code == 422


def test_cells_of_the_riders_after_it(own_door: httpx.Client, bearer: Bearer) -> None:
    cells = ask(own_door, bearer, "/overlay/cells").json()["features"]
    assert max(one["properties"]["riders"] for one in cells) == 2
    exposure = own_door.get("/ogc/collections/cell_exposure/items", headers=bearer("analyst"))
    assert max(one["properties"]["riders"] for one in exposure.json()["features"]) == 2
    described = own_door.get("/ogc/collections/cell_exposure", headers=bearer("analyst"))
    assert "since riders' names last changed" in described.json()["description"]


def test_places_that_no_trip_was_in_are_of_all_times(
    own_door: httpx.Client, bearer: Bearer
) -> None:
    since = "2026-10-01T00:00:00Z"
    blind = ask(own_door, bearer, "/overlay/streets", blind_spots="true", since=since)
    assert blind.status_code == 200
    assert (blind.json()["since"], blind.json()["until"]) == (since, None)
    every = ask(own_door, bearer, "/overlay/streets", blind_spots="true").json()
    assert len(every["features"]) == len(blind.json()["features"])


def test_a_map_says_since_when(own_door: httpx.Client, bearer: Bearer) -> None:
    page = own_door.get("/planner", headers=bearer("analyst"))
    assert "2026-11-01 → …" in unescape(page.text)

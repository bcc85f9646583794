"""A small city made by a seed: a grid of streets, riders who turn at random, issues beside them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from geo_service.domain.issue import Issue
from geo_service.domain.opening import Calendar
from geo_service.domain.trace import Fixes
from geo_service.flows.load_streets import load_streets
from geo_service.flows.start_workspace import start_workspace
from geo_service.settings import Settings
from geo_service.store import issues as stored

WEST, SOUTH = 112.14, 32.04
STEP = 0.003
"""Degrees from one crossing to the next, some 300 m."""
SIDE = 5
FIRST_DAY = datetime(2026, 10, 1, tzinfo=UTC)
TURNS, PIECES = 12, 10
"""Of a trip; a piece is what is ridden from one fix to the next."""


def make_lake_city(settings: Settings, seed: int, *, days: int, trips: int, issues: int) -> None:
    """Make a workspace: as many days, trips on each of them, and issues."""
    random = np.random.default_rng(seed)
    with start_workspace(settings, Calendar()) as workspace:
        path = settings.workspace.with_name("grid.geojson")
        path.write_text(json.dumps(grid_streets()))
        load_streets(workspace, [path])
        for day in range(days):
            workspace.lake.add(rides_of_day(random, day, trips))
        with workspace.database.writing() as connection:
            stored.write(connection, reports(random, issues, days), replace=False)


def settings_of(folder: Path) -> Settings:
    """Return the settings of a workspace in a folder."""
    return Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")


def moment(days: float) -> datetime:
    """Return a moment so many days after the first of them begins."""
    return FIRST_DAY + timedelta(days=days)


def grid_streets() -> dict[str, object]:
    """Return the streets as GeoJSON."""
    ways = range(SIDE)
    rows = [[_place(column, row) for column in ways] for row in ways]
    columns = [[_place(column, row) for row in ways] for column in ways]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"highway": "residential"},
                "geometry": {"type": "LineString", "coordinates": line},
            }
            for line in (*rows, *columns)
        ],
    }


def rides_of_day(random: np.random.Generator, day: int, trips: int) -> Fixes:
    """Let riders turn at each crossing wherever they like; some ride on after midnight."""
    riders = tuple(f"r{number}" for number in range(max(1, trips // 2)))
    share = np.arange(PIECES) / PIECES
    lon, lat, t = [], [], []
    for _ in range(trips):
        at = [random.integers(0, SIDE, 2)]
        for _ in range(TURNS):
            at.append(
                np.clip(at[-1] + random.permutation([[0, 1], [0, -1], [1, 0]])[0], 0, SIDE - 1)
            )
        corners = np.array(at, dtype=np.float64)
        along = corners[:-1, None] + share[None, :, None] * np.diff(corners, axis=0)[:, None]
        lon.append(WEST + STEP * along[..., 0].ravel())
        lat.append(SOUTH + STEP * along[..., 1].ravel())
        begin = moment(day + float(random.integers(0, 86_399)) / 86_400)
        t.append(int(begin.timestamp()) * 1_000_000 + np.arange(TURNS * PIECES) * 5_000_000)
    error = random.normal(0.0, 3e-5, (2, trips * TURNS * PIECES))
    return Fixes(
        tuple(f"{day:02}-{number:03}" for number in range(trips)),
        riders,
        random.integers(0, len(riders), trips),
        np.arange(trips + 1, dtype=np.int64) * TURNS * PIECES,
        np.concatenate(t).astype(np.int64),
        np.concatenate(lon) + error[0],
        np.concatenate(lat) + error[1],
    )


def reports(random: np.random.Generator, count: int, days: int) -> list[Issue]:
    """Report issues near crossings and between; some are closed, some come back."""
    found = []
    for number in range(count):
        lon, lat = _place(*random.uniform(0, SIDE - 1, 2).round(1).tolist())
        begin = moment(float(random.uniform(-3, days)))
        end = None if random.random() < 0.5 else begin + timedelta(days=float(random.uniform(0, 4)))
        again = () if end is None else ((end + timedelta(hours=5), None),)
        found.append(Issue(f"i{number}", "standing_water", lon, lat, begin, end, reopened=again))
    return found


def _place(column: float, row: float) -> tuple[float, float]:
    return WEST + STEP * column, SOUTH + STEP * row

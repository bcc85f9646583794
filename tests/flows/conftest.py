"""A workspace of a street a kilometre long, and a present."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from whole_city import make_whole_city, settings_in

from geo_service.domain.issue import Issue
from geo_service.domain.opening import Calendar
from geo_service.domain.trace import Fixes
from geo_service.flows.load_streets import load_streets
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import issues as stored

START = datetime(2026, 10, 1, 23, 59, 30, tzinfo=UTC)
"""Rides begin before midnight and end after it."""


@pytest.fixture
def now() -> datetime:
    """Return a Wednesday's noon in Xiangyang."""
    return datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


def start_in(folder: Path) -> Settings:
    settings = Settings(workspace=folder / "w", rider_key_file=folder / "keys" / "rider.key")
    start_workspace(settings, Calendar()).close()
    return settings


def copied(made: Settings, folder: Path) -> Settings:
    """Copy a workspace for one test: to start one and load a street takes five times as long."""
    shutil.copytree(made.workspace, folder / "w")
    return replace(made, workspace=folder / "w", rider_key_file=folder / "keys" / "rider.key")


@pytest.fixture(scope="session")
def started_city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Start a workspace with nothing in it once, to be copied."""
    return start_in(tmp_path_factory.mktemp("started"))


@pytest.fixture
def empty(started_city: Settings, tmp_path: Path) -> Iterator[Workspace]:
    """Open a workspace with nothing in it."""
    with open_workspace(copied(started_city, tmp_path)) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def street_city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Start a workspace whose street runs from 112.14 to 112.15 along 32.04 once, to be copied."""
    line = {
        "type": "Feature",
        "properties": {"highway": "residential"},
        "geometry": {"type": "LineString", "coordinates": [[112.14, 32.04], [112.15, 32.04]]},
    }
    folder = tmp_path_factory.mktemp("street")
    (folder / "street.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [line]})
    )
    settings = start_in(folder)
    with open_workspace(settings) as workspace:
        load_streets(workspace, [folder / "street.geojson"])
    return settings


@pytest.fixture
def workspace(street_city: Settings, tmp_path: Path) -> Iterator[Workspace]:
    """Open a workspace whose street runs from 112.14 to 112.15 along 32.04, its file beside it."""
    shutil.copy(street_city.workspace.parent / "street.geojson", tmp_path)
    with open_workspace(copied(street_city, tmp_path)) as workspace:
        yield workspace


@pytest.fixture
def ridden(workspace: Workspace) -> Workspace:
    """Return the street after one ride past an issue on each of five days."""
    trips, steps = 5, 12
    seconds = np.arange(steps) * 10
    days = np.arange(trips) * 86_400
    t = (int(START.timestamp()) + days[:, None] + seconds[None, :]).ravel() * 1_000_000
    fixes = Fixes(
        tuple(f"t{trip}" for trip in range(trips)),
        ("x", "y"),
        np.array([0, 1, 0, 1, 0]),
        np.arange(trips + 1) * steps,
        t.astype(np.int64),
        np.tile(112.141 + 0.0005 * np.arange(steps), trips),
        np.full(trips * steps, 32.04),
    )
    workspace.lake.add(fixes)
    known = [
        Issue("open", "standing_water", 112.143, 32.0401, START - timedelta(days=9)),
        Issue("never", "standing_water", 112.143, 32.0401, START + timedelta(days=90)),
    ]
    with workspace.database.writing() as connection:
        stored.write(connection, known, replace=False)
    return workspace


@pytest.fixture(scope="session")
def made_city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Make a workspace with rows in every table once, for tests that copy it."""
    settings = settings_in(tmp_path_factory.mktemp("whole"))
    make_whole_city(settings)
    return settings


@pytest.fixture
def own_city(made_city: Settings, tmp_path: Path) -> Settings:
    """Return the settings of a workspace of one's own, with rows in every table."""
    settings = replace(made_city, workspace=tmp_path / "city", rider_key_file=tmp_path / "key")
    shutil.copytree(made_city.workspace, settings.workspace)
    shutil.copy(made_city.rider_key_file, settings.rider_key_file)
    return settings


@pytest.fixture
def whole(own_city: Settings) -> Iterator[Workspace]:
    """Open a workspace with rows in every table."""
    with open_workspace(own_city) as workspace:
        yield workspace


@pytest.fixture
def small_disk(mount_disk: Callable[[int], Path]) -> Path:
    """Mount a disk of a megabyte, or skip, saying so."""
    return mount_disk(1000)

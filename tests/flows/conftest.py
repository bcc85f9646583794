"""A workspace of a street a kilometre long, and a present."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo_service.domain.opening import Calendar
from geo_service.flows.load_streets import load_streets
from geo_service.flows.wiring import Workspace, start_workspace
from geo_service.settings import Settings


@pytest.fixture
def now() -> datetime:
    """Return a Wednesday's noon in Xiangyang."""
    return datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workspace]:
    """Open a workspace with nothing in it."""
    settings = Settings(workspace=tmp_path / "w", rider_key_file=tmp_path / "keys" / "rider.key")
    with start_workspace(settings, Calendar()) as workspace:
        yield workspace


@pytest.fixture
def workspace(empty: Workspace, tmp_path: Path) -> Workspace:
    """Return a workspace whose street runs from 112.14 to 112.15 along 32.04."""
    line = {
        "type": "Feature",
        "properties": {"highway": "residential"},
        "geometry": {"type": "LineString", "coordinates": [[112.14, 32.04], [112.15, 32.04]]},
    }
    path = tmp_path / "street.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [line]}))
    load_streets(empty, [path])
    return empty

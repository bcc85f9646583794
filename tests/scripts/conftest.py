"""The demo district's files, read once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

UTM_49N = 32649
"""Metres; true to 0.04 % in Xiangyang."""


@pytest.fixture(scope="session")
def read_demo(demo_data: Path) -> Callable[[str], dict[str, Any]]:
    """Return a function that reads one file of the demo as JSON."""

    def read(name: str) -> dict[str, Any]:
        text = (demo_data / f"{name}.geojson").read_text(encoding="utf-8")
        collection: dict[str, Any] = json.loads(text)
        return collection

    return read


@pytest.fixture(scope="session")
def layer(demo_data: Path) -> Callable[[str], Any]:
    """Return a function that reads one file of the demo as a GeoDataFrame in metres."""

    def read(name: str) -> Any:  # noqa: ANN401 - geopandas ships no types
        return gpd.read_file(demo_data / f"{name}.geojson").to_crs(UTM_49N)

    return read

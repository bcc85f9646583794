"""Nearest facilities by the streets riders ride, and where their routes pass reported issues.

The names below are the face for analysts: GeoDataFrames in and out, EPSG:4326.
They load on first use, so that ``import geo_service`` costs next to nothing.

Examples
--------
>>> import geo_service as gs
>>> lon, lat = gs.convert([112.15], [32.04], source="gcj02", target="wgs84")
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo_service.analyst.blind_spots import find_blind_spots
    from geo_service.analyst.catchments import find_catchments
    from geo_service.analyst.drawing import draw_map
    from geo_service.analyst.nearest import nearest_facilities
    from geo_service.analyst.overlay import (
        count_exposure,
        count_passes,
        find_passes,
        issues_along,
        match_traces,
    )
    from geo_service.analyst.positions import convert
    from geo_service.analyst.reading import read_facilities, read_issues, read_traces
    from geo_service.analyst.streets import read_streets
    from geo_service.analyst.workspace import open_workspace

__version__ = "0.1.0"

__all__ = [
    "convert",
    "count_exposure",
    "count_passes",
    "draw_map",
    "find_blind_spots",
    "find_catchments",
    "find_passes",
    "issues_along",
    "match_traces",
    "nearest_facilities",
    "open_workspace",
    "read_facilities",
    "read_issues",
    "read_streets",
    "read_traces",
]


_ROOMS = {
    "convert": "positions",
    "count_exposure": "overlay",
    "count_passes": "overlay",
    "draw_map": "drawing",
    "find_blind_spots": "blind_spots",
    "find_catchments": "catchments",
    "find_passes": "overlay",
    "issues_along": "overlay",
    "match_traces": "overlay",
    "nearest_facilities": "nearest",
    "open_workspace": "workspace",
    "read_facilities": "reading",
    "read_issues": "reading",
    "read_streets": "streets",
    "read_traces": "reading",
}


def __getattr__(name: str) -> object:
    """Load one of the analyst's names when it is first used (PEP 562)."""
    if name in _ROOMS:
        return getattr(importlib.import_module(f"geo_service.analyst.{_ROOMS[name]}"), name)
    raise AttributeError(f"module 'geo_service' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

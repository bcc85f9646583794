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
    from geo_service.analyst import (
        convert,
        count_exposure,
        count_passes,
        draw_map,
        find_passes,
        issues_along,
        match_traces,
        nearest_facilities,
        open_workspace,
        read_facilities,
        read_issues,
        read_streets,
        read_traces,
    )

__version__ = "0.1.0"

__all__ = [
    "convert",
    "count_exposure",
    "count_passes",
    "draw_map",
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


def __getattr__(name: str) -> object:
    """Load one of the analyst's names when it is first used (PEP 562)."""
    if name in __all__:
        return getattr(importlib.import_module("geo_service.analyst"), name)
    raise AttributeError(f"module 'geo_service' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

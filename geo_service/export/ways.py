"""The way to a facility as GeoJSON: its line, and its steps in words."""

from typing import Any

import numpy as np

from geo_service.domain.facility import Facility
from geo_service.export.step_words import Language, step_records
from geo_service.streets.directions import list_steps
from geo_service.streets.network import Network
from geo_service.streets.way import Way

DECIMALS = 9
"""A tenth of a millimetre: a line of a thousand points keeps its length."""


def way_properties(
    way: Way | None, facility: Facility, network: Network, language: Language, *, riding: bool
) -> dict[str, Any]:
    """Describe a way, as properties of the facility it leads to.

    Parameters
    ----------
    way : Way or None
        None, where there is none by street: then nothing is said.
    facility : Facility
        Where it leads.
    network : Network
        Whose streets it takes.
    language : "zh" or "en"
        Of the steps.
    riding : bool
        Whether one rides along the streets; otherwise one walks.

    Returns
    -------
    dict
        ``way``, a GeoJSON geometry in WGS-84, longitude first, and ``steps``. Raises nothing.
    """
    if way is None:
        return {}
    name, name_en = facility.name, facility.name_en
    destination = (name_en or name) if language == "en" else (name or name_en)
    steps = list_steps(network, way)
    return {
        "way": _geometry(way),
        "steps": step_records(steps, language, riding=riding, destination=destination),
    }


def _geometry(way: Way) -> dict[str, Any]:
    """Write the line, in two parts where it crosses the 180th meridian (RFC 7946, 3.1.9)."""
    lon, lat = np.round(way.lon, DECIMALS), np.round(way.lat, DECIMALS)
    crossings = np.flatnonzero(np.abs(np.diff(lon)) > 180.0)
    if not len(crossings):
        return {"type": "LineString", "coordinates": np.column_stack((lon, lat)).tolist()}
    parts, begins = [], 0
    start: list[list[float]] = []
    for row in crossings.tolist():
        edge = 180.0 if lon[row] > 0 else -180.0
        share = (edge - lon[row]) / ((lon[row + 1] + 2 * edge) - lon[row])
        there = round(float(lat[row] + share * (lat[row + 1] - lat[row])), DECIMALS)
        points = np.column_stack((lon[begins : row + 1], lat[begins : row + 1])).tolist()
        parts.append([*start, *points, [edge, there]])
        start, begins = [[-edge, there]], row + 1
    parts.append([*start, *np.column_stack((lon[begins:], lat[begins:])).tolist()])
    return {"type": "MultiLineString", "coordinates": parts}

"""Numbered places on one small map, each a link, as SVG: it needs no script and no other host."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geo_service.geometry.metric import (
    metres_per_degree_east,
    metres_per_degree_north,
    wrap_degrees,
)
from geo_service.maps.escape import as_entities
from geo_service.maps.small_map import SCALE, Frame, draw_bar, draw_streets
from geo_service.streets.network import Network

WIDTH, HEIGHT = 720, 360
"""Units of the drawing."""
MARGIN = 28
"""Units that stay free around the places."""
RADIUS = 13
MOST_EDGES = 3_000
_LANES_FROM, _STREETS_FROM = 0.12, 0.03
"""Units a metre: lanes, and streets that are no main roads, are drawn from these on."""
_BARS_M = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
_SHORTEST_BAR = 40


class Numbered(NamedTuple):
    """A place on the map."""

    lon: float
    lat: float
    path: str
    """Where its mark leads."""
    name: str
    """What it is, for those who don't see it."""
    strong: bool
    """Drawn so that it is seen first."""


def overview_map(network: Network | None, places: Sequence[Numbered], *, label: str) -> str:
    """Draw places with their numbers, from 1, over the streets around them.

    Parameters
    ----------
    network : Network or None
        The streets; None: there are none to be drawn. Of a large area only main roads are.
    places : sequence of Numbered
        At least one, the most important first: they lie on top. WGS-84, decimal degrees.
    label : str
        What it shows, for those who don't see it.

    Returns
    -------
    str
        An ``svg`` element of the class ``overview-map``, whose parts bear classes and no styles.
        North is up. Raises nothing.
    """
    frame = _frame(places)
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{as_entities(label)}"'
    parts = [f'<svg class="small-map overview-map" {box}>']
    if network is not None and network.edges:
        groups = 4 if frame.scale >= _LANES_FROM else 2 if frame.scale >= _STREETS_FROM else 1
        parts += draw_streets(network, frame, strongest=groups, most=MOST_EDGES)
    lon, lat = (np.array([place[axis] for place in places]) for axis in (0, 1))
    marks = list(zip(places, *frame.to_units(lon, lat), strict=True))
    for number, (place, x, y) in reversed(list(enumerate(marks, start=1))):
        look = "place strong" if place.strong else "place"
        parts.append(
            f'<a href="{as_entities(place.path)}" aria-label="{number} {as_entities(place.name)}">'
            f'<circle class="{look}" cx="{x:.0f}" cy="{y:.0f}" r="{RADIUS}"/>'
            f'<text class="number" x="{x:.0f}" y="{y + 4:.0f}">{number}</text></a>'
        )
    bar = next((bar for bar in _BARS_M if bar * frame.scale >= _SHORTEST_BAR), _BARS_M[-1])
    parts += [draw_bar(frame, bar), "</svg>"]
    return "".join(parts)


def _frame(places: Sequence[Numbered]) -> Frame:
    """Choose what is shown: all places, and not nearer than a single place is shown."""
    first = places[0].lon
    lon = first + wrap_degrees(np.array([place.lon for place in places]) - first)
    lat = np.array([place.lat for place in places])
    middle_lon, middle_lat = (lon.min() + lon.max()) / 2, (lat.min() + lat.max()) / 2
    at = np.array([middle_lat])
    wide = float((np.ptp(lon) * metres_per_degree_east(at))[0])
    high = float((np.ptp(lat) * metres_per_degree_north(at))[0])
    scale = min(
        SCALE,
        (WIDTH - 2 * MARGIN) / max(wide, 1.0),
        (HEIGHT - 2 * MARGIN) / max(high, 1.0),
    )
    return Frame(float(middle_lon), float(middle_lat), scale, WIDTH, HEIGHT)

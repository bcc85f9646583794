"""TileJSON 3.0: what a layer of tiles is, for programs that draw it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from geo_service.geometry.web_mercator import from_square
from geo_service.maps.tiles.cut import Cutter

LAST_ZOOM = 16
"""Nearer by, what is told at this zoom is drawn larger: a unit is some 15 cm."""
WORLD = [-180.0, -85.05112878, 180.0, 85.05112878]


def describe_tiles(
    name: str, title: str, layer: Cutter, addresses: Sequence[str], attribution: str = ""
) -> dict[str, Any]:
    """Describe a layer of tiles.

    Parameters
    ----------
    name, title : str
        The layer's name in its tiles, and what it shows in a sentence.
    layer : Cutter
        The layer.
    addresses : sequence of str
        Of its tiles, whole, with {z}, {x} and {y}.
    attribution : str
        Who made what it shows; blank: nobody need be named.

    Returns
    -------
    dict
        Raises nothing.
    """
    told: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": name,
        "description": title,
        "scheme": "xyz",
        "tiles": list(addresses),
        "minzoom": min(layer.from_zoom, LAST_ZOOM),
        "maxzoom": max(layer.from_zoom, LAST_ZOOM),
        "bounds": _bounds(layer),
        "vector_layers": [
            {
                "id": name,
                "description": title,
                "minzoom": min(layer.from_zoom, LAST_ZOOM),
                "maxzoom": max(layer.from_zoom, LAST_ZOOM),
                "fields": {field.name: field.meaning for field in layer.fields},
            }
        ],
    }
    if attribution:
        told["attribution"] = attribution
    return told


def _bounds(layer: Cutter) -> list[float]:
    """Return west, south, east, north in degrees; the world's if the layer goes around it."""
    if layer.box is None or layer.box[0] < 0.0 or layer.box[2] > 1.0:
        return WORLD
    west_x, north_y, east_x, south_y = layer.box
    lon, lat = from_square(np.array([west_x, east_x]), np.array([south_y, north_y]))
    low = [np.floor(lon[0] * 1e6), np.floor(lat[0] * 1e6)]
    high = [np.ceil(lon[1] * 1e6), np.ceil(lat[1] * 1e6)]
    return [float(one) / 1e6 for one in (*low, *high)]

"""The quiet background of a city's streets, kept as it goes out until the streets change."""

import json
from threading import Lock

from geo_service.maps.base_tiles import BaseTiles
from geo_service.maps.street_ground import draw_background
from geo_service.maps.view import View
from geo_service.streets.network import Network


class KeptStreetGround:
    """The background of one process; it is drawn once, and others wait for it.

    With ``tiles`` it is what stands in for them.
    """

    def __init__(self, tiles: BaseTiles | None = None) -> None:
        self._tiles = tiles
        self._lock = Lock()
        self._drawn: tuple[Network, bytes] | None = None

    def text(self, network: Network) -> bytes:
        """Return a network's background as JSON.

        Parameters
        ----------
        network : Network
            Of the profile that asks.

        Returns
        -------
        bytes
            ``corners``: south-west and north-east, latitude first; ``osm``: whether the streets
            are OpenStreetMap's; ``tiles``: the outside base map, or null; ``streets``: what the
            maps' script draws. Raises nothing.
        """
        with self._lock:
            if self._drawn is None or self._drawn[0] is not network:
                self._drawn = network, _draw(network, self._tiles)
            return self._drawn[1]


def _draw(network: Network, tiles: BaseTiles | None) -> bytes:
    west, south, east, north = network.extent
    view = View(west, south, west, north, west + (east - west) % 360.0)
    drawn = {
        "corners": view.corners,
        "osm": bool((network.edge_from_id >= 0).any()),
        "tiles": tiles.as_values() if tiles else None,
        "streets": draw_background(network, view),
    }
    return json.dumps(drawn, ensure_ascii=False, separators=(",", ":")).encode()

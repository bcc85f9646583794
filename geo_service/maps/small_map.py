"""A small map of the streets around a place, as SVG: it needs no script and no other host."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats
from geo_service.geometry.metric import (
    metres_per_degree_east,
    metres_per_degree_north,
    wrap_degrees,
)
from geo_service.maps.street_ground import GROUPS, group_of_edges
from geo_service.streets.network import Network

WIDTH, HEIGHT = 352, 264
"""Units of the drawing."""
SCALE = 0.6
"""Units a metre."""
BAR_M = 100
"""How long the bar is that shows the scale."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Which part of the world a drawing shows, and how large; north is up."""

    lon: float
    """Of the middle, WGS-84, decimal degrees."""
    lat: float
    scale: float = SCALE
    """Units a metre."""
    width: int = WIDTH
    height: int = HEIGHT

    def to_units(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return where places are in the drawing, from its upper left corner."""
        at = np.array([self.lat])
        east = wrap_degrees(lon - self.lon) * metres_per_degree_east(at)
        north = (lat - self.lat) * metres_per_degree_north(at)
        return self.width / 2 + east * self.scale, self.height / 2 - north * self.scale


def small_map(
    network: Network | None,
    lon: float,
    lat: float,
    *,
    label: str,
    near: Sequence[tuple[float, float]] = (),
) -> str:
    """Draw a place in the middle of the streets around it.

    Parameters
    ----------
    network : Network or None
        The streets; None: there are none to be drawn.
    lon, lat : float
        Of the place, WGS-84, decimal degrees.
    label : str
        What it shows, for those who don't see it; letters, digits and blanks only.
    near : sequence of (lon, lat)
        Other places, marked smaller; those beyond the drawing's edge are not seen.

    Returns
    -------
    str
        An ``svg`` element of the class ``small-map``, whose parts bear classes and no styles.
        North is up. Raises nothing.
    """
    frame = Frame(lon, lat)
    parts = [
        f'<svg class="small-map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
    ]
    if network is not None and network.edges:
        parts += draw_streets(network, frame)
    others = np.array(near, dtype=np.float64).reshape(-1, 2)
    for x, y in zip(*frame.to_units(others[:, 0], others[:, 1]), strict=True):
        parts.append(f'<circle class="near" cx="{x:.0f}" cy="{y:.0f}" r="6"/>')
    parts.append(f'<circle class="here" cx="{WIDTH // 2}" cy="{HEIGHT // 2}" r="9"/>')
    parts += [draw_bar(frame, BAR_M), "</svg>"]
    return "".join(parts)


def draw_bar(frame: Frame, metres: int) -> str:
    """Draw the bar that shows the scale, in the lower left corner."""
    low = frame.height
    return (
        f'<path class="scale" d="M10 {low - 14}v5h{metres * frame.scale:.0f}v-5"/>'
        f'<text x="14" y="{low - 16}">{metres:,} m</text>'
    )


def draw_streets(
    network: Network, frame: Frame, *, strongest: int = len(GROUPS), most: int = 100_000
) -> list[str]:
    """Draw the edges of which a shape's box touches the drawing, the strongest last.

    Parameters
    ----------
    network : Network
        With at least one edge.
    frame : Frame
        What is shown.
    strongest : int
        Only so many of the strongest groups are drawn.
    most : int
        No more edges than this, the longest.
    """
    x, y = frame.to_units(np.asarray(network.shape_lon), np.asarray(network.shape_lat))
    starts = network.edge_shape[:-1]
    left, right = np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts)
    top, bottom = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    group = group_of_edges(network)
    shown = (right > 0) & (left < frame.width) & (bottom > 0) & (top < frame.height)
    seen = np.flatnonzero(shown & (group >= len(GROUPS) - strongest))
    if len(seen) > most:
        seen = np.sort(seen[np.argsort(-network.edge_length_mm[seen], kind="stable")[:most]])
    drawn = []
    for rank, name in enumerate(GROUPS):
        lines = [_line(network, edge, x, y) for edge in seen[group[seen] == rank].tolist()]
        if lines:
            drawn.append(f'<path class="{name}" d="{"".join(lines)}"/>')
    return drawn


def _line(network: Network, edge: int, x: Floats, y: Floats) -> str:
    rows = slice(int(network.edge_shape[edge]), int(network.edge_shape[edge + 1]))
    points = zip(x[rows].tolist(), y[rows].tolist(), strict=True)
    return "M" + "L".join(f"{one:.0f} {other:.0f}" for one, other in points)

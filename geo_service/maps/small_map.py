"""A small map of the streets around a place, as SVG: it needs no script and no other host."""

from collections.abc import Sequence

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
    parts = [
        f'<svg class="small-map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
    ]
    if network is not None and network.edges:
        parts += _streets(network, lon, lat)
    others = np.array(near, dtype=np.float64).reshape(-1, 2)
    for x, y in zip(*_to_units(others[:, 0], others[:, 1], lon, lat), strict=True):
        parts.append(f'<circle class="near" cx="{x:.0f}" cy="{y:.0f}" r="6"/>')
    parts.append(f'<circle class="here" cx="{WIDTH // 2}" cy="{HEIGHT // 2}" r="9"/>')
    bar = BAR_M * SCALE
    parts.append(f'<path class="scale" d="M10 {HEIGHT - 14}v5h{bar:.0f}v-5"/>')
    parts.append(f'<text x="14" y="{HEIGHT - 16}">{BAR_M} m</text></svg>')
    return "".join(parts)


def _streets(network: Network, lon: float, lat: float) -> list[str]:
    """Draw the edges of which a shape's box touches the drawing, the strongest last."""
    x, y = _to_units(np.asarray(network.shape_lon), np.asarray(network.shape_lat), lon, lat)
    starts = network.edge_shape[:-1]
    left, right = np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts)
    top, bottom = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    seen = np.flatnonzero((right > 0) & (left < WIDTH) & (bottom > 0) & (top < HEIGHT))
    group = group_of_edges(network)[seen]
    drawn = []
    for rank, name in enumerate(GROUPS):
        lines = [_line(network, edge, x, y) for edge in seen[group == rank].tolist()]
        if lines:
            drawn.append(f'<path class="{name}" d="{"".join(lines)}"/>')
    return drawn


def _line(network: Network, edge: int, x: Floats, y: Floats) -> str:
    rows = slice(int(network.edge_shape[edge]), int(network.edge_shape[edge + 1]))
    points = zip(x[rows].tolist(), y[rows].tolist(), strict=True)
    return "M" + "L".join(f"{one:.0f} {other:.0f}" for one, other in points)


def _to_units(to_lon: Floats, to_lat: Floats, lon: float, lat: float) -> tuple[Floats, Floats]:
    """Return where places are in the drawing, from its upper left corner."""
    at = np.array([lat])
    east = wrap_degrees(to_lon - lon) * metres_per_degree_east(at)
    north = (to_lat - lat) * metres_per_degree_north(at)
    return WIDTH / 2 + east * SCALE, HEIGHT / 2 - north * SCALE

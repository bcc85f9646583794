"""H3 cells: the only home of the library h3. Its calls cost, so only results pass through here."""

from collections.abc import Sequence
from itertools import repeat
from typing import TypeAlias

import h3.api.basic_int as h3
import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.geometry.metric import wrap_degrees

Ring: TypeAlias = list[tuple[float, float]]


def cell_of(lon: Floats, lat: Floats, resolution: int) -> Integers:
    """Find the cell each position lies in.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees; finite.
    resolution : int
        H3's, from 0 (continents) to 15 (about a metre).

    Returns
    -------
    ndarray of int, shape (n,)
        H3 indexes as integers; :func:`cell_names` writes them. Raises nothing of its own.
    """
    found = map(h3.latlng_to_cell, lat.tolist(), lon.tolist(), repeat(resolution))
    return np.fromiter(found, dtype=np.int64, count=len(lon))


def cell_names(cells: Integers) -> tuple[str, ...]:
    """Write cells as H3 does, in hexadecimal digits; shape (n,). Raises nothing."""
    return tuple(h3.int_to_str(cell) for cell in cells.tolist())


def cell_boundary(cells: Sequence[str]) -> list[Ring]:
    """Return the border of each cell.

    Parameters
    ----------
    cells : sequence of str
        Names as :func:`cell_names` gives them.

    Returns
    -------
    list of list of (lon, lat)
        Closed rings, anticlockwise, WGS-84, decimal degrees. A ring over the 180th meridian goes
        on beyond 180 degrees, so that it stays in one piece. Raises nothing of its own.
    """
    return [_ring(h3.cell_to_boundary(h3.str_to_int(cell))) for cell in cells]


def _ring(boundary: Sequence[tuple[float, float]]) -> Ring:
    lat, lon = np.array([*boundary, boundary[0]], dtype=np.float64).T
    lon = lon[0] + wrap_degrees(lon - lon[0])
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def cell_centre(cells: Sequence[str]) -> tuple[Floats, Floats]:
    """Return the middle of each cell.

    Parameters
    ----------
    cells : sequence of str
        Names as :func:`cell_names` gives them.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees. Raises nothing of its own.
    """
    centres = np.array(
        [h3.cell_to_latlng(h3.str_to_int(cell)) for cell in cells], dtype=np.float64
    ).reshape(len(cells), 2)
    return centres[:, 1], centres[:, 0]


def disk_pairs(cells: Sequence[str]) -> tuple[Integers, Integers]:
    """Find which of some cells lie in the disk of each: itself and its neighbours.

    Parameters
    ----------
    cells : sequence of str
        Names as :func:`cell_names` gives them, each once.

    Returns
    -------
    row, member : ndarray of int, shape (d,)
        Pairs of positions among the cells: ``member`` is ``row`` itself, or touches it. Of a cell
        at most seven are given (six of a pentagon). Raises nothing of its own.
    """
    place = {h3.str_to_int(cell): row for row, cell in enumerate(cells)}
    pairs = [
        (row, place[other])
        for cell, row in place.items()
        for other in h3.grid_disk(cell, 1)
        if other in place
    ]
    row, member = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return row, member


def edge_metres(resolution: int) -> float:
    """Return how long a cell's side is on average, in metres. Raises nothing of its own."""
    return float(h3.average_hexagon_edge_length(resolution, unit="m"))


def resolution_of(cell: str) -> int:
    """Return a cell's resolution, from 0 to 15. Raises nothing of its own."""
    return int(h3.get_resolution(h3.str_to_int(cell)))


def parents_of(cells: Integers, resolution: int) -> Integers:
    """Return the cell of a coarser resolution that each cell belongs to; shape (n,)."""
    found = (h3.cell_to_parent(cell, resolution) for cell in cells.tolist())
    return np.fromiter(found, dtype=np.int64, count=len(cells))


def coarse_enough(cells: Sequence[str], most: int) -> int:
    """Find the finest resolution at which cells, taken together by it, are few.

    Parameters
    ----------
    cells : sequence of str
        Of one resolution, at least one.
    most : int
        How many there may be; at least 122, the cells of resolution 0.

    Returns
    -------
    int
        Their own resolution, if they are few already. Raises nothing of its own.
    """
    resolution = resolution_of(cells[0])
    held = {h3.str_to_int(cell) for cell in cells}
    while len(held) > most:
        resolution -= 1
        held = {h3.cell_to_parent(cell, resolution) for cell in held}
    return resolution

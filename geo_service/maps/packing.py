"""Many lines in few bytes: what a page holds of streets and cells.

Positions become whole pixels of the web map's square at zoom 18 (about half a metre), and each
differs little from the one before it, so a difference is one or two bytes of a variable-length
number, seven bits to a byte, the lowest first, signs folded in. The page unpacks them again.
"""

import base64
from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.geometry.web_mercator import to_square

ZOOM = 18
"""The zoom at which a unit is a pixel; the page's script knows it too."""
_WORLD = 256 * 2**ZOOM
_MORTON_BITS = 16


def to_pixels(lon: Floats, lat: Floats) -> tuple[Integers, Integers]:
    """Project positions to whole pixels at zoom 18.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees; a longitude beyond 180 goes on eastward.

    Returns
    -------
    x, y : ndarray of int, shape (n,)
        East and south of the square's north-west corner.
    """
    x, y = to_square(lon, lat)
    return np.rint(x * _WORLD).astype(np.int64), np.rint(y * _WORLD).astype(np.int64)


@dataclass(frozen=True, slots=True)
class PackedLines:
    """Lines as text, with what is needed to make room for them."""

    lines: int
    points: int
    text: str
    """Base64. For each line the number of its points, then each point's steps east and south
    from the point before it; the very first from (0, 0)."""
    grain: int = 1
    """A step's unit, pixels."""

    def as_values(self) -> dict[str, object]:
        """Return what the page's script reads."""
        return {
            "lines": self.lines, "points": self.points, "grain": self.grain, "text": self.text
        }  # fmt: skip


def pack_lines(x: Integers, y: Integers, offsets: Integers, grain: int = 1) -> PackedLines:
    """Pack lines.

    Parameters
    ----------
    x, y : ndarray of int, shape (p,)
        Points, line after line, as ``to_pixels`` gives them.
    offsets : ndarray of int, shape (lines + 1,)
        Line l is the rows ``offsets[l]`` to ``offsets[l + 1]``.
    grain : int
        Positions are rounded to multiples of so many pixels: smaller steps are fewer bytes.
    """
    lines, points = len(offsets) - 1, len(x)
    x, y = ((place + grain // 2) // grain for place in (x, y))
    numbers = np.empty(lines + 2 * points, dtype=np.int64)
    is_count = np.zeros(len(numbers), dtype=np.bool_)
    is_count[2 * offsets[:-1] + np.arange(lines)] = True
    numbers[is_count] = np.diff(offsets)
    steps = np.column_stack((np.diff(x, prepend=0), np.diff(y, prepend=0))).reshape(-1)
    numbers[~is_count] = _folded(steps)
    text = base64.b64encode(_as_bytes(numbers)).decode("ascii")
    return PackedLines(lines, points, text, grain)


def pack_steps(numbers: Integers) -> str:
    """Pack whole numbers that differ little from one to the next, as lines are packed.

    Parameters
    ----------
    numbers : ndarray of int, shape (n,)
        Up to some ten thousand millions; the first is a step from 0.
    """
    steps = np.diff(numbers, prepend=0)
    return base64.b64encode(_as_bytes(_folded(steps))).decode("ascii")


def near_order(x: Floats, y: Floats) -> Integers:
    """Order places so that neighbours mostly follow each other (G. M. Morton, 1966).

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        Of any unit.

    Returns
    -------
    ndarray of int, shape (n,)
        The rows in order; those at one place as they were.
    """
    code = np.zeros(len(x), dtype=np.int64)
    for bit, at in enumerate((x, y)):
        low = at.min(initial=np.inf)
        width = max(float(at.max(initial=-np.inf) - low), 1e-12) if len(at) else 1.0
        step = ((at - low) / width * (2**_MORTON_BITS - 1)).astype(np.int64)
        for place in range(_MORTON_BITS):
            code |= ((step >> place) & 1) << (2 * place + bit)
    return np.argsort(code, kind="stable")


def take_lines(offsets: Integers, chosen: Integers) -> tuple[Integers, Integers]:
    """Find the rows of some lines of many.

    Parameters
    ----------
    offsets : ndarray of int, shape (lines + 1,)
        Line l is the rows ``offsets[l]`` to ``offsets[l + 1]``.
    chosen : ndarray of int, shape (c,)
        Which lines, in the order wanted.

    Returns
    -------
    rows : ndarray of int
        The rows of the chosen lines, line after line.
    offsets : ndarray of int, shape (c + 1,)
        Where each chosen line starts in ``rows``.
    """
    counts = offsets[chosen + 1] - offsets[chosen]
    taken = np.zeros(len(chosen) + 1, dtype=np.int64)
    np.cumsum(counts, out=taken[1:])
    rows = np.arange(taken[-1], dtype=np.int64) + np.repeat(offsets[chosen] - taken[:-1], counts)
    return rows, taken


def _folded(steps: Integers) -> Integers:
    """Fold signs in: 0, -1, 1, -2 to 0, 1, 2, 3."""
    return np.where(steps < 0, -2 * steps - 1, 2 * steps)


def _as_bytes(numbers: Integers) -> bytes:
    """Write numbers from 0 to 2^35 with seven bits to a byte; all but the last byte are marked."""
    width = np.ones(len(numbers), dtype=np.int64)
    for size in range(1, 5):
        width += numbers >= 1 << (7 * size)
    start = np.cumsum(width) - width
    packed = np.zeros(int(width.sum()), dtype=np.uint8)
    for place in range(5):
        here = width > place
        more = np.where(width[here] > place + 1, 128, 0)
        packed[start[here] + place] = ((numbers[here] >> (7 * place)) & 127) | more
    return packed.tobytes()

"""Heat: how much of something there is per square kilometre, as a surface that can be drawn.

Each place's weight is spread over the ground around it by a Gaussian (kernel density, B. W.
Silverman, "Density Estimation for Statistics and Data Analysis", 1986, section 4.2). A surface is
made of aggregates, a weight a cell or an issue, so its cost does not grow with the number of fixes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from scipy.ndimage import gaussian_filter1d

from geo_service.arrays import Flags, Floats
from geo_service.domain.issue import Issue
from geo_service.geometry.web_mercator import from_square, side_on_the_ground_m, to_square
from geo_service.overlay.cells import cell_centre, edge_metres
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.issue_grid import IssuePoints
from geo_service.overlay.pass_counts import PassCounts

BANDWIDTH_M = 100.0
"""The Gaussian's standard deviation on the ground: about a block. Much less shows cells of
resolution 10, some 130 m apart, as dots; much more hides which crossing it is."""
MOST_PIXELS = 1_000_000
_SHARP, _BLUNT = 20.0, 2.0
"""Pixels in a bandwidth: as many as that where there is room, and never fewer than these."""
_TRUNCATED = 4.0
"""Bandwidths from its middle at which a Gaussian ends; the 0.03 % beyond is given back to it."""
_BAND = 0.002
"""The pixels of one bandwidth differ by this share at most among rows that are spread together."""
_TAILS = (0.0001, 0.0005, 0.002)
"""Shares of the weight that may be left out on each of four sides, if the rest gains by it."""
_OF_SPACING = 0.75
_LAID_APART = 1.0 / 6.0
"""Pixels squared: by how much sharing out over four pixels makes a Gaussian's variance greater."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Places with a weight above zero; WGS-84, decimal degrees; shape (h,) each."""

    lon: Floats
    lat: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.weight)


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A density on the pixels of a picture that lies straight on a web map."""

    density: Floats
    """Shape (rows, columns), from the north-west: weight per square kilometre of ground."""
    pixel_km2: Floats
    """Shape (rows,): the ground that one pixel of a row covers."""
    south: float
    west: float
    north: float
    east: float
    """The picture's borders, decimal degrees; longitudes go on beyond 180 as they were given."""
    bandwidth_m: float
    """Wider than asked for where the picture would have had too many pixels."""
    left_out: float
    """The share of the weight that lies too far off to be drawn."""

    def lower(self, share: float) -> float:
        """Return the density below which a share of the weight lies. Raises nothing."""
        mass = (self.density * self.pixel_km2[:, None]).ravel()
        densities = self.density.ravel()
        order = np.argsort(densities)
        until = np.cumsum(mass[order])
        return float(densities[order[np.searchsorted(until, share * until[-1])]])


def pass_weights(points: IssuePoints, counts: PassCounts) -> Weights:
    """Weigh each issue by its passes.

    Parameters
    ----------
    points : IssuePoints
        The issues.
    counts : PassCounts
        Their passes, row by row.

    Returns
    -------
    Weights
        The issues that were passed. Raises nothing.
    """
    passed = counts.passes > 0
    return Weights(points.lon[passed], points.lat[passed], counts.passes[passed].astype(np.float64))


def issue_weights(issues: Sequence[Issue], moment: datetime) -> Weights:
    """Weigh each issue that is open at a moment as one. Raises nothing."""
    places = [(issue.lon, issue.lat) for issue in issues if issue.is_open(moment)]
    lon, lat = np.array(places, dtype=np.float64).reshape(-1, 2).T
    return Weights(lon, lat, np.ones(len(places)))


def exposure_weights(exposure: Exposure) -> Weights:
    """Weigh the middle of each cell by the kilometres that trips rode in it.

    Parameters
    ----------
    exposure : Exposure
        By cell.

    Returns
    -------
    Weights
        The cells that were ridden in. Raises nothing.
    """
    ridden = np.flatnonzero(exposure.metres > 0)
    lon, lat = cell_centre([exposure.key[row] for row in ridden])
    return Weights(lon, lat, exposure.metres[ridden] / 1000.0)


def bandwidth_for_cells(resolution: int) -> float:
    """Return the bandwidth in metres at which cells of a resolution don't show as dots.

    Neighbours lie the square root of 3 of a side apart. Gaussians of three quarters of that, on
    the middles of equal cells, add up to a plain: the ripple left on it is below a thousandth.
    Raises nothing of its own.
    """
    return max(BANDWIDTH_M, _OF_SPACING * float(np.sqrt(3.0)) * edge_metres(resolution))


def spread(
    weights: Weights, bandwidth_m: float = BANDWIDTH_M, most_pixels: int = MOST_PIXELS
) -> Surface:
    """Spread weights over the ground.

    The sum of density times area is the sum of the weights, less the share left out.

    Parameters
    ----------
    weights : Weights
        At least one; longitudes so that neighbours are near each other, beyond 180 if need be.
    bandwidth_m : float
        The Gaussian's standard deviation, metres on the ground.
    most_pixels : int
        Of the picture. Where places lie too far apart for it, the few farthest are left out if
        the others then get at most half the bandwidth; else the bandwidth grows.

    Returns
    -------
    Surface
        Raises nothing.
    """
    x, y = to_square(weights.lon, weights.lat)
    weight = weights.weight
    frame = whole = _frame(x, y, bandwidth_m, most_pixels)
    for tail in _TAILS if whole.bandwidth_m > bandwidth_m else ():
        near = _within(x, weight, tail) & _within(y, weight, tail)
        closer = _frame(x[near], y[near], bandwidth_m, most_pixels)
        if 2.0 * closer.bandwidth_m <= whole.bandwidth_m:
            frame, x, y, weight = closer, x[near], y[near], weight[near]
            break
    rows = np.asarray(frame.north + (np.arange(frame.rows) + 0.5) * frame.pixel, dtype=np.float64)
    east_m, north_m = side_on_the_ground_m(from_square(rows, rows)[1])
    pixel_km2 = east_m * north_m * (frame.pixel / 1000.0) ** 2
    in_pixels = frame.bandwidth_m / frame.pixel
    mass = _blurred(_laid_down(frame, x, y, weight), in_pixels / east_m, in_pixels / north_m)
    ends = np.array([0.0, 1.0])
    lon, lat = from_square(
        frame.west + ends * frame.columns * frame.pixel,
        frame.north + ends * frame.rows * frame.pixel,
    )
    return Surface(
        density=mass / pixel_km2[:, None],
        pixel_km2=pixel_km2,
        south=float(lat[1]),
        west=float(lon[0]),
        north=float(lat[0]),
        east=float(lon[1]),
        bandwidth_m=frame.bandwidth_m,
        left_out=1.0 - float(weight.sum() / weights.weight.sum()),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a picture lies in the square of web maps; lengths in sides of it."""

    west: float
    north: float
    pixel: float
    rows: int
    columns: int
    bandwidth_m: float


def _frame(x: Floats, y: Floats, bandwidth_m: float, most_pixels: int) -> _Frame:
    """Choose the smallest pixels that are few enough, with room for whole Gaussians."""
    low, high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
    nearest_to_equator = min(max(0.5, low[1]), high[1])
    border = np.array([low[1], nearest_to_equator, high[1]], dtype=np.float64)
    sides = np.concatenate(side_on_the_ground_m(from_square(border, border)[1]))
    pixel = bandwidth_m / (_SHARP * sides.max())
    while True:
        wide_m = max(bandwidth_m, _BLUNT * pixel * sides.max())
        margin = _TRUNCATED * wide_m / sides.min() + 2.0 * pixel
        columns, rows = np.ceil((high - low + 2.0 * margin) / pixel).astype(int).tolist()
        if rows * columns <= most_pixels:
            west, north = (low - margin).tolist()
            return _Frame(west, north, float(pixel), rows, columns, float(wide_m))
        pixel *= 1.02


def _within(place: Floats, weight: Floats, tail: float) -> Flags:
    """Say which places are not among the outermost ``tail`` of the weight on either side."""
    order = np.argsort(place, kind="stable")
    until = np.cumsum(weight[order]) / weight.sum()
    first, last = np.searchsorted(until, [tail, 1.0 - tail])
    low, high = place[order[first]], place[order[min(int(last), len(order) - 1)]]
    within: Flags = (place >= low) & (place <= high)
    return within


def _laid_down(frame: _Frame, x: Floats, y: Floats, weight: Floats) -> Floats:
    """Share each weight out over the four pixels around its place, so that its middle stays."""
    across, down = (x - frame.west) / frame.pixel - 0.5, (y - frame.north) / frame.pixel - 0.5
    column, row = np.floor(across).astype(np.int64), np.floor(down).astype(np.int64)
    right, below = across - column, down - row
    shares = (
        (row, column, (1.0 - below) * (1.0 - right)),
        (row, column + 1, (1.0 - below) * right),
        (row + 1, column, below * (1.0 - right)),
        (row + 1, column + 1, below * right),
    )
    laid = np.zeros(frame.rows * frame.columns)
    for at_row, at_column, share in shares:
        laid += np.bincount(at_row * frame.columns + at_column, weight * share, minlength=len(laid))
    return laid.reshape(frame.rows, frame.columns)


def _blurred(laid: Floats, east_px: Floats, north_px: Floats) -> Floats:
    """Spread what lies in each row by that row's bandwidths; the margins are empty."""
    blurred = np.zeros_like(laid)
    for first, end in _bands(north_px):
        if not laid[first:end].any():
            continue
        east, north = float(east_px[first:end].mean()), float(north_px[first:end].mean())
        reach = int(np.ceil(_TRUNCATED * north)) + 1
        top, bottom = max(0, first - reach), min(len(laid), end + reach)
        band = np.zeros((bottom - top, laid.shape[1]))
        band[first - top : end - top] = _gaussian(laid[first:end], east, axis=1)
        blurred[top:bottom] += _gaussian(band, north, axis=0)
    return blurred


def _gaussian(values: Floats, pixels: float, *, axis: int) -> Floats:
    rest = float(np.sqrt(pixels * pixels - _LAID_APART))
    spread_out = gaussian_filter1d(values, rest, axis=axis, mode="constant", truncate=_TRUNCATED)
    return np.asarray(spread_out, dtype=np.float64)


def _bands(north_px: Floats) -> Iterator[tuple[int, int]]:
    """Part rows into runs over which the bandwidth hardly changes: first row and end of each."""
    step = np.floor(np.log(north_px) / _BAND)
    begins = np.flatnonzero(np.diff(step, prepend=np.nan) != 0).tolist()
    yield from zip(begins, [*begins[1:], len(north_px)], strict=True)

"""Hot spots: where issues are more than the trips there explain.

If issues fell on trips alike, each of all issues where anybody rides would lie in a place with the
chance that is the place's share of all trips. So, given how many issues there are, a place's own
are a binomial count, and the test is exact: the chance of so many or more (J. Przyborowski and
H. Wilenski, "Homogeneity of results in testing samples from Poisson series", Biometrika 31, 1940).

With thousands of places some always look bad. The q-value of a place is the least share of false
ones among all that are called hot together with it, on average (Y. Benjamini and D. Yekutieli,
"The control of the false discovery rate in multiple testing under dependency", Annals of
Statistics 29, 2001). Theirs holds however the tests depend on each other: disks of neighbouring
cells overlap, and all places share one number of issues.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtrc

from geo_service.arrays import Flags, Floats, Integers
from geo_service.overlay.cells import disk_pairs
from geo_service.overlay.exposure import Exposure


@dataclass(frozen=True, slots=True, eq=False)
class HotSpots:
    """What is to be thought of the issues of each row of an exposure; shape (p,) each."""

    expected_issues: Floats
    """The place's own, if issues fell on trips alike; they sum to all. NaN without trips."""
    q_value: Floats
    """NaN without trips."""
    hot_spot: Flags
    """False without trips."""


def hot_cells(exposure: Exposure, q: float) -> HotSpots:
    """Find hot spots among H3 cells; each is judged together with its neighbours.

    A problem seldom keeps to a hexagon of 130 m, and what lies near a border lies in either. So
    the issues of a cell and its six neighbours are tested against their trips; expected issues
    are the cell's own, as its issues are.

    Parameters
    ----------
    exposure : Exposure
        By cell, all of one resolution.
    q : float
        A cell up to this q-value is hot.

    Returns
    -------
    HotSpots
        Row by row as the exposure. Raises nothing.
    """
    return _judged(exposure, *disk_pairs(exposure.key), q)


def hot_streets(exposure: Exposure, q: float) -> HotSpots:
    """Find hot spots among street edges; each is judged alone.

    Trips are counted, not metres: on a long edge there is more room for issues than on a short
    one that as many trips ride.

    Parameters
    ----------
    exposure : Exposure
        By street edge.
    q : float
        An edge up to this q-value is hot.

    Returns
    -------
    HotSpots
        Row by row as the exposure. Raises nothing.
    """
    itself = np.arange(len(exposure))
    return _judged(exposure, itself, itself, q)


def so_many_or_more(seen: Integers, of: int, share: Floats) -> Floats:
    """Return the chance that so many or more of all things fall into shares of all places.

    Parameters
    ----------
    seen : ndarray of int, shape (n,)
        How many fell there.
    of : int
        How many there are.
    share : ndarray of float, shape (n,)
        From 0 to 1.

    Returns
    -------
    ndarray of float, shape (n,)
        1 where none fell. Raises nothing.
    """
    return np.where(seen > 0, bdtrc(np.maximum(seen, 1) - 1, of, share), 1.0)


def _judged(exposure: Exposure, row: Integers, member: Integers, q: float) -> HotSpots:
    """Judge each row by its members, which are rows too; those without trips take no part."""
    ridden, places = exposure.trips > 0, len(exposure)
    trips, issues = exposure.trips, np.where(ridden, exposure.issues, 0)
    all_trips, all_issues = max(1, int(trips.sum())), int(issues.sum())
    seen = np.bincount(row, weights=issues[member], minlength=places).astype(np.int64)
    share = np.bincount(row, weights=trips[member], minlength=places) / all_trips
    q_value = np.full(places, np.nan)
    q_value[ridden] = _q_values(so_many_or_more(seen[ridden], all_issues, share[ridden]))
    return HotSpots(
        expected_issues=np.where(ridden, all_issues * (trips / all_trips), np.nan),
        q_value=q_value,
        hot_spot=q_value <= q,
    )


def _q_values(chance: Floats) -> Floats:
    # A second to load, and most commands that come by here look for no hot spots.
    from scipy.stats import false_discovery_control  # noqa: PLC0415

    return false_discovery_control(chance, method="by") if len(chance) else chance

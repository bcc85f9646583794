"""Which fixes are joined to one path, and how long the path is."""

from typing import TypeAlias

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.overlay.tangent_plane import chord_m, surely_within

Point: TypeAlias = tuple[float, float]
"""Longitude and latitude."""


@compiled
def are_joined(wait_us: int, here: Point, there: Point, max_gap_us: int, max_gap_m: float) -> bool:
    """Say whether a fix and the next one of its trip are joined by a segment.

    Parameters
    ----------
    wait_us : int
        From the one to the other, microseconds.
    here, there : tuple of float
        Longitude and latitude; WGS-84, decimal degrees.
    max_gap_us, max_gap_m : int, float
        How far apart the two may be, microseconds and metres, both included. Raises nothing.
    """
    if wait_us > max_gap_us:
        return False
    if surely_within(here[0], here[1], there[0], there[1], max_gap_m):
        return True
    return chord_m(here[0], here[1], there[0], there[1]) <= max_gap_m


def max_gap_us(rule: PassRule) -> int:
    """Return the rule's longest pause between joined fixes in microseconds."""
    return int(min(rule.max_gap_s * 1e6, 9e18))


def segment_metres(fixes: Fixes, rule: PassRule) -> Floats:
    """Measure the segment from each fix to the next.

    Parameters
    ----------
    fixes : Fixes
        Whole trips.
    rule : PassRule
        Says which fixes are joined.

    Returns
    -------
    ndarray of float, shape (n,)
        Metres; NaN where a fix is not joined to the next. Raises nothing.
    """
    return _segment_metres(
        fixes.offsets, fixes.t, fixes.lon, fixes.lat, max_gap_us(rule), rule.max_gap_m
    )


@compiled
def _segment_metres(
    offsets: Integers, t: Integers, lon: Floats, lat: Floats, gap_us: int, gap_m: float
) -> Floats:
    metres = np.full(len(t), np.nan)
    for trip in range(len(offsets) - 1):
        for fix in range(offsets[trip], offsets[trip + 1] - 1):
            here, there = (lon[fix], lat[fix]), (lon[fix + 1], lat[fix + 1])
            if are_joined(t[fix + 1] - t[fix], here, there, gap_us, gap_m):
                metres[fix] = chord_m(lon[fix], lat[fix], lon[fix + 1], lat[fix + 1])
    return metres

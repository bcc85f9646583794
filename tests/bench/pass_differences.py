"""Where two tables of passes differ, and whether the data say that either answer is right.

A distance within 0.1 % of the radius, or of the longest gap, may be taken for less or for more;
a moment within a millisecond of the border of an interval, for before or after it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyproj import Proj

from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds
from geo_service.domain.pass_rule import PassRule

SHARE = 0.001
MOMENT = pd.Timedelta(milliseconds=1)
METRES_A_DEGREE = 110_000.0
"""Of latitude, at least."""


class Pairs(NamedTuple):
    """Each fix and the one before, from south to north by the latter; shape (n, 2), or (n,)."""

    of_one_trip: NDArray[np.bool_]
    t_ms: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


class Approaches(NamedTuple):
    """How segments come near an issue; shape (n,) each."""

    metres: NDArray[np.float64]
    at_us: NDArray[np.float64]
    gap_m: NDArray[np.float64]
    """From fix to fix; 0 for a fix that is surely not joined to the one before."""


def differences(
    ours: pd.DataFrame,
    theirs: pd.DataFrame,
    trace_files: Sequence[Path],
    issues: Sequence[Issue],
    rule: PassRule,
) -> pd.DataFrame:
    """Return the issues at which two tables differ, and what in the data explains it.

    Parameters
    ----------
    ours, theirs : DataFrame
        Index ``issue_id``, in the order of the issues; ``passes``, ``riders``, ``first_pass``,
        ``last_pass``, ``closest_m``. Moments a millisecond apart and metres 0.1 % of the radius
        apart are equal.
    trace_files : sequence of Path
        What was counted.
    issues : sequence of Issue
        Where.
    rule : PassRule
        How.

    Returns
    -------
    DataFrame
        Index ``issue_id``; ``ours`` and ``theirs`` (passes); how many ``distances``, ``gaps`` and
        ``moments`` near the issue are unsure; ``explained``: whether they are enough for the
        difference, each being good for one pass, and a gap for two, since it also makes fixes
        that stand by themselves.

    Raises
    ------
    ValueError
        If the tables are not of these issues.
    """
    ids = [one.issue_id for one in issues]
    if list(ours.index) != ids or list(theirs.index) != ids:
        raise ValueError("The tables are not of these issues, in their order.")
    rows = np.flatnonzero(~_equal(ours, theirs, SHARE * rule.radius_m))
    found = []
    if len(rows):
        pairs = _read_pairs(trace_files)
        for row in rows.tolist():
            unsure = _count_unsure(_approaches(pairs, issues[row], rule), issues[row], rule)
            both = [table[["passes", "riders"]].iloc[row] for table in (ours, theirs)]
            enough = unsure.any() and (both[0] - both[1]).abs().max() <= unsure @ (1, 2, 1)
            found.append((both[0]["passes"], both[1]["passes"], *unsure, bool(enough)))
    names = ["ours", "theirs", "distances", "gaps", "moments", "explained"]
    return pd.DataFrame(found, index=ours.index[rows], columns=names)


def _equal(ours: pd.DataFrame, theirs: pd.DataFrame, metres: float) -> NDArray[np.bool_]:
    """Tell for each row whether it is the same in both."""
    same = (ours["passes"] == theirs["passes"]) & (ours["riders"] == theirs["riders"])
    near = {"first_pass": MOMENT, "last_pass": MOMENT, "closest_m": metres}
    for name, slack in near.items():
        both_none = ours[name].isna() & theirs[name].isna()
        same &= both_none | ((ours[name] - theirs[name]).abs() <= slack)
    return same.to_numpy()


def _read_pairs(trace_files: Sequence[Path]) -> Pairs:
    found = [_pairs_of(path) for path in trace_files]
    pairs = Pairs(*(np.concatenate(columns) for columns in zip(*found, strict=True)))
    order = np.argsort(pairs.lat[:, 0])
    return Pairs(*(column[order] for column in pairs))


def _pairs_of(path: Path) -> Pairs:
    names = ["trip_id", "t", "lon", "lat"]
    table = pq.read_table(path, columns=names, read_dictionary=["trip_id"])
    table = table.unify_dictionaries().combine_chunks()
    trip = _with_last(table["trip_id"].chunk(0).indices.to_numpy())
    t_ms, lon, lat = (_with_last(table[name].to_numpy()) for name in names[1:])
    of_one_trip = trip[:, 0] == trip[:, 1]
    of_one_trip[:1] = False
    return Pairs(of_one_trip, t_ms, lon / 1e7, lat / 1e7)


def _with_last(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.column_stack((np.append(values[:1], values[:-1]), values))


def _approaches(pairs: Pairs, issue: Issue, rule: PassRule) -> Approaches:
    """Measure the segments that may be near an issue, gaps a little too long among them."""
    reach = 1.01 * (rule.radius_m + rule.max_gap_m) / METRES_A_DEGREE
    rows = np.arange(*np.searchsorted(pairs.lat[:, 0], (issue.lat - reach, issue.lat + reach)))
    east = np.abs(pairs.lon[rows, 0] - issue.lon)
    rows = rows[east <= reach / np.cos(np.radians(issue.lat))]
    # Distances from the middle of this chart are geodesics.
    chart = Proj(proj="aeqd", lon_0=issue.lon, lat_0=issue.lat, ellps="WGS84")
    x, y = chart(pairs.lon[rows], pairs.lat[rows])
    t_ms = pairs.t_ms[rows]
    gap_m = np.hypot(x[:, 1] - x[:, 0], y[:, 1] - y[:, 0])
    joined = pairs.of_one_trip[rows] & (gap_m <= (1.0 + SHARE) * rule.max_gap_m)
    joined &= t_ms[:, 1] - t_ms[:, 0] <= rule.max_gap_s * 1000
    x, y, t_ms = (np.where(joined[:, None], both, both[:, 1:]) for both in (x, y, t_ms))
    share = _share(x, y)
    metres = np.hypot(*(both[:, 0] + share * (both[:, 1] - both[:, 0]) for both in (x, y)))
    at_us = 1000 * (t_ms[:, 0] + share * (t_ms[:, 1] - t_ms[:, 0]))
    return Approaches(metres, at_us, np.where(joined, gap_m, 0.0))


def _count_unsure(found: Approaches, issue: Issue, rule: PassRule) -> NDArray[np.int64]:
    """Count the distances, gaps and moments that either answer suits."""
    borders = [one for both in issue.open_intervals for one in both if one is not None]
    border_us = np.array([to_microseconds(one) for one in borders], dtype=np.float64)
    at_border = (np.abs(found.at_us[:, None] - border_us) <= 1000.0).any(axis=1)
    hits = found.metres <= (1.0 + SHARE) * rule.radius_m
    unsure = (
        found.metres >= (1.0 - SHARE) * rule.radius_m,
        found.gap_m >= (1.0 - SHARE) * rule.max_gap_m,
        at_border,
    )
    return np.array([(hits & one).sum() for one in unsure])


def _share(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far along each segment, from 0 to 1, the origin is nearest."""
    dx, dy = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]
    square = dx * dx + dy * dy
    along = -(x[:, 0] * dx + y[:, 0] * dy)
    return np.clip(np.divide(along, square, out=np.zeros_like(square), where=square > 0), 0, 1)

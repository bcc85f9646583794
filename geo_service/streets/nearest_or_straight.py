"""Nearest by street where there are streets, and in a straight line where there are none."""

from dataclasses import dataclass

import numpy as np

from geo_service.streets.nearest import Measure, Reached, Sites, find_nearest
from geo_service.streets.network import Flags, Floats, Network
from geo_service.streets.snap import SnapGrid, snap


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What was found for each position, and which positions lie off all streets."""

    reached: Reached
    straight: Flags
    """Shape (q,): whether the position was answered in a straight line."""


def nearest_or_straight(
    network: Network,
    grid: SnapGrid,
    sites: Sites,
    wanted: Flags,
    lon: Floats,
    lat: Floats,
    *,
    k: int,
    measure: Measure,
    max_snap_m: float,
) -> Answered:
    """Find the k nearest wanted sites; a position far from all streets is answered straight.

    Takes and raises what ``find_nearest`` does.

    Returns
    -------
    Answered
        Rows for each position and rank, positions in their order.
    """
    if measure is Measure.STRAIGHT:
        far = np.ones(len(lon), np.bool_)
    else:
        far = snap(network, grid, lon, lat, max_snap_m).edge < 0
    parts = [
        (rows, find_nearest(
            network, grid, sites, wanted, lon[rows], lat[rows],
            k=k, measure=by, max_snap_m=max_snap_m,
        ))
        for rows, by in ((np.flatnonzero(~far), measure), (np.flatnonzero(far), Measure.STRAIGHT))
        if len(rows)
    ]  # fmt: skip
    return Answered(_in_order(parts), far)


def _in_order(parts: list[tuple[np.ndarray, Reached]]) -> Reached:
    """Put the rows of several searches back into the order of the positions."""
    none = np.zeros(0, np.int64)
    query = np.concatenate([none, *(rows[reached.query] for rows, reached in parts)])
    order = np.argsort(query, kind="stable")

    def column(name: str) -> np.ndarray:
        return np.concatenate([none, *(getattr(reached, name) for _, reached in parts)])[order]

    return Reached(
        query=query[order],
        rank=column("rank"),
        site=column("site"),
        distance_mm=column("distance_mm"),
        duration_ms=column("duration_ms"),
        off_mm=column("off_mm"),
    )

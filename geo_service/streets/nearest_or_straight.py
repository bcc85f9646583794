"""Nearest by street where there are streets, and in a straight line where there are none."""

from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Flags, Floats
from geo_service.streets.nearest import Reached, find_nearest, find_straight
from geo_service.streets.prepared import Streets
from geo_service.streets.sites import Sites
from geo_service.streets.snap import snap
from geo_service.streets.tables import Table


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What was found for each position, and which positions lie off all streets."""

    reached: Reached
    straight: Flags
    """Shape (q,): whether the position was answered in a straight line."""


def nearest_or_straight(
    streets: Streets,
    sites: Sites,
    table: Table,
    lon: Floats,
    lat: Floats,
    *,
    k: int,
    max_snap_m: float,
) -> Answered:
    """Find the k nearest sites; a position far from all streets is answered straight.

    Takes and raises what ``find_nearest`` does.

    Returns
    -------
    Answered
        Rows for each position and rank, positions in their order.
    """
    by_street = find_nearest(streets, sites, table, lon, lat, k=k, max_snap_m=max_snap_m)
    far = snap(streets.network, streets.grid, lon, lat, max_snap_m).edge < 0
    rows = np.flatnonzero(far)
    none = np.full(len(rows), -1)
    straight = find_straight(sites, table.wanted, lon[rows], lat[rows], none, k)
    parts = [(np.arange(len(lon)), by_street), (rows, straight)]
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

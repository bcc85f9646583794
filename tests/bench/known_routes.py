"""Drawn streets with a track and the route that was truly ridden, and how two routes compare."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import segment_lengths_m
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def drawn_network(stem: Path) -> tuple[Network, Integers, Floats]:
    """Read straight arcs between nodes, the arcs truly ridden (2e or 2e + 1), and the track."""
    lon, lat = np.loadtxt(stem.with_suffix(".nodes")).T.copy()
    arcs = np.loadtxt(stem.with_suffix(".arcs"), dtype=np.int64)
    track = np.loadtxt(stem.with_suffix(".track"))
    route = np.loadtxt(stem.with_suffix(".route"), dtype=np.int64)
    ends, which = np.unique(np.sort(arcs, axis=1), axis=0, return_inverse=True)
    backward = arcs[:, 0] > arcs[:, 1]
    edges, a, b = len(ends), ends[:, 0].copy(), ends[:, 1].copy()
    length = np.rint(1000 * segment_lengths_m(lon[a], lat[a], lon[b], lat[b])).astype(np.int64)
    nothing = np.zeros(edges, dtype=np.int64)
    network = Network(
        profile=Profile.EBIKE,
        node_lon=lon,
        node_lat=lat,
        edge_from=a,
        edge_to=b,
        edge_forward=np.isin(np.arange(edges), which[~backward]),
        edge_backward=np.isin(np.arange(edges), which[backward]),
        edge_length_mm=length,
        edge_time_ms=length,
        edge_shape=2 * np.arange(edges + 1, dtype=np.int64),
        shape_lon=lon[ends].ravel(),
        shape_lat=lat[ends].ravel(),
        shape_mm=np.column_stack((nothing, length)).ravel(),
        edge_way=np.arange(edges, dtype=np.int64),
        edge_from_id=nothing - 1,
        edge_to_id=nothing - 1,
        edge_name=nothing,
        names=("",),
        names_en=("",),
        edge_class=nothing,
        classes=("residential",),
    )
    return network, (2 * which.ravel() + backward)[route], track


def one_trip(track: Floats) -> Fixes:
    """Return rows of longitude, latitude and seconds as one trip."""
    return Fixes(
        trip_ids=("trip",),
        rider_ids=("rider",),
        rider=np.zeros(1, dtype=np.int64),
        offsets=np.array([0, len(track)]),
        t=(track[:, 2] * 1e6).astype(np.int64),
        lon=track[:, 0].copy(),
        lat=track[:, 1].copy(),
    )


def longest_common_m(true: Integers, true_m: Floats, got: Integers, got_m: Floats) -> float:
    """Return the length of the longest common way of two, both in riding order."""
    before = np.zeros(len(got) + 1)
    for arc, metres in zip(true, true_m, strict=True):
        joined = np.where(got == arc, before[:-1] + np.minimum(metres, got_m), 0.0)
        longest = np.maximum(before, np.append(0.0, joined))
        before = np.maximum.accumulate(longest)
    return float(before[-1])

"""Facilities and positions scattered over a network, the same at every run."""

import numpy as np
from numpy.typing import NDArray

from geo_service.domain.facility import Facility
from geo_service.streets.network import Network

FACILITY_KINDS = ("rest_station", "charging_cabinet", "parking_point", "water_point")
HOURS = ("", "24/7", "Mo-Su 00:00-24:00", "Mo-Su 08:00-22:00", "Mo-Sa 09:00-18:00")
BESIDE = 0.0003
"""How far from a junction things lie, in degrees."""


def positions(
    network: Network, count: int, *, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes beside streets."""
    random = np.random.default_rng(seed)
    node = random.integers(0, network.nodes, count)
    jitter = random.normal(0.0, BESIDE, (2, count))
    return network.node_lon[node] + jitter[0], network.node_lat[node] + jitter[1]


def make_facilities(network: Network, count: int, *, seed: int = 7) -> list[Facility]:
    """Return facilities of four kinds with five sorts of opening hours."""
    lon, lat = positions(network, count, seed=seed)
    return [
        Facility(
            facility_id=f"f{row:06}",
            kind=FACILITY_KINDS[row % 4],
            lon=float(lon[row]),
            lat=float(lat[row]),
            name=f"驿站{row}",
            name_en=f"Station {row}",
            opening_hours=HOURS[row % 5],
            amenities=frozenset({"fridge", "toilet"} if row % 3 else ()),
        )
        for row in range(count)
    ]

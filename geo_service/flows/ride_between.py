"""The line along which one rides from one place to another: by the streets, or else straight."""

from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats
from geo_service.streets.measure import Measure
from geo_service.streets.prepared import Streets
from geo_service.streets.sites import place_sites
from geo_service.streets.tables import make_table
from geo_service.streets.way import find_way


class Ride(NamedTuple):
    """A line in riding order; WGS-84, decimal degrees; shape (v,) each."""

    lon: Floats
    lat: Floats
    by_street: bool
    """Whether it follows the streets."""


def ride_between(
    streets: Streets | None,
    start: tuple[float, float],
    end: tuple[float, float],
    max_snap_m: float,
) -> Ride:
    """Find the quickest way from one place to another.

    Parameters
    ----------
    streets : Streets or None
        Of how one moves; None: there are none.
    start, end : (float, float)
        Longitude and latitude; WGS-84, decimal degrees.
    max_snap_m : float
        A place farther than this from any street, metres, is reached in a straight line.

    Returns
    -------
    Ride
        By the streets in some 10 to 20 ms; straight where no street is near to one of the
        places, or none leads there. Raises nothing.
    """
    way = None
    if streets is not None:
        there = np.array(end[:1]), np.array(end[1:])
        sites = place_sites(streets.network, streets.grid, ["there"], *there, max_snap_m)
        table = make_table(streets, sites, np.ones(1, dtype=np.bool_), Measure.TIME, width=1)
        way = find_way(streets, sites, table, *start, 0, max_snap_m=max_snap_m)
    if way is None:
        return Ride(np.array([start[0], end[0]]), np.array([start[1], end[1]]), by_street=False)
    return Ride(way.lon, way.lat, by_street=True)

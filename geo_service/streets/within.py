"""Not farther than a limit: the nearest of those whose way is no longer.

A limit in metres does not follow an order by seconds, so a short list may end before all that are
within. It is certain to hold them if the last one's seconds need more metres than the limit, or
if no other site is within the limit even in a straight line.
"""

import numpy as np

from geo_service.arrays import Flags, Floats, Integers, Seconds
from geo_service.compiled import compiled
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import SLOWEST_M_S
from geo_service.streets.sites import Sites
from geo_service.streets.snap import Snapped
from geo_service.streets.table_or_search import list_nearest
from geo_service.streets.tables import Table

_LEAST_M_A_DEGREE = 110_000.0
"""Less than a degree of latitude is anywhere, or a degree of longitude at the equator."""


def list_within(
    streets: Streets,
    sites: Sites,
    table: Table,
    at: Snapped,
    position: tuple[Floats, Floats],
    k: int,
    limit_m: float,
) -> tuple[Integers, Seconds]:
    """Fill a short list for each position with the k nearest whose way is within a limit.

    Parameters
    ----------
    streets, sites, table : Streets, Sites, Table
        As for ``find_nearest``.
    at : Snapped
        Where q positions meet the streets.
    position : tuple of ndarray of float, shape (q,)
        Longitudes and latitudes, WGS-84, decimal degrees.
    k : int
        How many.
    limit_m : float
        Metres, the straight parts to and from the streets included.

    Returns
    -------
    key, second : ndarray, shape (q, min(k, sites of the set))
        Short lists. Raises nothing.
    """
    most = min(k, table.sites)
    key = np.full((len(at.edge), most), NEVER)
    second = np.zeros((len(at.edge), most), dtype=np.uint32)
    rows, width = np.arange(len(at.edge)), table.key.shape[1]
    while len(rows) and most:
        width = min(width, table.sites)
        listed, other = list_nearest(streets, sites, table, at, rows, width)
        distance = other if table.by_time else listed >> SHIFT
        # Empty places come last and stay empty, whatever their distance says.
        near = distance <= limit_m * 1000
        certain = (near.sum(axis=1) >= most) | (width == table.sites)
        certain |= listed[:, -1] >> SHIFT > no_nearer(table, limit_m)
        unsure = np.flatnonzero(~certain)
        here = position[0][rows[unsure]], position[1][rows[unsure]]
        certain[unsure] = all_near_listed(sites, table, *here, listed[unsure] & LOWER, limit_m)
        order = np.argsort(~near, axis=1, kind="stable")[:, :most]
        listed = np.take_along_axis(np.where(near, listed, NEVER), order, axis=1)
        columns = slice(0, listed.shape[1])
        key[rows[certain], columns] = listed[certain]
        second[rows[certain], columns] = np.take_along_axis(other, order, axis=1)[certain]
        rows, width = rows[~certain], 2 * width
    return key, second


def no_nearer(table: Table, limit_m: float) -> float:
    """Return a cost above which no site's way can be within a limit.

    Parameters
    ----------
    table : Table
        Its measure says what is counted, milliseconds or millimetres.
    limit_m : float
        Metres. Raises nothing.
    """
    return limit_m * 1000 / (SLOWEST_M_S if table.by_time else 1.0)


def all_near_listed(
    sites: Sites, table: Table, lon: Floats, lat: Floats, listed: Integers, limit_m: float
) -> Flags:
    """Say whether lists hold all sites of a set that are within a limit in a straight line.

    Parameters
    ----------
    sites, table : Sites, Table
        The table's set counts.
    lon, lat : ndarray of float, shape (q,)
        WGS-84, decimal degrees.
    listed : ndarray of int, shape (q, w)
        The ranks of the sites in each list.
    limit_m : float
        Metres.

    Returns
    -------
    ndarray of bool, shape (q,)
        False also where a site is a little farther than the limit. Raises nothing.
    """
    return _all_near_listed(
        sites.lon, sites.lat, sites.places.rank, table.wanted, lon, lat, listed, limit_m
    )


@compiled
def _all_near_listed(
    site_lon: Floats,
    site_lat: Floats,
    rank: Integers,
    wanted: Flags,
    lon: Floats,
    lat: Floats,
    listed: Integers,
    limit_m: float,
) -> Flags:
    """Look at every site of the set in a box around each position."""
    certain = np.ones(len(lon), dtype=np.bool_)
    high = limit_m / _LEAST_M_A_DEGREE
    for i in range(len(lon)):
        across = np.cos(np.radians(min(90.0, abs(lat[i]) + high)))
        # At a pole wider than the earth: the cosine of 90 degrees comes out a little above 0.
        wide = high / across
        for site in range(len(site_lon)):
            if not wanted[site] or abs(site_lat[site] - lat[i]) > high:
                continue
            apart = abs(site_lon[site] - lon[i])
            if min(apart, 360.0 - apart) > wide:
                continue
            if not (listed[i] == rank[site]).any():
                certain[i] = False
                break
    return certain

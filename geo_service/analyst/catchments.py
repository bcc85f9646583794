"""Catchments for analysts: each facility's streets, and the holes."""

from typing import Literal

import geopandas as gpd
import numpy as np

from geo_service.analyst.streets import Streets
from geo_service.export.catchment_frames import NAMES, catchments_frame
from geo_service.flows.find_catchments import limit_of
from geo_service.ingest import frames as held
from geo_service.settings import Settings
from geo_service.streets import catchments as by_street
from geo_service.streets.measure import Measure
from geo_service.streets.sites import place_sites
from geo_service.streets.tables import make_table


def find_catchments(
    streets: Streets,
    facilities: gpd.GeoDataFrame,
    *,
    by: Literal["time", "distance"] = "time",
    minutes: float | None = None,
    metres: float | None = None,
    max_snap_m: float = Settings().max_snap_m,
) -> gpd.GeoDataFrame:
    """Find the streets nearer to each facility than to any other, and those too far from all.

    Parameters
    ----------
    streets : Streets
        Of the profile in question.
    facilities : GeoDataFrame
        Points, EPSG:4326, with ``facility_id``. Filter them before: all rows count.
    by : {"time", "distance"}
        Whether nearest is in seconds or in metres along streets.
    minutes, metres : float, optional
        Farther than this from every facility is a hole: by time in minutes (10), by distance in
        metres (1,000).
    max_snap_m : float
        A facility farther than this from any street serves none.

    Returns
    -------
    GeoDataFrame
        A row a facility, in the order of the frame, and a last row of the holes, lines in
        EPSG:4326. ``facility_id`` (as the frame has it) and, where the frame has them, ``kind,
        name, name_en``, all empty for the holes; ``hole``; ``length_m`` of street and its
        ``share`` of all; ``farthest_s`` (by distance ``farthest_m``), ``farthest_lon``,
        ``farthest_lat``: the row's farthest position. Together the rows hold each street once.

    Raises
    ------
    RefusedData
        If the frame is not of points in EPSG:4326, or has no ``facility_id``.
    WrongUsage
        If the limit makes no sense.
    ValueError
        If ``by`` has another name.
    """
    measure = Measure(by)
    limit = limit_of(measure, minutes, metres)
    held.need_columns(facilities, ("facility_id",), "facilities")
    lon, lat = held.points_from_frame(facilities, "facilities")
    ids = [str(name) for name in facilities["facility_id"]]
    sites = place_sites(streets.network, streets.grid, ids, lon, lat, max_snap_m)
    wanted = np.ones(len(ids), np.bool_)
    table = make_table(streets, sites, wanted, measure)
    found = by_street.find_catchments(streets, sites, table, limit=limit)
    names = facilities[[name for name in NAMES if name in facilities.columns]]
    return catchments_frame(names, wanted, streets.network, found)

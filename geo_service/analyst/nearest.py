"""Nearest facilities by street, for many points at once."""

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_service.analyst.streets import Streets
from geo_service.export import frames
from geo_service.ingest import frames as held
from geo_service.settings import Settings
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import find_straight
from geo_service.streets.nearest_or_straight import nearest_or_straight
from geo_service.streets.sites import place_sites
from geo_service.streets.snap import snap
from geo_service.streets.tables import make_table


def nearest_facilities(
    streets: Streets,
    facilities: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    k: int = 5,
    by: Literal["time", "distance", "straight"] = "time",
    max_snap_m: float = Settings().max_snap_m,
) -> pd.DataFrame:
    """Find the k facilities with the least travel cost by street from each point.

    Parameters
    ----------
    streets : Streets
        Of the profile in question.
    facilities : GeoDataFrame
        Points, EPSG:4326, with ``facility_id``. Filter them before: all rows are candidates.
    points : GeoDataFrame or GeoSeries
        Points, EPSG:4326.
    k : int
        How many for each point; fewer come back where fewer can be reached.
    by : {"time", "distance", "straight"}
        What is least: seconds, metres along streets, or metres in a straight line.
    max_snap_m : float
        A facility or point farther than this from any street takes no part by street; a point
        that is farther is answered in a straight line, walked, its ``snapped_m`` empty.

    Returns
    -------
    DataFrame
        ``query`` (row position in ``points``), ``rank`` (from 1), ``facility_id`` (as the frame
        has it), ``distance_m, duration_s, straight_m, snapped_m``.

    Raises
    ------
    RefusedData
        If a frame is not of points in EPSG:4326, or facilities have no ``facility_id``.
    WrongUsage
        If k is below 1.
    ValueError
        If ``by`` has another name.
    """
    held.need_columns(facilities, ("facility_id",), "facilities")
    lon, lat = held.points_from_frame(points, "points")
    site_lon, site_lat = held.points_from_frame(facilities, "facilities")
    ids = [str(name) for name in facilities["facility_id"]]
    sites = place_sites(streets.network, streets.grid, ids, site_lon, site_lat, max_snap_m)
    everyone, measure = np.ones(len(ids), np.bool_), Measure(by)
    if measure is Measure.STRAIGHT:
        off_mm = snap(streets.network, streets.grid, lon, lat, max_snap_m).off_mm
        reached = find_straight(sites, everyone, lon, lat, off_mm, k)
    else:
        table = make_table(streets, sites, everyone, measure)
        reached = nearest_or_straight(
            streets, sites, table, lon, lat, k=k, max_snap_m=max_snap_m
        ).reached
    return frames.nearest_frame(
        reached, pd.Index(facilities["facility_id"]), (lon, lat), (site_lon, site_lat)
    )

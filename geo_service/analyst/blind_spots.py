"""Streets and cells that no trip was in."""

import geopandas as gpd
import pandas as pd

from geo_service.analyst.arguments import PlaceName, check_place, pass_rule
from geo_service.analyst.streets import Streets
from geo_service.export.blind_frames import blind_cells_frame, blind_streets_frame
from geo_service.flows.find_blind_spots import blind_cells, blind_streets
from geo_service.ingest import frames as held
from geo_service.settings import Settings


def find_blind_spots(
    traces: pd.DataFrame,
    issues: gpd.GeoDataFrame,
    streets: Streets,
    *,
    by: PlaceName = "street",
    radius_m: float = 25.0,
) -> gpd.GeoDataFrame:
    """Find the streets, or the cells with streets, that no trip was in.

    Parameters
    ----------
    traces : DataFrame
        ``trip_id, rider_id, t, lon, lat``; by street they are matched to streets.
    issues : GeoDataFrame
        Points, EPSG:4326: ``issue_id, category, reported_at``.
    streets : Streets
        Of the profile that rode.
    by : {"street", "cell"}
        A row for each edge (both directions together) or each H3 cell that streets run through.
    radius_m : float
        An issue belongs to the nearest edge within so many metres; by cell to that of its point.

    Returns
    -------
    GeoDataFrame
        ``edge_id, name, highway, length_m, issues``, or ``cell, street_m, issues``: most issues
        first, then most metres of street.

    Raises
    ------
    RefusedData
        If a column is missing, times have no zone, or positions are not in range.
    WrongUsage
        If ``by`` or the radius makes no sense.
    """
    check_place(by)
    trips = [held.traces_from_frame(traces).fixes]
    reported, rule = held.issues_from_frame(issues), pass_rule(radius_m)
    if by == "street":
        blind = blind_streets(trips, reported, streets, rule)
        return blind_streets_frame(blind, streets.network)
    return blind_cells_frame(
        blind_cells(trips, reported, streets, rule, Settings().cell_resolution)
    )

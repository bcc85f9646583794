"""Streets and cells that no trip was in."""

import geopandas as gpd
import pandas as pd

from geo_service.analyst.arguments import PlaceName, check_place, pass_rule
from geo_service.analyst.streets import Streets
from geo_service.export.blind_frames import blind_cells_frame, blind_streets_frame
from geo_service.flows.find_blind_spots import blind_cells, blind_streets
from geo_service.ingest import frames as held
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cell_visits import cell_visits
from geo_service.overlay.exposure import edge_visits
from geo_service.settings import Settings
from geo_service.streets.matching.match import match


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
    fixes = held.traces_from_frame(traces).fixes
    reported, rule = held.issues_from_frame(issues), pass_rule(radius_m)
    if by == "street":
        ridden = edge_visits(match(streets.network, streets.grid, fixes))
        blind = blind_streets([ridden], reported, streets, rule.radius_m)
        return blind_streets_frame(blind, streets.network)
    finder = CellFinder(Settings().cell_resolution)
    visits = cell_visits(fixes, rule, finder)
    return blind_cells_frame(blind_cells([visits], reported, streets, finder))

"""Where traces pass issues, and what streets and cells see of it."""

import geopandas as gpd
import pandas as pd
import shapely

from geo_service.analyst.arguments import (
    USUAL_ZONE,
    PerName,
    PlaceName,
    check_place,
    pass_rule,
    slot_rule,
)
from geo_service.analyst.streets import Streets
from geo_service.errors import RefusedData, WrongUsage
from geo_service.export import frames
from geo_service.export.slot_frames import (
    cell_slots_frame,
    issue_slots_frame,
    street_slots_frame,
)
from geo_service.flows.look_at_trips import looks_along_streets, looks_in_cells
from geo_service.flows.overlay_issues import count_on_streets, edges_of_issues
from geo_service.geometry.position import is_on_earth
from geo_service.ingest import frames as held
from geo_service.overlay import along, pass_counts, passes
from geo_service.overlay.cells import cell_of
from geo_service.overlay.exposure import count_cell_exposure
from geo_service.overlay.hotspots import hot_cells, hot_streets
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.slot_exposure import count_issue_slots, count_slots
from geo_service.settings import Settings
from geo_service.streets.matching.match import match


def find_passes(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame, radius_m: float = 25.0
) -> pd.DataFrame:
    """Find every pass: one trip coming within a radius of one issue while it is open.

    Parameters
    ----------
    traces : DataFrame
        ``trip_id, rider_id, t, lon, lat``; sorted stably by ``t``, nothing is dropped.
    issues : GeoDataFrame
        Points, EPSG:4326: ``issue_id, category, reported_at, closed_at``.
    radius_m : float
        Metres on the ellipsoid.

    Returns
    -------
    DataFrame
        ``trip_id, rider_id, issue_id, t_closest`` (UTC), ``distance_m``; ids as the frames have
        them. Riders who share a trip id each have a trip of their own.

    Raises
    ------
    RefusedData
        If a column is missing, times have no zone, or positions are not in range.
    WrongUsage
        If the radius is not more than 0.
    """
    trips = held.traces_from_frame(traces)
    points = issue_points(held.issues_from_frame(issues))
    found = passes.find_passes(trips.fixes, points, pass_rule(radius_m))
    return frames.passes_frame(found, trips.trip_ids, trips.rider_ids, pd.Index(issues["issue_id"]))


def count_passes(
    traces: pd.DataFrame,
    issues: gpd.GeoDataFrame,
    radius_m: float = 25.0,
    *,
    per: PerName | None = None,
    time_zone: str = USUAL_ZONE,
) -> gpd.GeoDataFrame:
    """Count the passes of every issue, zeros too.

    Takes and raises what ``find_passes`` does.

    Parameters
    ----------
    traces, issues, radius_m
        As for ``find_passes``.
    per : {"hour", "weekday", "weekday_hour"}, optional
        Count by hour of the day, day of the week, or both, instead of over all time.
    time_zone : str
        Whose clocks tell hours and days, an IANA name.

    Returns
    -------
    GeoDataFrame
        The issues, with ``passes, riders`` (distinct), ``first_pass, last_pass`` (UTC),
        ``closest_m`` (empty where there is none), ``last_confirmed_at`` (UTC; reported, reopened
        or confirmed, whichever was last) and ``riders_since_confirmed`` (distinct). With ``per`` a
        row an issue and slot with a pass: ``issue_id, category``, ``weekday`` (1 is Monday) or
        ``hour`` (0 to 23) or both, ``passes, riders``.

    Raises
    ------
    WrongUsage
        If there is no such ``per`` or time zone either.
    """
    fixes = held.traces_from_frame(traces).fixes
    reported, rule = held.issues_from_frame(issues), pass_rule(radius_m)
    if per is not None:
        slots = slot_rule(per, time_zone)
        met = passes.find_passes(fixes, issue_points(reported), rule)
        found = count_issue_slots([(fixes, met)], len(reported), slots)
        return issue_slots_frame(issues, found, slots.per)
    counts = pass_counts.count_passes([fixes], issue_points(reported), rule)
    return frames.with_pass_counts(issues, counts)


def match_traces(streets: Streets, traces: pd.DataFrame) -> pd.DataFrame:
    """Tell which street edges each trip rode along, in riding order.

    Parameters
    ----------
    streets : Streets
        Of the profile that rode.
    traces : DataFrame
        ``trip_id, rider_id, t, lon, lat``.

    Returns
    -------
    DataFrame
        A row a traversed edge: ``trip_id, edge_id, t_enter, t_leave`` (UTC). Fixes far from all
        streets are matched to none.

    Raises
    ------
    RefusedData
        As ``find_passes`` does.
    """
    trips = held.traces_from_frame(traces)
    matched = match(streets.network, streets.grid, trips.fixes)
    return frames.matched_frame(matched, trips.trip_ids, streets.network)


def count_exposure(
    traces: pd.DataFrame,
    issues: gpd.GeoDataFrame,
    streets: Streets | None = None,
    *,
    by: PlaceName = "street",
    radius_m: float = 25.0,
    per: PerName | None = None,
    time_zone: str = USUAL_ZONE,
    hot_spot_q: float = Settings().hot_spot_q,
) -> gpd.GeoDataFrame:
    """Count what each street edge or H3 cell sees: trips, riders, metres, issues, passes.

    Parameters
    ----------
    traces, issues, radius_m
        As for ``find_passes``.
    streets : Streets
        What traces are matched to; needed by street.
    by : {"street", "cell"}
        A row for each edge (both directions together) or each H3 cell that saw any.
    per : {"hour", "weekday", "weekday_hour"}, optional
        Count by hour of the day, day of the week, or both, instead of over all time.
    time_zone : str
        Whose clocks tell hours and days, an IANA name.
    hot_spot_q : float
        A place is a hot spot up to this q-value: at most so great a share of hot spots is false.

    Returns
    -------
    GeoDataFrame
        ``edge_id, name, highway`` or ``cell``, ``trips, riders, metres, issues, passes,
        issues_per_1000_trips`` and its exact Poisson 95 % interval ``rate_low, rate_high``;
        ``expected_issues``, if issues fell on trips alike, ``q_value`` and ``hot_spot``: whether
        issues are more than that explains, by cell those of the cell and its neighbours. With
        ``per`` a row a place and slot that saw any: ``weekday`` (1 is Monday) or ``hour`` (0 to
        23) or both, ``trips, riders, metres, passes``; an issue stands there at all hours, so
        issues and rates are not told by slot.

    Raises
    ------
    RefusedData
        As ``find_passes`` does.
    WrongUsage
        If streets are needed and not given, or ``by``, ``per``, the time zone or the radius make
        no sense.
    """
    check_place(by)
    fixes = held.traces_from_frame(traces).fixes
    reported = held.issues_from_frame(issues)
    points, rule, resolution = (
        issue_points(reported),
        pass_rule(radius_m),
        Settings().cell_resolution,
    )
    slots = None if per is None else slot_rule(per, time_zone)
    if by == "cell":
        seen = looks_in_cells(points, rule, resolution)(fixes)
        if slots is not None:
            cell = cell_of(points.lon, points.lat, resolution)
            return cell_slots_frame(count_slots([seen], cell, slots), slots.per)
        cells = count_cell_exposure([seen], points, resolution)
        return frames.cells_frame(cells, hot_cells(cells, hot_spot_q))
    if streets is None:
        raise WrongUsage("Exposure by street needs the streets.", where="streets")
    seen = looks_along_streets(points, rule, streets)(fixes)
    if slots is not None:
        edge = edges_of_issues(streets, points, rule.radius_m)
        by_slot = count_slots([seen], edge, slots)
        return street_slots_frame(by_slot, slots.per, streets.network)
    counted = count_on_streets([seen], points, streets, rule.radius_m)
    hot = hot_streets(counted.exposure, hot_spot_q)
    return frames.streets_frame(counted.exposure, hot, streets.network, counted.edges)


def issues_along(
    line: shapely.LineString, issues: gpd.GeoDataFrame, radius_m: float = 25.0
) -> gpd.GeoDataFrame:
    """Find the issues along a route, in riding order.

    Parameters
    ----------
    line : LineString
        Longitudes and latitudes, WGS-84, decimal degrees.
    issues : GeoDataFrame
        Points, EPSG:4326.
    radius_m : float
        Metres on the ellipsoid.

    Returns
    -------
    GeoDataFrame
        The issues within the radius, with ``along_m`` from the start of the line and ``off_m``
        beside it.

    Raises
    ------
    RefusedData
        If this is no line on earth, or the issues are not points in EPSG:4326.
    WrongUsage
        If the radius is not more than 0.
    """
    if line.geom_type != "LineString" or line.is_empty:
        raise RefusedData(
            f"A route is a LineString with positions, not {line.geom_type}.", where="line"
        )
    lon, lat = shapely.get_coordinates(line).T
    if not is_on_earth(lon, lat).all():
        raise RefusedData(
            "The route has positions that are not on earth.",
            where="line",
            remedy="Give WGS-84 longitudes and latitudes in decimal degrees.",
        )
    points = issue_points(held.issues_from_frame(issues))
    found = along.issues_along(lon, lat, points, pass_rule(radius_m).radius_m)
    return issues.iloc[found.issue].assign(along_m=found.along_m, off_m=found.off_m)

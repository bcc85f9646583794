"""Domain values as the frames analysts work with: EPSG:4326, times in UTC."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Floats, Integers, Shapes
from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import geodesic_m
from geo_service.overlay.cells import cell_boundary
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.hotspots import HotSpots
from geo_service.overlay.pass_counts import NO_MOMENT, PassCounts
from geo_service.overlay.passes import Passes
from geo_service.streets.matching.match import Matched
from geo_service.streets.nearest import Reached
from geo_service.streets.network import Network

Frame: TypeAlias = gpd.GeoDataFrame
Texts: TypeAlias = NDArray[np.object_]

WGS84 = "EPSG:4326"


def facilities_frame(facilities: Sequence[Facility]) -> gpd.GeoDataFrame:
    """One row a facility, points; amenities and services as text parted by ``;``."""
    return _points(
        facilities,
        {
            "facility_id": texts(one.facility_id for one in facilities),
            "kind": texts(one.kind for one in facilities),
            "name": texts(one.name for one in facilities),
            "name_en": texts(one.name_en for one in facilities),
            "operator": texts(one.operator for one in facilities),
            "address": texts(one.address for one in facilities),
            "opening_hours": texts(one.opening_hours for one in facilities),
            "amenities": texts(";".join(sorted(one.amenities)) for one in facilities),
            "services": texts(";".join(sorted(one.services)) for one in facilities),
        },
    )


def issues_frame(issues: Sequence[Issue]) -> gpd.GeoDataFrame:
    """One row an issue, points.

    ``reopened`` holds the later open intervals of an issue as a tuple of pairs of times; most
    often it is empty.
    """
    return _points(
        issues,
        {
            "issue_id": texts(one.issue_id for one in issues),
            "category": texts(one.category for one in issues),
            "description": texts(one.description for one in issues),
            "reported_at": _times([one.reported_at for one in issues]),
            "closed_at": _times([one.closed_at for one in issues]),
            "confirmed_at": _times([one.confirmed_at for one in issues]),
            "approved": np.array([one.approved for one in issues], dtype=np.bool_),
            "reopened": pd.Series([one.reopened for one in issues], dtype=object),
        },
    )


def fixes_frame(fixes: Fixes) -> pd.DataFrame:
    """One row a fix: ``trip_id, rider_id, t`` (UTC), ``lon, lat``."""
    trip = fixes.trip_of_fix()
    trip_ids = np.array(fixes.trip_ids, dtype=object)
    riders = np.array(fixes.rider_ids, dtype=object)
    return pd.DataFrame(
        {
            "trip_id": trip_ids[trip],
            "rider_id": riders[fixes.rider[trip]],
            "t": moments(fixes.t),
            "lon": fixes.lon,
            "lat": fixes.lat,
        }
    )


def passes_frame(
    passes: Passes, trip_ids: pd.Index, rider_ids: pd.Index, issue_ids: pd.Index
) -> pd.DataFrame:
    """One row a pass: ``trip_id, rider_id, issue_id, t_closest`` (UTC), ``distance_m``.

    ``trip_ids`` and ``rider_ids`` are of each trip, ``issue_ids`` of each issue.
    """
    return pd.DataFrame(
        {
            "trip_id": trip_ids[passes.trip],
            "rider_id": rider_ids[passes.trip],
            "issue_id": issue_ids[passes.issue],
            "t_closest": moments(passes.t),
            "distance_m": passes.distance_m,
        }
    )


def nearest_frame(
    reached: Reached,
    facility_ids: pd.Index,
    points: tuple[Floats, Floats],
    sites: tuple[Floats, Floats],
) -> pd.DataFrame:
    """One row a point and rank: ``query, rank, facility_id``, metres and seconds.

    ``points`` and ``sites`` are longitudes and latitudes, WGS-84, decimal degrees.
    """
    straight = geodesic_m(
        points[0][reached.query],
        points[1][reached.query],
        sites[0][reached.site],
        sites[1][reached.site],
    )
    return pd.DataFrame(
        {
            "query": reached.query,
            "rank": reached.rank,
            "facility_id": facility_ids[reached.site],
            "distance_m": reached.distance_mm / 1000,
            "duration_s": reached.duration_ms / 1000,
            "straight_m": straight,
            "snapped_m": np.where(reached.off_mm < 0, np.nan, reached.off_mm / 1000),
        }
    )


def matched_frame(matched: Matched, trip_ids: pd.Index, network: Network) -> pd.DataFrame:
    """One row a traversed edge: ``trip_id, edge_id, t_enter, t_leave`` (UTC)."""
    return pd.DataFrame(
        {
            "trip_id": trip_ids[matched.trip],
            "edge_id": texts(
                network.edge_id(edge, backward=bool(backward))
                for edge, backward in zip(matched.edge, matched.backward, strict=True)
            ),
            "t_enter": moments(matched.t_enter),
            "t_leave": moments(matched.t_leave),
        }
    )


def with_pass_counts(issues: gpd.GeoDataFrame, counts: PassCounts) -> gpd.GeoDataFrame:
    """Return the issues with the columns of their passes and riders added."""
    return issues.assign(
        passes=counts.passes,
        riders=counts.riders,
        first_pass=moments(counts.first_us, none=NO_MOMENT),
        last_pass=moments(counts.last_us, none=NO_MOMENT),
        closest_m=counts.closest_m,
        last_confirmed_at=moments(counts.confirmed_us),
        riders_since_confirmed=counts.riders_since_confirmed,
    )


def cells_frame(exposure: Exposure, hot: HotSpots) -> gpd.GeoDataFrame:
    """One row an H3 cell, hexagons, with its figures."""
    return gpd.GeoDataFrame(
        {"cell": texts(exposure.key), **_figures(exposure, hot)},
        geometry=cell_shapes(exposure.key),
        crs=WGS84,
    )


def streets_frame(
    exposure: Exposure, hot: HotSpots, network: Network, edges: Integers
) -> gpd.GeoDataFrame:
    """One row a street edge, lines, with its name, class and figures."""
    return gpd.GeoDataFrame(
        {**edge_names(network, edges), **_figures(exposure, hot)},
        geometry=edge_lines(network, edges),
        crs=WGS84,
    )


def edge_names(network: Network, edges: Integers) -> dict[str, Texts]:
    """Return what names edges, columns of text: ``edge_id`` (forward), ``name``, ``highway``."""
    return {
        "edge_id": texts(network.edge_id(edge) for edge in edges.tolist()),
        "name": texts(network.names[index] for index in network.edge_name[edges]),
        "highway": texts(network.classes[index] for index in network.edge_class[edges]),
    }


def cell_shapes(cells: Sequence[str]) -> list[shapely.Polygon]:
    """Return the shapes of H3 cells, given by name."""
    return [shapely.Polygon(ring) for ring in cell_boundary(cells)]


def edge_lines(network: Network, edges: Integers) -> Shapes:
    """Return the shapes of edges as shapely lines, shape (edges,)."""
    starts, ends = network.edge_shape[edges], network.edge_shape[edges + 1]
    rows = np.concatenate(
        [np.arange(start, end) for start, end in zip(starts, ends, strict=True)] or [starts]
    )
    line = np.repeat(np.arange(len(edges)), ends - starts)
    positions = np.column_stack((network.shape_lon[rows], network.shape_lat[rows]))
    return np.asarray(shapely.linestrings(positions, indices=line), dtype=object)


def moments(us: Integers, *, none: int | None = None) -> pd.DatetimeIndex:
    """Turn microseconds UTC into times; ``none`` stands for no time."""
    stamps = us.astype("datetime64[us]")
    if none is not None:
        stamps = np.where(us == none, np.datetime64("NaT"), stamps)
    return pd.DatetimeIndex(stamps).tz_localize("UTC")


def texts(column: Iterable[str | None]) -> Texts:
    """Return a column that stays one of text where there is no row, or no text in any."""
    return np.array(list(column), dtype=np.object_)


def _times(times: Sequence[datetime | None]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(
        pd.to_datetime(pd.Series(list(times), dtype="object"), utc=True)
    ).as_unit("us")


def _points(
    records: Sequence[Facility] | Sequence[Issue], columns: dict[str, Any]
) -> gpd.GeoDataFrame:
    lon = np.array([record.lon for record in records], dtype=np.float64)
    lat = np.array([record.lat for record in records], dtype=np.float64)
    return gpd.GeoDataFrame(columns, geometry=shapely.points(lon, lat), crs=WGS84)


def _figures(exposure: Exposure, hot: HotSpots) -> dict[str, NDArray[Any]]:
    return {
        "trips": exposure.trips,
        "riders": exposure.riders,
        "metres": exposure.metres,
        "issues": exposure.issues,
        "passes": exposure.passes,
        "issues_per_1000_trips": exposure.issues_per_1000_trips,
        "rate_low": exposure.rate_low,
        "rate_high": exposure.rate_high,
        "expected_issues": hot.expected_issues,
        "q_value": hot.q_value,
        "hot_spot": hot.hot_spot,
    }

"""The face for analysts: GeoDataFrames in and out, EPSG:4326, times with a zone.

Everything here hands over to the floors below and turns their answers into frames; there are no
rules of its own. Longitude stands before latitude wherever both are given.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from glob import glob
from pathlib import Path
from typing import Any, Literal, Self

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geo_service.domain.passage import PassRule
from geo_service.domain.refusal import Refusal
from geo_service.domain.trace import join_fixes
from geo_service.errors import RefusedRecords, UnreadableFile
from geo_service.export import frames
from geo_service.flows import overlay_issues
from geo_service.flows.wiring import Workspace as OpenedWorkspace
from geo_service.flows.wiring import open_workspace as open_parts
from geo_service.geometry import datum as datums
from geo_service.ingest import facilities as facility_files
from geo_service.ingest import frames as held
from geo_service.ingest import issues as issue_files
from geo_service.ingest import streets as street_files
from geo_service.ingest import traces as trace_files
from geo_service.overlay import along, passes
from geo_service.overlay.issue_grid import issue_points
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues
from geo_service.streets import assemble, matching, nearest, snap_grid
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

DatumName = Literal["wgs84", "gcj02", "bd09"]
Frame = gpd.GeoDataFrame


@dataclass(frozen=True)
class Streets:
    """The streets one profile may use, ready to snap to and to search."""

    network: Network
    grid: snap_grid.SnapGrid

    @cached_property
    def edges(self) -> Frame:
        """One row an edge, lines: ``edge_id, name, highway, length_m``."""
        network = self.network
        every = np.arange(network.edges)
        return gpd.GeoDataFrame(
            {
                "edge_id": [network.edge_id(edge) for edge in every],
                "name": [network.names[index] for index in network.edge_name],
                "highway": [network.classes[index] for index in network.edge_class],
                "length_m": network.edge_length_mm / 1000,
            },
            geometry=frames.edge_lines(network, every),
            crs=frames.WGS84,
        )


def read_streets(
    source: str | Path | object,
    profile: str = "ebike",
    *,
    columns: Mapping[str, str] | None = None,
) -> Streets:
    """Read streets and keep what a profile may use: its main component.

    Parameters
    ----------
    source : path or osmnx graph
        .osm, .osm.bz2, .osm.pbf, .graphml, a layer of lines, or a graph that osmnx made.
    profile : {"ebike", "walk"}
        How one moves.
    columns : mapping of str to str, optional
        Our name of a column of a line layer to theirs.

    Raises
    ------
    RefusedData
        If the file can't be read, or holds no street that the profile may use.
    """
    if isinstance(source, str | Path):
        ways = street_files.read_streets(Path(source), columns=columns or {})
    else:
        ways = street_files.ways_from_graph(source)
    network = assemble.build_network(ways, Profile(profile)).network
    return Streets(network, snap_grid.build_grid(network))


def read_facilities(
    path: str | Path,
    *,
    datum: DatumName = "wgs84",
    columns: Mapping[str, str] | None = None,
    kind: str | None = None,
) -> Frame:
    """Read facilities: points with ``facility_id, kind, name`` and what else is known.

    Parameters
    ----------
    path : path
        GeoJSON, GeoPackage, Shapefile, CSV or Parquet.
    datum : {"wgs84", "gcj02", "bd09"}
        How the file's positions are meant; they come back in WGS-84.
    columns : mapping of str to str, optional
        Our name of a column to theirs.
    kind : str, optional
        The kind of all facilities that name none.

    Raises
    ------
    RefusedData
        If the file can't be read or any record is refused; the message names the first.
    """
    batch = facility_files.read_facilities(
        Path(path), datum=datums.Datum(datum), columns=columns or {}, kind=kind
    )
    _refuse(batch.refusals)
    return frames.facilities_frame(batch.records)


def read_issues(
    path: str | Path,
    *,
    datum: DatumName = "wgs84",
    columns: Mapping[str, str] | None = None,
    time_zone: str | None = None,
) -> Frame:
    """Read issues: points with ``issue_id, category, reported_at, closed_at``, times in UTC.

    Parameters
    ----------
    path : path
        GeoJSON, GeoPackage, Shapefile, CSV or Parquet.
    datum : {"wgs84", "gcj02", "bd09"}
        How the file's positions are meant; they come back in WGS-84.
    columns : mapping of str to str, optional
        Our name of a column to theirs.
    time_zone : str, optional
        Of times without a zone, for example ``"Asia/Shanghai"``.

    Raises
    ------
    RefusedData
        If the file can't be read or any record is refused; the message names the first.
    """
    batch = issue_files.read_issues(
        Path(path),
        datum=datums.Datum(datum),
        columns=columns or {},
        time_zone=time_zone,
        now=_now(),
        future_slack_s=Settings().future_slack_s,
    )
    _refuse(batch.refusals)
    return frames.issues_frame(batch.records)


def read_traces(
    pattern: str | Path,
    *,
    datum: DatumName = "wgs84",
    columns: Mapping[str, str] | None = None,
    rider: str | None = None,
    time_zone: str | None = None,
) -> pd.DataFrame:
    """Read traces, cleaned as at the door: ``trip_id, rider_id, t`` (UTC), ``lon, lat``.

    Parameters
    ----------
    pattern : path
        A GPX, CSV, GeoJSON or Parquet file, or a pattern such as ``"trips/*.gpx"``.
    datum : {"wgs84", "gcj02", "bd09"}
        How the files' positions are meant; they come back in WGS-84.
    columns : mapping of str to str, optional
        Our name of a column to theirs.
    rider : str, optional
        Whose traces these are, where the files do not say.
    time_zone : str, optional
        Of times without a zone.

    Raises
    ------
    RefusedData
        If a file can't be read or any trip is refused; the message names the first.
    """
    paths = [Path(name) for name in sorted(glob(str(pattern)))]  # noqa: PTH207 - a pattern may be absolute
    if not paths:
        raise UnreadableFile("There is no such file.", where=str(pattern))
    settings = Settings()
    batch = trace_files.read_traces(
        paths,
        datum=datums.Datum(datum),
        columns=columns or {},
        rider=rider,
        time_zone=time_zone,
        now=_now(),
        max_speed_m_s=settings.max_speed_m_s,
        max_dropped_share=settings.max_dropped_share,
        future_slack_s=settings.future_slack_s,
    )
    _refuse(batch.refusals)
    return frames.fixes_frame(batch.fixes)


def nearest_facilities(
    streets: Streets,
    facilities: Frame,
    points: Frame | gpd.GeoSeries,
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
        that is farther is answered in a straight line, its ``duration_s`` and ``snapped_m`` empty.

    Returns
    -------
    DataFrame
        ``query`` (row position in ``points``), ``rank`` (from 1), ``facility_id, distance_m,
        duration_s, straight_m, snapped_m``.

    Raises
    ------
    RefusedData
        If a frame is not of points in EPSG:4326.
    """
    lon, lat = held.points_from_frame(points, "points")
    site_lon, site_lat = held.points_from_frame(facilities, "facilities")
    ids = [str(name) for name in facilities["facility_id"]]
    answer = nearest.find_nearest_or_straight(
        streets.network,
        streets.grid,
        nearest.place_sites(streets.network, streets.grid, ids, site_lon, site_lat, max_snap_m),
        np.ones(len(ids), np.bool_),
        lon,
        lat,
        k=k,
        measure=nearest.Measure(by),
        max_snap_m=max_snap_m,
    )
    return frames.nearest_frame(answer, ids, (lon, lat), (site_lon, site_lat))


def find_passes(traces: pd.DataFrame, issues: Frame, radius_m: float = 25.0) -> pd.DataFrame:
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
        ``trip_id, rider_id, issue_id, t_closest`` (UTC), ``distance_m``.

    Raises
    ------
    RefusedData
        If a column is missing, times have no zone, or positions are not in range.
    """
    fixes = held.fixes_from_frame(traces)
    reported = held.issues_from_frame(issues)
    found = passes.find_passes(fixes, issue_points(reported), PassRule(radius_m=radius_m))
    return frames.passes_frame(found, fixes, [issue.issue_id for issue in reported])


def count_passes(traces: pd.DataFrame, issues: Frame, radius_m: float = 25.0) -> Frame:
    """Count the passes of every issue, zeros too.

    Takes and raises what ``find_passes`` does.

    Returns
    -------
    GeoDataFrame
        The issues, with ``passes, riders`` (distinct), ``first_pass, last_pass`` (UTC) and
        ``closest_m`` (empty where there is none).
    """
    counts = passes.count_passes(
        [held.fixes_from_frame(traces)],
        issue_points(held.issues_from_frame(issues)),
        PassRule(radius_m=radius_m),
    )
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
    fixes = held.fixes_from_frame(traces)
    matched = matching.match(streets.network, streets.grid, fixes)
    return frames.matched_frame(matched, fixes, streets.network)

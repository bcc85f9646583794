"""Frames an analyst already holds as domain columns: checked, sorted by time, nothing dropped."""

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_service.domain.facility import Facility, Service
from geo_service.domain.issue import Issue
from geo_service.domain.trace import Fixes
from geo_service.errors import MissingColumn, RefusedData

TRACE_COLUMNS = ("trip_id", "rider_id", "t", "lon", "lat")
ISSUE_COLUMNS = ("issue_id", "category", "reported_at")
FACILITY_COLUMNS = ("facility_id", "kind")
FACILITY_TEXTS = ("name", "name_en", "operator", "address", "opening_hours")


def fixes_from_frame(traces: pd.DataFrame) -> Fixes:
    """Read a frame of fixes (``trip_id, rider_id, t, lon, lat``), trips in order of appearance.

    Fixes are sorted stably by ``t`` within their trip; nothing is dropped. A trip belongs to the
    rider of its first fix.

    Raises
    ------
    MissingColumn
        If a column is not there.
    RefusedData
        If times have no zone, or a position is not a number or out of range.
    """
    need_columns(traces, TRACE_COLUMNS, "traces")
    t = _microseconds(traces["t"], "t")
    lon = traces["lon"].to_numpy(np.float64)
    lat = traces["lat"].to_numpy(np.float64)
    wrong = ~(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise RefusedData(
            f"Row {row} has the position lon {lon[row]}, lat {lat[row]}.",
            where="traces",
            remedy="Give WGS-84 longitudes and latitudes in decimal degrees.",
        )
    trip, trip_ids = pd.factorize(traces["trip_id"])
    rider, rider_ids = pd.factorize(traces["rider_id"])
    order = np.lexsort((t, trip))
    offsets = np.concatenate(([0], np.cumsum(np.bincount(trip, minlength=len(trip_ids)))))
    _, first = np.unique(trip, return_index=True)
    return Fixes(
        trip_ids=tuple(str(name) for name in trip_ids),
        rider_ids=tuple(str(name) for name in rider_ids),
        rider=rider[first].astype(np.int64),
        offsets=offsets.astype(np.int64),
        t=t[order],
        lon=lon[order],
        lat=lat[order],
    )


def issues_from_frame(issues: gpd.GeoDataFrame) -> list[Issue]:
    """Read a frame of issues, points in EPSG:4326, row by row.

    Columns ``issue_id, category, reported_at``, and where they are there ``closed_at``,
    ``description``, ``approved`` and ``reopened`` (later open intervals as pairs of times).

    Raises
    ------
    MissingColumn
        If a column is not there.
    RefusedData
        If times have no zone, or the points are not in EPSG:4326.
    """
    need_columns(issues, ISSUE_COLUMNS, "issues")
    _check_crs(issues, "issues")
    reported = pd.to_datetime(issues["reported_at"])
    _microseconds(reported, "reported_at")
    closed = _column(issues, "closed_at", pd.NaT)
    return [
        Issue(
            issue_id=str(issue_id),
            category=str(category),
            lon=point.x,
            lat=point.y,
            reported_at=opened.to_pydatetime(),
            closed_at=None if pd.isna(ended) else pd.Timestamp(ended).to_pydatetime(),
            description="" if pd.isna(text) else str(text),
            approved=bool(approved),
            reopened=tuple(later),
        )
        for issue_id, category, point, opened, ended, text, approved, later in zip(
            issues["issue_id"],
            issues["category"],
            issues.geometry,
            reported,
            closed,
            _column(issues, "description", ""),
            _column(issues, "approved", True),  # noqa: FBT003 - the default of a column
            _column(issues, "reopened", ()),
            strict=True,
        )
    ]


def facilities_from_frame(facilities: gpd.GeoDataFrame) -> list[Facility]:
    """Read a frame of facilities, points in EPSG:4326, row by row.

    Columns ``facility_id, kind``, and where they are there ``name``, ``name_en``, ``operator``,
    ``address``, ``opening_hours``, and ``amenities`` and ``services`` parted by ``;``.

    Raises
    ------
    MissingColumn
        If a column is not there.
    RefusedData
        If the rows are not points in EPSG:4326.
    """
    need_columns(facilities, FACILITY_COLUMNS, "facilities")
    lon, lat = points_from_frame(facilities, "facilities")
    texts = {
        name: ["" if pd.isna(text) else str(text) for text in _column(facilities, name, "")]
        for name in (*FACILITY_COLUMNS, *FACILITY_TEXTS, "amenities", "services")
    }
    return [
        Facility(
            facility_id=texts["facility_id"][row],
            kind=texts["kind"][row],
            lon=float(lon[row]),
            lat=float(lat[row]),
            name=texts["name"][row],
            name_en=texts["name_en"][row],
            operator=texts["operator"][row],
            address=texts["address"][row],
            opening_hours=texts["opening_hours"][row],
            amenities=frozenset(filter(None, texts["amenities"][row].split(";"))),
            services=frozenset(map(Service, filter(None, texts["services"][row].split(";")))),
        )
        for row in range(len(facilities))
    ]


def points_from_frame(
    points: gpd.GeoDataFrame | gpd.GeoSeries, what: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes of a frame of points in EPSG:4326.

    Raises
    ------
    RefusedData
        If the frame is in another system, or holds something else than points.
    """
    _check_crs(points, what)
    if not (points.geometry.geom_type == "Point").all():
        raise RefusedData("Not every row is a point.", where=what)
    return points.geometry.x.to_numpy(np.float64), points.geometry.y.to_numpy(np.float64)


def _check_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries, what: str) -> None:
    if frame.crs is not None and frame.crs.to_epsg() != 4326:
        raise RefusedData(
            f"The positions are in {frame.crs.to_string()}.",
            where=what,
            remedy="Bring them to EPSG:4326 first, with to_crs(4326).",
        )


def need_columns(frame: pd.DataFrame, names: Iterable[str], what: str) -> None:
    """Refuse a frame that lacks a column.

    Raises
    ------
    MissingColumn
        Naming those that are missing and those that are there.
    """
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise MissingColumn(
            f"There is no column {', '.join(missing)}.",
            where=what,
            remedy=f"There are: {', '.join(map(str, frame.columns))}. Rename yours.",
        )


def _column(frame: pd.DataFrame, name: str, default: object) -> Iterable[Any]:
    return frame[name] if name in frame.columns else [default] * len(frame)


def _microseconds(times: pd.Series, name: str) -> NDArray[np.int64]:
    """Return times as microseconds UTC."""
    stamps = pd.to_datetime(times)
    if stamps.dt.tz is None:
        raise RefusedData(
            f"The times in {name} have no zone.",
            remedy="Say which one with .dt.tz_localize('Asia/Shanghai'), for example.",
        )
    if stamps.isna().any():
        raise RefusedData(f"Row {int(np.argmax(stamps.isna()))} has no time.", where=name)
    return (
        stamps.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    )

"""Frames an analyst already holds as domain columns: checked, sorted by time, nothing dropped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_service.domain.facility import Facility, Service
from geo_service.domain.issue import Issue
from geo_service.domain.trace import Fixes
from geo_service.errors import MissingColumn, RefusedData
from geo_service.geometry.position import is_on_earth
from geo_service.ingest.frame_times import as_interval, utc_times

TRACE_COLUMNS = ("trip_id", "rider_id", "t", "lon", "lat")
ISSUE_COLUMNS = ("issue_id", "category", "reported_at")
FACILITY_COLUMNS = ("facility_id", "kind")
FACILITY_TEXTS = ("name", "name_en", "operator", "address", "opening_hours")


@dataclass(frozen=True, slots=True, eq=False)
class HeldTraces:
    """The fixes of a frame, and whose they are in the frame's own words."""

    fixes: Fixes
    trip_ids: pd.Index
    """Of each trip, shape (trips,), as the frame has them: numbers stay numbers."""
    rider_ids: pd.Index
    """Of each trip's rider, shape (trips,), likewise."""


def traces_from_frame(traces: pd.DataFrame) -> HeldTraces:
    """Read a frame of fixes (``trip_id, rider_id, t, lon, lat``), trips in order of appearance.

    Fixes are sorted stably by ``t`` within their trip; nothing is dropped. A trip is one rider's:
    where riders share a trip id, each has a trip of their own.

    Raises
    ------
    MissingColumn
        If a column is not there.
    RefusedData
        If a fix has no trip, its time has no zone, or its position is not on earth.
    """
    need_columns(traces, TRACE_COLUMNS, "traces")
    t = utc_times(traces["t"], "t", needed=True).to_numpy("datetime64[us]").astype(np.int64)
    lon, lat = _numbers(traces, "lon"), _numbers(traces, "lat")
    _check_positions(lon, lat, "traces")
    name, names = pd.factorize(traces["trip_id"])
    if (name < 0).any():
        raise RefusedData(f"Row {int(np.argmax(name < 0))} has no trip_id.", where="traces")
    # Fixes of nobody in particular are together those of one unknown rider.
    rider, riders = pd.factorize(traces["rider_id"], use_na_sentinel=False)
    trip, pairs = pd.factorize(name.astype(np.int64) * max(1, len(riders)) + rider)
    name_of_trip, rider_of_trip = np.divmod(pairs.astype(np.int64), max(1, len(riders)))
    order = np.lexsort((t, trip))
    fixes = Fixes(
        trip_ids=tuple(str(names[number]) for number in name_of_trip),
        rider_ids=tuple(str(rider_id) for rider_id in riders),
        rider=rider_of_trip,
        offsets=np.concatenate(([0], np.cumsum(np.bincount(trip, minlength=len(pairs))))),
        t=t[order],
        lon=lon[order],
        lat=lat[order],
    )
    return HeldTraces(fixes, names[name_of_trip], riders[rider_of_trip])


def issues_from_frame(issues: gpd.GeoDataFrame) -> list[Issue]:
    """Read a frame of issues, points in EPSG:4326, row by row.

    Columns ``issue_id, category, reported_at``, and where they are there ``closed_at``,
    ``confirmed_at``, ``description``, ``approved`` and ``reopened`` (later open intervals as pairs
    of times).

    Raises
    ------
    MissingColumn
        If a column is not there.
    RefusedData
        If times have no zone, or the rows are not points in EPSG:4326.
    """
    need_columns(issues, ISSUE_COLUMNS, "issues")
    lon, lat = points_from_frame(issues, "issues")
    reported = utc_times(issues["reported_at"], "reported_at", needed=True)
    closed = utc_times(_column(issues, "closed_at", None), "closed_at", needed=False)
    confirmed = utc_times(_column(issues, "confirmed_at", None), "confirmed_at", needed=False)
    closed_at, confirmed_at = _moments(closed), _moments(confirmed)
    return [
        Issue(
            issue_id=str(issue_id),
            category=_text(category),
            lon=float(lon[row]),
            lat=float(lat[row]),
            reported_at=reported.iloc[row].to_pydatetime(),
            closed_at=closed_at[row],
            confirmed_at=confirmed_at[row],
            description=_text(description),
            approved=True if _is_missing(approved) else bool(approved),
            reopened=()
            if _is_missing(reopened)
            else tuple(as_interval(pair, "reopened") for pair in reopened),
        )
        for row, (issue_id, category, description, approved, reopened) in enumerate(
            zip(
                issues["issue_id"],
                issues["category"],
                _column(issues, "description", ""),
                _column(issues, "approved", default=True),
                _column(issues, "reopened", None),
                strict=True,
            )
        )
    ]


def _moments(times: "pd.Series[pd.Timestamp]") -> list[datetime | None]:
    there = times.notna()
    return [
        time.to_pydatetime() if known else None for time, known in zip(times, there, strict=True)
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
        If the rows are not points in EPSG:4326, or a service is not known.
    """
    need_columns(facilities, FACILITY_COLUMNS, "facilities")
    lon, lat = points_from_frame(facilities, "facilities")
    texts = {
        name: [_text(text) for text in _column(facilities, name, "")]
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
            amenities=frozenset(_parted(texts["amenities"][row])),
            services=frozenset(_service(name, row) for name in _parted(texts["services"][row])),
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
        If it is no frame, in another system, or holds something else than points on earth.
    """
    if not isinstance(points, (gpd.GeoDataFrame, gpd.GeoSeries)):
        raise RefusedData(
            f"A GeoDataFrame or GeoSeries of points is needed, not a {type(points).__name__}.",
            where=what,
            remedy="Make one: geopandas.GeoSeries.from_xy(lon, lat, crs=4326)",
        )
    _check_crs(points, what)
    wrong = ~((points.geometry.geom_type == "Point") & ~points.geometry.is_empty).to_numpy(np.bool_)
    if wrong.any():
        raise RefusedData(f"Row {int(np.argmax(wrong))} is not a point.", where=what)
    lon = points.geometry.x.to_numpy(np.float64)
    lat = points.geometry.y.to_numpy(np.float64)
    _check_positions(lon, lat, what)
    return lon, lat


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


def _check_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries, what: str) -> None:
    """Let through what is EPSG:4326 by that or another name, such as GeoParquet's OGC:CRS84."""
    if frame.crs is not None and not frame.crs.equals("EPSG:4326", ignore_axis_order=True):
        raise RefusedData(
            f"The positions are in {frame.crs.to_string()}.",
            where=what,
            remedy="Bring them to EPSG:4326 first, with to_crs(4326).",
        )


def _check_positions(lon: NDArray[np.float64], lat: NDArray[np.float64], what: str) -> None:
    wrong = ~is_on_earth(lon, lat)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise RefusedData(
            f"Row {row} has the position lon {lon[row]}, lat {lat[row]}.",
            where=what,
            remedy="Give WGS-84 longitudes and latitudes in decimal degrees.",
        )


def _numbers(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    try:
        return frame[name].to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise RefusedData(
            f"The column {name} holds more than numbers.", where="traces"
        ) from problem


def _column(frame: pd.DataFrame, name: str, default: object) -> "pd.Series[Any]":
    if name in frame.columns:
        return frame[name]
    return pd.Series([default] * len(frame), dtype="object")


def _is_missing(value: Any) -> bool:  # noqa: ANN401 - cells are of any type
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _text(value: Any) -> str:  # noqa: ANN401 - as above
    return "" if _is_missing(value) else str(value)


def _parted(text: str) -> list[str]:
    return [part for part in map(str.strip, text.split(";")) if part]


def _service(name: str, row: int) -> Service:
    try:
        return Service(name)
    except ValueError as problem:
        raise RefusedData(
            f"Row {row} offers the service {name!r}.",
            where="facilities",
            remedy=f"There are: {', '.join(Service)}.",
        ) from problem

"""Facilities, issues and traces from files, each as a frame; all of a file or an error."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from glob import glob
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo_service.analyst.positions import DatumName
from geo_service.domain.refusal import Refusal
from geo_service.errors import RefusedRecords, UnreadableFile
from geo_service.export import frames
from geo_service.geometry.datum import Datum
from geo_service.ingest import facilities as facility_files
from geo_service.ingest import issues as issue_files
from geo_service.ingest.traces import read as trace_files
from geo_service.settings import Settings


def read_facilities(
    path: str | Path,
    *,
    datum: DatumName = "wgs84",
    columns: Mapping[str, str] | None = None,
    kind: str | None = None,
) -> gpd.GeoDataFrame:
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
        Path(path), datum=Datum(datum), columns=columns or {}, kind=kind
    )
    _refuse(batch.refusals)
    return frames.facilities_frame(batch.records)


def read_issues(
    path: str | Path,
    *,
    datum: DatumName = "wgs84",
    columns: Mapping[str, str] | None = None,
    time_zone: str | None = None,
) -> gpd.GeoDataFrame:
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
        datum=Datum(datum),
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
        datum=Datum(datum),
        columns=columns or {},
        rider=rider,
        time_zone=time_zone,
        now=_now(),
        max_speed_m_s=settings.max_speed_m_s,
        clock_jump_s=settings.clock_jump_s,
        clock_jump_fixes=settings.clock_jump_fixes,
        max_dropped_share=settings.max_dropped_share,
        future_slack_s=settings.future_slack_s,
    )
    _refuse(batch.refusals)
    return frames.fixes_frame(batch.fixes)


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _refuse(refusals: Sequence[Refusal]) -> None:
    if refusals:
        first = refusals[0]
        raise RefusedRecords(
            f"{len(refusals)} records can't be accepted. The first: {first.reason}",
            where=f"{first.file}, record {first.row}",
            remedy="Mend them, or load the rest with 'geo-service load --skip-refused'.",
        )

"""Reported issues from files into the workspace."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from geo_service.domain.issue import Issue
from geo_service.domain.refusal import Batch
from geo_service.flows.load_places import load_places
from geo_service.flows.loading import LoadOptions, LoadReport, read_each, streets_extent
from geo_service.flows.open_cases import keep_told
from geo_service.flows.wiring import Workspace
from geo_service.ingest.issues import read_issues
from geo_service.store import categories as stored_categories
from geo_service.store.database import Connection
from geo_service.store.upsert import Written


def load_issues(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> LoadReport:
    """Load issues by id: a newer one replaces an older one; all or nothing.

    Categories that are new become known by their code. Whether a known issue is open, and whether
    everybody may see it, follow the file only where it says something else than the file before.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    files : sequence of Path
        GeoJSON, GeoPackage, Shapefile, CSV or Parquet.
    options : LoadOptions
        Datum, column names, time zone, and whether refused records may be left out.
    now : datetime
        With a zone; times later than it are refused.

    Raises
    ------
    RefusedData
        If a file can't be read, or records are refused and not to be skipped.
    """
    extent = streets_extent(workspace)

    def read(path: Path) -> Batch[Issue]:
        return read_issues(
            path,
            datum=options.datum,
            columns=options.columns,
            time_zone=options.time_zone,
            now=now,
            future_slack_s=workspace.settings.future_slack_s,
            near=extent,
        )

    return keep_issues(workspace, read_each(files, read), options, now)


def keep_issues(
    workspace: Workspace, batch: Batch[Issue], options: LoadOptions, now: datetime
) -> LoadReport:
    """Keep issues, wherever they come from, with their lives; all or nothing.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    batch : Batch of Issue
        As read.
    options : LoadOptions
        Datum, whether refused records may be left out, and whether others are removed.
    now : datetime
        With a zone.

    Raises
    ------
    RefusedRecords
        If records are refused and not to be skipped.
    """

    def write(connection: Connection, issues: Sequence[Issue], *, replace: bool) -> Written:
        stored_categories.add_missing(connection, {issue.category for issue in issues})
        return keep_told(connection, workspace, issues, now, replace=replace)

    return load_places(workspace, "issues", batch, write, options, now, datum=options.datum)

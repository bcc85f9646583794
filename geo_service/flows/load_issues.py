"""Reported issues from files into the workspace."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from geo_service.domain.issue import Issue
from geo_service.domain.refusal import Batch
from geo_service.flows.load_places import load_places
from geo_service.flows.loading import LoadOptions, LoadReport, read_each, streets_extent
from geo_service.flows.wiring import Workspace
from geo_service.ingest.issues import read_issues
from geo_service.store import categories as stored_categories
from geo_service.store import issues as stored_issues


def load_issues(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> LoadReport:
    """Load issues by id: a newer one replaces an older one; all or nothing.

    Categories that are new become known by their code.

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

    return load_places(
        workspace,
        "issues",
        read_each(files, read),
        stored_issues.write,
        options,
        now,
        datum=options.datum,
        then=lambda connection, issues: stored_categories.add_missing(
            connection, {issue.category for issue in issues}
        ),
    )

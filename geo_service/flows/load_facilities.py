"""Facilities from files into the workspace."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from geo_service.domain.facility import Facility
from geo_service.domain.refusal import Batch
from geo_service.flows.load_places import load_places
from geo_service.flows.loading import LoadOptions, LoadReport, read_each, streets_extent
from geo_service.flows.wiring import Workspace
from geo_service.ingest.facilities import read_facilities
from geo_service.store import facilities as stored_facilities


def load_facilities(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> LoadReport:
    """Load facilities by id: a newer one replaces an older one; all or nothing.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    files : sequence of Path
        GeoJSON, GeoPackage, Shapefile, CSV or Parquet.
    options : LoadOptions
        Datum, column names, kind, time zone, and whether refused records may be left out.
    now : datetime
        With a zone; live state observed later than it is refused.

    Raises
    ------
    RefusedData
        If a file can't be read, or records are refused and not to be skipped.
    """
    extent = streets_extent(workspace)

    def read(path: Path) -> Batch[Facility]:
        return read_facilities(
            path,
            datum=options.datum,
            columns=options.columns,
            kind=options.kind,
            near=extent,
            time_zone=options.time_zone,
            now=now,
            future_slack_s=workspace.settings.future_slack_s,
        )

    return load_places(
        workspace, "facilities", read_each(files, read), stored_facilities.write, options, now
    )

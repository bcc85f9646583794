"""Facilities from files into the workspace."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from geo_service.domain.facility import Facility
from geo_service.domain.refusal import Batch
from geo_service.errors import WrongUsage
from geo_service.flows.load_places import load_places
from geo_service.flows.loading import LoadOptions, LoadReport, read_each, streets_extent
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.ingest.facilities import read_facilities
from geo_service.ingest.osm_facilities import read_osm_facilities
from geo_service.ingest.osm_file import OSM_ENDINGS
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
    WrongUsage
        If a file is of OpenStreetMap, or the options make no sense.
    RefusedData
        If a file can't be read, or records are refused and not to be skipped.
    """
    for path in files:
        if path.name.lower().endswith(OSM_ENDINGS):
            raise WrongUsage(
                "In an OpenStreetMap file facilities are found by their tags.",
                where=path.name,
                remedy=f"Load it with --from-osm {path}",
            )
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
        workspace,
        "facilities",
        read_each(files, read),
        stored_facilities.write,
        options,
        now,
        datum=options.datum,
    )


def load_osm_facilities(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> LoadReport:
    """Load the places in OpenStreetMap files that serve riders, with the same checks.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    files : sequence of Path
        ``.osm``, ``.osm.bz2``, ``.osm.gz`` or ``.osm.pbf``.
    options : LoadOptions
        Of ``kind`` only places of that kind are taken; tags and datum of OpenStreetMap are fixed.
    now : datetime
        With a zone.

    Raises
    ------
    WrongUsage
        If columns, another datum than WGS-84, or a kind that no tag makes are named.
    RefusedData
        If a file can't be read or holds no such place, or places are refused and not to be
        skipped.
    """
    if options.datum is not Datum.WGS84:
        raise WrongUsage(f"OpenStreetMap is in wgs84, not {options.datum}.", where="--datum")
    if options.columns:
        raise WrongUsage("OpenStreetMap has tags, not columns to name.", where="--columns")
    extent = streets_extent(workspace)

    def read(path: Path) -> Batch[Facility]:
        return read_osm_facilities(path, kind=options.kind, near=extent)

    return load_places(
        workspace,
        "facilities",
        read_each(files, read),
        stored_facilities.write,
        options,
        now,
        datum=None,
    )

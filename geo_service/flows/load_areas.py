"""Areas, and the bodies that answer for them, from files into the workspace."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from geo_service.flows.loading import LoadOptions, LoadReport, settle_refusals, streets_extent
from geo_service.flows.look_after_cases import dispatch_anew
from geo_service.flows.wiring import Workspace
from geo_service.ingest.areas import read_areas
from geo_service.store import areas as stored_areas


def load_areas(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> LoadReport:
    """Load areas and bodies by id: a newer one replaces an older one; all or nothing.

    Open issues for whose places other bodies answer then are dispatched anew.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    files : sequence of Path
        GeoJSON, GeoPackage or Shapefile; records with a polygon are areas, others bodies.
    options : LoadOptions
        Datum, column names, and whether refused records may be left out.
    now : datetime
        With a zone.

    Raises
    ------
    RefusedData
        If a file can't be read, or records are refused and not to be skipped.
    """
    extent = streets_extent(workspace)
    batches = [
        read_areas(path, datum=options.datum, columns=options.columns, near=extent)
        for path in files
    ]
    areas = [area for batch in batches for area in batch.areas.records]
    bodies = [body for batch in batches for body in batch.bodies.records]
    parts = [part for batch in batches for part in (batch.areas, batch.bodies)]
    refusals = [refusal for part in parts for refusal in part.refusals]
    listed = settle_refusals(
        workspace, "areas", refusals, skip_refused=options.skip_refused, now=now
    )
    with workspace.database.writing() as connection:
        before = workspace.kept_ground.areas(connection)
        written = stored_areas.write(connection, areas, bodies, replace=options.replace)
        moved = dispatch_anew(connection, workspace, before, now)
    warnings = [warning for part in parts for warning in part.warnings]
    if moved:
        warnings.append(_told_of(moved))
    return LoadReport(
        what="areas and bodies",
        read=sum(part.read for part in parts),
        loaded=len(areas) + len(bodies),
        refused=len(refusals),
        replaced=written.replaced,
        removed=written.removed,
        warnings=tuple(warnings),
        refused_list=listed,
    )


def _told_of(moved: int) -> str:
    issues = "1 open issue is" if moved == 1 else f"{moved} open issues are"
    return f"{issues} now answered for by other bodies."

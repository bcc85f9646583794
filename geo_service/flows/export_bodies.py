"""The bodies that answer for areas into a file; areas are loaded again together with it."""

from pathlib import Path

from geo_service.errors import WrongUsage
from geo_service.export.body_table import write_bodies
from geo_service.export.whole_file import whole_file
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas


def export_bodies(workspace: Workspace, path: Path) -> int:
    """Write all bodies.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    path : Path
        A CSV file; what was there stays until the new one is whole.

    Returns
    -------
    int
        How many there are.

    Raises
    ------
    WrongUsage
        If it is to be a file of another format.
    """
    if path.suffix.lower() != ".csv":
        raise WrongUsage(
            "Bodies have no shape, and are written as a table.",
            where=str(path),
            remedy="End the name in .csv.",
        )
    with workspace.database.reading() as connection:
        bodies = stored_areas.read_bodies(connection)
    with whole_file(path) as unfinished:
        write_bodies(bodies, unfinished)
    return len(bodies)

"""Which files a workspace's database names: its trips, its photos and the streets in use."""

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from geo_service.errors import NotReady
from geo_service.store import city, photos, trace_rows
from geo_service.store.photo_files import path_in_folder

DATABASE_FILE = "geo_service.sqlite"
TRACES = "traces"
STREETS = "streets"
PHOTOS = "photos"
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_PATH = re.compile(
    rf"{re.escape(DATABASE_FILE)}|{TRACES}/{_NAME}|{STREETS}(?:/{_NAME}){{3}}"
    rf"|{PHOTOS}/[0-9a-f]{{2}}/[0-9a-f]{{32}}\.jpg"
)


def is_workspace_path(text: str) -> bool:
    """Say whether a file of a workspace could lie here, relative to its folder."""
    return _PATH.fullmatch(text) is not None


def trace_file_of(path: str) -> str:
    """Return the name of a file of traces that lies here in a backup; empty: it is another's."""
    folder, _, name = path.partition("/")
    return name if folder == TRACES else ""


def named_files(connection: Connection, folder: Path) -> set[str]:
    """Name the files that belong to the database as a reader sees it.

    None of them is ever changed, and none is removed while somebody holds the writer's lock.

    Parameters
    ----------
    connection : Connection
    folder : Path
        The workspace: which files a version of the streets has is looked up there.

    Returns
    -------
    set of str
        Paths relative to the folder, whether or not files are there; the database is left out.

    Raises
    ------
    NotReady
        If the database names what could not be a file of a workspace.
    """
    found = {f"{TRACES}/{name}" for name in trace_rows.file_names(connection)}
    found |= {
        (Path(PHOTOS) / path_in_folder(photo_id)).as_posix()
        for photo_id in photos.all_ids(connection)
    }
    version = city.read_streets_version(connection)
    if version:
        found |= set(_street_files(folder, version))
    strange = next((path for path in sorted(found) if not is_workspace_path(path)), None)
    if strange is not None:
        raise NotReady(
            f"The database names a file that can be none of a workspace: {strange!r}.",
            where=str(folder),
            remedy="Restore a backup.",
        )
    return found


def _street_files(folder: Path, version: str) -> Iterator[str]:
    for path in (folder / STREETS / version).glob("*/*"):
        yield f"{STREETS}/{version}/{path.parent.name}/{path.name}"

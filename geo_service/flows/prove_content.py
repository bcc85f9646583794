"""What a workspace holds, as one hash: equal for two of them only if all they hold is equal."""

import hashlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from geo_service.flows.wiring import address_in
from geo_service.store import trace_rows
from geo_service.store.content_digest import digest_of_all, tables_content
from geo_service.store.content_files import photos_content, trips_content
from geo_service.store.database import Database
from geo_service.store.database_check import database_faults
from geo_service.store.lake_place import place_of
from geo_service.store.workspace_files import PHOTOS, TRACES


@dataclass(frozen=True, slots=True)
class Content:
    """What a workspace holds."""

    sha256: str
    """Of all rows, all fixes and all photos, in no order; not of where trips lie in files."""
    counts: Mapping[str, int]
    """Rows of each table by its name, and ``fixes``."""
    faults: tuple[str, ...]
    """What the database names and the files don't hold, in plain words."""


def prove_content(folder: Path) -> Content:
    """Read all of a workspace that nobody else uses now; its database may be of an older program.

    All its files are in its folder, as they are in a backup. Compiled streets are left out: their
    version is named for what they hold.

    Parameters
    ----------
    folder : Path
        The workspace; its database is in it.

    Raises
    ------
    NotReady
        If the database is damaged.
    """
    with closing(Database(address_in(folder))) as database:
        faults = [finding.what for finding in database_faults(database)]
        with database.reading() as connection:
            tables = list(tables_content(connection))
            _, fixes = trace_rows.count(connection)
            trips = trips_content(connection, place_of(folder / TRACES))
            counts = {content.name: content.rows for content in tables} | {"fixes": fixes}
            # The tables of photos came with a later revision.
            photos = photos_content(connection, folder / PHOTOS) if "photos" in counts else None
    whole = hashlib.sha256()
    for content in tables:
        whole.update(f"{content.name} {content.rows} {content.digest.hex()}\n".encode())
    files = (trips, photos) if photos else (trips,)
    for part in files:
        whole.update(digest_of_all(part.digests))
        faults += part.faults
    return Content(whole.hexdigest(), counts, tuple(faults))

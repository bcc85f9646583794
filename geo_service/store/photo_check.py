"""The proof that photos' files and the database's rows agree; nothing is changed."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from geo_service.store import photos as stored_photos
from geo_service.store.case_schema import photos
from geo_service.store.database import Database
from geo_service.store.lake_check import Finding
from geo_service.store.photo_files import PhotoFiles, path_in_folder
from geo_service.store.proven_copy import prove

RESTORE = "Restore a backup."
SPARE = "Nothing needs to be done: a start removes it once it is an hour old."


class PhotoProof(NamedTuple):
    """What was looked at, and what was found."""

    photos: int
    findings: list[Finding]


def prove_photos(folder: Path, database: Database) -> PhotoProof:
    """Read every photo and hold it against its row.

    A photo that is removed meanwhile is not held against the workspace.

    Parameters
    ----------
    folder : Path
        Of the photos.
    database : Database
        Migrated.

    Raises
    ------
    NotReady
        If the database can't be read.
    """
    # Listed before the rows are read, so that a file named meanwhile is not taken for spare.
    lying = PhotoFiles(folder).paths()
    with database.reading() as connection:
        rows = connection.execute(select(photos.c.photo_id, photos.c.digest)).all()
    faults = {
        photo_id: fault
        for photo_id, digest in rows
        if (fault := _fault(folder / path_in_folder(photo_id), digest))
    }
    with database.reading() as connection:
        still = stored_photos.known_ids(connection, faults)
    named = {folder / path_in_folder(photo_id) for photo_id, _ in rows}
    findings = [
        Finding(fault, str(folder / path_in_folder(photo_id)), RESTORE)
        for photo_id, fault in sorted(faults.items())
        if photo_id in still
    ]
    findings += [
        Finding("No photo has this file.", str(path), SPARE, harmless=True)
        for path in sorted(set(lying) - named)
    ]
    return PhotoProof(len(rows), findings)


def _fault(path: Path, digest: bytes) -> str:
    """Say what is wrong with a photo's file; nothing: blank."""
    try:
        same = prove(path).sha256 == digest.hex()
    except FileNotFoundError:
        return "The photo is missing."
    except OSError as problem:
        return f"The photo can't be read ({problem.strerror})."
    return "" if same else "The photo's bytes are not those that were written."

"""What the files of trips and photos really hold, beside what their rows say of them."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from geo_service.errors import NotReady
from geo_service.store import trace_rows
from geo_service.store.case_schema import photos
from geo_service.store.lake_place import LakePlace
from geo_service.store.photo_files import path_in_folder
from geo_service.store.proven_copy import prove
from geo_service.store.schema import trace_files
from geo_service.store.trace_folder import gather, parts_of


@dataclass(slots=True)
class FilesContent:
    """What was read, one digest a trip or photo, and what is not as its row says."""

    digests: list[bytes] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """In plain words, with the file."""


def trips_content(connection: Connection, place: LakePlace) -> FilesContent:
    """Read every trip's fixes; a trip that can't be read counts as one without any.

    Parameters
    ----------
    connection : Connection
        Of ``Database.reading``.
    place : LakePlace
        Of the trace lake.
    """
    content = FilesContent()
    for day in sorted(connection.scalars(select(trace_files.c.day).distinct())):
        told = trace_rows.digests_of_day(connection, day)
        for part in parts_of(trace_rows.trips_of_day(connection, day, None, None)):
            try:
                read = gather(place, part).digests()
            except FileNotFoundError as problem:
                content.faults.append(f"{problem.filename}: The file is missing.")
                read = [b""] * len(part)
            except NotReady as problem:
                content.faults.append(f"{problem.where}: {problem.what}")
                read = [b""] * len(part)
            content.faults += [
                f"{place.where(file)}: Trip {trip_id} is not what its row says."
                for trip_id, file, digest in zip(part.trip_ids, part.files, read, strict=True)
                if digest and digest != told[trip_id]
            ]
            content.digests += [
                _digest(trip_id, digest)
                for trip_id, digest in zip(part.trip_ids, read, strict=True)
            ]
    return content


def photos_content(connection: Connection, folder: Path) -> FilesContent:
    """Read every photo; one that can't be read counts as empty.

    Parameters
    ----------
    connection : Connection
        Of ``Database.reading``.
    folder : Path
        Of the photos.
    """
    content = FilesContent()
    for photo_id, told in connection.execute(select(photos.c.photo_id, photos.c.digest)):
        path = folder / path_in_folder(photo_id)
        try:
            read = bytes.fromhex(prove(path).sha256)
        except OSError as problem:
            content.faults.append(f"{path}: The photo can't be read ({problem.strerror}).")
            read = b""
        if read and read != told:
            content.faults.append(f"{path}: The photo is not what its row says.")
        content.digests.append(_digest(photo_id, read))
    return content


def _digest(name: str, digest: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\0" + digest).digest()

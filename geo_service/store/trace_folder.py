"""The trace lake's files: written whole, left over, and read where rows say trips lie."""

import math
import secrets
from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from geo_service.domain.moments import day_begin
from geo_service.errors import NotReady
from geo_service.store import trace_rows
from geo_service.store.durable_files import UNFINISHED
from geo_service.store.lake_place import LakePlace
from geo_service.store.trace_file import ENDING, PackedRows, concatenate, encode, read_rows
from geo_service.store.trace_packing import PackedTrips, select_runs
from geo_service.store.trace_rows import KnownTrip, LyingTrips, NewFile, digest_of

NAME_BYTES = 8
FIXES_IN_A_PART = 1 << 20
"""So many are read at once: a few tens of megabytes, and enough to be worth a thread's while."""


def file_name(day: int) -> str:
    """Return a name that no file has, for trips of a UTC day counted from 1970-01-01."""
    date = day_begin(day).date().isoformat()
    return f"{date}-{secrets.token_hex(NAME_BYTES)}{ENDING}"


def new_file(trips: PackedTrips) -> NewFile:
    """Make a file's bytes, of trips of one day."""
    content = encode(trips)
    return NewFile(trips, content, digest_of(content))


def write_files(place: LakePlace, connection: Connection, files: Mapping[str, NewFile]) -> None:
    """Write files under the writer's lock, so that no one takes them for leftovers.

    Raises
    ------
    NotReady
        If the disk or the store refuses.
    """
    try:
        remove_leftovers(place, connection)
        place.write({name: file.content for name, file in files.items()})
    except OSError as problem:
        raise NotReady(
            f"The traces can't be written ({problem.strerror}), so none were added.",
            where=place.address,
            remedy="Make room, or look at the folder's permissions, and try again.",
        ) from problem


def whole_digests(place: LakePlace, known: Mapping[str, KnownTrip]) -> dict[str, bytes]:
    """Return the digests of trips whose files are there and as long as they were written."""
    there = place.sizes({trip.file for trip in known.values()})
    return {
        trip_id: trip.digest
        for trip_id, trip in known.items()
        if there.get(trip.file, 0) >= (trip.size or 1)
    }


def find_leftovers(place: LakePlace, connection: Connection) -> list[str]:
    """Return the names of the lake's files that the database does not name.

    Whoever holds the writer's lock sees here only files that nobody will ever read.
    """
    there = _names(place)
    return sorted(there - trace_rows.file_names(connection)) if there else []


def _names(place: LakePlace) -> set[str]:
    return {name for name in place.names() if name.endswith((ENDING, UNFINISHED))}


def remove_leftovers(place: LakePlace, connection: Connection, known: Collection[str] = ()) -> int:
    """Remove them, under the writer's lock, and return how many they were.

    Where files lie elsewhere and some that rows name are not there, it may be another place than
    this lake's, or an older database than its own: only what is known to be this lake's goes then.

    Parameters
    ----------
    place, connection
        As of `find_leftovers`.
    known : collection of str
        Names of which it is known that they are, or were, this lake's.

    Raises
    ------
    NotReady
        If no row names any file, and files lie elsewhere that are not known: by a slip of settings
        they may be another workspace's, and all it has.
    """
    there, named = _names(place), trace_rows.file_names(connection)
    leftovers = there - named
    strange = len(leftovers - set(known))
    if strange and place.far and not named:
        raise perhaps_of_another(place, strange)
    if place.far and not named <= there:
        leftovers &= set(known)
    place.remove(sorted(leftovers))
    return len(leftovers)


def perhaps_of_another(place: LakePlace, number: int) -> NotReady:
    """Return what is said of so many files that lie where this workspace has none."""
    return NotReady(
        f"{number} files of traces lie here, and this workspace knows of none: they may be "
        "another workspace's.",
        where=place.address,
        remedy="Name another place in GEO_SERVICE_TRACES_URL; or remove them, if they are of no "
        "use to anyone.",
    )


def parts_of(lying: LyingTrips) -> list[LyingTrips]:
    """Part trips, in the order in which they lie, into runs of ``FIXES_IN_A_PART`` fixes or fewer.

    The runs are about equally long, so that no core waits for another; a trip that is longer is a
    part by itself.
    """
    if not len(lying):
        return []
    ends = np.cumsum(lying.fixes)
    share = math.ceil(ends[-1] / math.ceil(ends[-1] / FIXES_IN_A_PART))
    most = min(FIXES_IN_A_PART, share + int(lying.fixes.max()))
    begin, parts = 0, []
    while begin < len(lying):
        before = ends[begin - 1] if begin else 0
        end = int(np.searchsorted(ends, before + most, side="right"))
        end = max(end, begin + 1)
        parts.append(lying.between(begin, end))
        begin = end
    return parts


def gather(place: LakePlace, lying: LyingTrips) -> PackedTrips:
    """Read trips from their files into one set, in the order given.

    Parameters
    ----------
    place : LakePlace
        Holds the files.
    lying : LyingTrips
        A file is read as often as its trips are parted by those of others.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    NotReady
        If a file is damaged, or the store can't be read.
    """
    first, count = lying.first_rows, lying.fixes
    parts, done = [], 0
    for name, same in groupby(lying.files):
        trips = slice(done, done := done + len(list(same)))
        low, high = int(first[trips].min()), int((first + count)[trips].max())
        rows = select_runs(first[trips] - low, count[trips])[1]
        t, lon, lat = read_rows(place, name, low, high)
        parts.append(PackedRows(t[rows], lon[rows], lat[rows]))
    return PackedTrips(
        lying.trip_ids,
        lying.rider_ids,
        np.concatenate(([0], np.cumsum(count))),
        *(_read_only(values) for values in concatenate(parts)),
    )


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    """Return a view nobody may write to: kernels are compiled once more for other arrays."""
    view = values.view()
    view.flags.writeable = False
    return view

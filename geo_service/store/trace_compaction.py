"""Many small files of one day of the trace lake made one."""

from collections.abc import Iterable

from geo_service.errors import NotReady
from geo_service.store import trace_rows
from geo_service.store.database import Database
from geo_service.store.lake_place import LakePlace
from geo_service.store.trace_folder import file_name, gather, new_file, write_files
from geo_service.store.trace_rows import FileUse

MOST_FILES_A_DAY = 16
"""To open a file costs as much as to read some thousands of fixes; so it may be this often."""
LEAST_VISIBLE = 0.5
"""Of a file's rows; below, most of what is read of it may be of no use."""


def days_to_merge(uses: Iterable[FileUse]) -> list[int]:
    """Return the days with too many files, or a file of which most is not visible any more."""
    files: dict[int, int] = {}
    worn: set[int] = set()
    for use in uses:
        files[use.day] = files.get(use.day, 0) + 1
        if use.rows is not None and use.visible < LEAST_VISIBLE * use.rows:
            worn.add(use.day)
    return sorted(day for day, count in files.items() if count > MOST_FILES_A_DAY or day in worn)


def merge_day(place: LakePlace, database: Database, day: int) -> bool:
    """Write one day's trips into one new file, and then point their rows to it, all at once.

    Others may add trips meanwhile.

    Returns
    -------
    bool
        False if the day's trips were moved, removed or replaced by another meanwhile.

    Raises
    ------
    NotReady
        If a trip in a file is not what its row says, or the disk refuses; all stays as it was.
    """
    with database.reading() as connection:
        lying = trace_rows.trips_of_day(connection, day, None, None)
        digests = trace_rows.digests_of_day(connection, day)
    if not len(lying):
        return False
    try:
        packed = gather(place, lying)
    except FileNotFoundError:
        return False
    # The old files are thrown away afterwards, so what was read is proven first.
    if packed.digests() != [digests[trip_id] for trip_id in lying.trip_ids]:
        raise NotReady(
            "Traces in their folder are not what was written there.",
            where=place.address,
            remedy="See which: geo-service doctor",
        )
    in_order = sorted(range(len(lying)), key=lying.trip_ids.__getitem__)
    lying, packed = lying.take(in_order), packed.take(in_order)
    name, file = file_name(day), new_file(packed)
    with database.writing() as connection:
        now = trace_rows.digests_of_day(connection, day)
        if any(now.get(trip_id) != digests[trip_id] for trip_id in lying.trip_ids):
            # What was removed or replaced meanwhile must not lie in a file that is kept.
            return False
        write_files(place, connection, {name: file})
        trace_rows.move(connection, name, file, lying)
    return True

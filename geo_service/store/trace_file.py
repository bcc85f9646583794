"""One file of the trace lake: Parquet with packed numbers, written so that it is whole or absent.

Columns: ``trip_id`` and ``rider_id`` (text), ``t`` (milliseconds since 1970 UTC), ``lon`` and
``lat`` (WGS-84, 1e-7 degree), the numbers as differences (DELTA_BINARY_PACKED), every page with
a checksum. Any program that reads Parquet reads them.
"""

from collections.abc import Sequence
from errno import ESTALE
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo_service.arrays import Integers
from geo_service.errors import NotReady
from geo_service.store.lake_place import LakePlace
from geo_service.store.trace_packing import PackedTrips, Steps

ENDING = ".parquet"
ROWS_IN_A_GROUP = 131_072
"""Small, since a group is read whole by each of the parts of a day that share it."""
NUMBERS = ("t", "lon", "lat")


class PackedRows(NamedTuple):
    """Some rows of a file, whatever trips they belong to."""

    t: Integers
    lon: Steps
    lat: Steps


def encode(trips: PackedTrips) -> memoryview:
    """Return the content of a file that holds the trips, in their order."""
    number_of_row = np.repeat(
        np.arange(len(trips.trip_ids), dtype=np.int32), np.diff(trips.offsets)
    )
    table = pa.table(
        {
            "trip_id": pa.DictionaryArray.from_arrays(number_of_row, list(trips.trip_ids)),
            "rider_id": pa.DictionaryArray.from_arrays(number_of_row, list(trips.rider_ids)),
            "t": trips.t,
            "lon": trips.lon,
            "lat": trips.lat,
        }
    )
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=ROWS_IN_A_GROUP,
        # A twentieth larger than zstd makes them, and read by a third faster.
        compression="lz4",
        use_dictionary=["trip_id", "rider_id"],
        column_encoding=dict.fromkeys(NUMBERS, "DELTA_BINARY_PACKED"),
        write_statistics=False,
        store_schema=False,
        write_page_checksum=True,
    )
    return memoryview(sink.getvalue())


def read_rows(place: LakePlace, name: str, first: int, end: int) -> PackedRows:
    """Read the rows of a file from ``first`` up to ``end``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    NotReady
        If the file is damaged, or the store can't be read.
    """
    try:
        with (
            place.open(name) as source,
            pq.ParquetFile(source, page_checksum_verification=True) as file,
        ):
            groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
            begins = np.concatenate(([0], np.cumsum(groups)))
            low = int(np.searchsorted(begins, first, side="right")) - 1
            high = int(np.searchsorted(begins, end, side="left"))
            if not isinstance(source, Path) and low < high <= len(groups):
                source.fetch(*_span(file.metadata, low, high))
            # One thread: whoever wants more reads several parts at once.
            table = file.read_row_groups(range(low, high), columns=list(NUMBERS), use_threads=False)
    except FileNotFoundError as problem:
        # Arrow's own does not say which file.
        raise FileNotFoundError(problem.errno, "no such file", place.where(name)) from problem
    except (OSError, pa.ArrowException) as problem:
        if getattr(problem, "errno", None) == ESTALE:
            # So NFS tells of a file that another machine has removed.
            raise FileNotFoundError(ESTALE, "no such file", place.where(name)) from problem
        raise NotReady(
            "A file in the folder of traces is damaged.",
            where=place.where(name),
            remedy="Restore a backup, or load its traces again.",
        ) from problem
    wanted = slice(first - int(begins[low]), end - int(begins[low]))
    return PackedRows(*(table[column].to_numpy()[wanted] for column in NUMBERS))


def _span(told: pq.FileMetaData, low: int, high: int) -> tuple[int, int]:
    """Return where the numbers of row groups ``low`` up to ``high`` begin and end in a file."""
    columns = [
        column
        for group in (low, high - 1)
        for column in map(told.row_group(group).column, range(told.num_columns))
        if column.path_in_schema in NUMBERS
    ]
    ends = [column.data_page_offset + column.total_compressed_size for column in columns]
    return min(column.data_page_offset for column in columns), max(ends)


def concatenate(parts: Sequence[PackedRows]) -> PackedRows:
    """Put rows one after the other."""
    if len(parts) == 1:
        return parts[0]
    empty = PackedRows(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32))
    return PackedRows(*map(np.concatenate, zip(empty, *parts, strict=True)))

"""All trips of a span of time into a file, for whoever may read the workspace itself."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from geo_service.domain.trace import Fixes, join_fixes
from geo_service.export.feature_files import check_format, write_features
from geo_service.export.gpx import Track, write_tracks
from geo_service.export.spreadsheet import safe_cell
from geo_service.export.trip_features import (
    FIX_COLUMNS,
    TRIPS,
    fix_rows,
    trip_features,
    trip_tracks,
)
from geo_service.export.whole_file import whole_file
from geo_service.flows.count_passes import Progress
from geo_service.flows.look_at_trips import OverlayQuestion, as_it_goes, partitions_of
from geo_service.flows.wiring import Workspace


def export_trips(
    workspace: Workspace, question: OverlayQuestion, path: Path, progress: Progress = as_it_goes
) -> int:
    """Write trips: as lines with their times, in CSV a row a fix, in GPX a track a trip.

    CSV and GPX are written as the trips are read, so any number of them fits; the others hold all
    at once in memory.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    question : OverlayQuestion
        Since and until when trips start.
    path : Path
        Its ending says the format; what was there stays until the new file is whole.
    progress : callable
        Wraps the days.

    Returns
    -------
    int
        How many trips were written.

    Raises
    ------
    WrongUsage
        If the ending is not known.
    NotReady
        If a file of the trace lake is missing or damaged.
    """
    ending = path.suffix.lower()
    check_format(ending, TRIPS, str(path))
    # Trips, not figures of riders: their names may change meanwhile.
    question = replace(question, counts_riders=False)
    count = _Count()
    parts = count.of(partitions_of(workspace, question, progress))
    with whole_file(path) as unfinished:
        if ending == ".csv":
            _write_fixes(parts, unfinished)
        elif ending == ".gpx":
            write_tracks(_tracks(parts), unfinished)
        else:
            write_features(trip_features(join_fixes(list(parts))), TRIPS, unfinished)
    return count.trips


class _Count:
    """Counts trips as they go by."""

    def __init__(self) -> None:
        self.trips = 0

    def of(self, parts: Iterable[Fixes]) -> Iterator[Fixes]:
        """Yield the parts."""
        for part in parts:
            self.trips += part.trips
            yield part


def _tracks(parts: Iterable[Fixes]) -> Iterator[Track]:
    for part in parts:
        yield from trip_tracks(part)


def _write_fixes(parts: Iterable[Fixes], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(FIX_COLUMNS)
        for part in parts:
            for trip_id, rider_id, *rest in fix_rows(part):
                rows.writerow([safe_cell(trip_id), safe_cell(rider_id), *rest])

"""The list of refused records: a CSV that a person opens beside the file they sent."""

import csv
from collections.abc import Sequence
from pathlib import Path

from geo_service.domain.refusal import Refusal
from geo_service.export.spreadsheet import safe_cell


def write_refused(path: Path, refusals: Sequence[Refusal]) -> None:
    """Write one row a refused record: file, row (from 1), id, reason.

    Parameters
    ----------
    path : Path
        Its folder is made if need be.
    refusals : sequence of Refusal
        In the order in which they stand in the files.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "row", "id", "reason"])
        for refusal in refusals:
            table.writerow(
                [
                    safe_cell(refusal.file),
                    refusal.row,
                    safe_cell(refusal.record_id),
                    safe_cell(refusal.reason),
                ]
            )

"""Write a table of the demo district as CSV, each row marked as illustrative."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

NOTE = "示意 illustrative"


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    """Write rows, each with a note, and return how many; the same rows give the same bytes.

    Parameters
    ----------
    path : Path
        The file to write or overwrite.
    columns : sequence of str
        The heading, without ``note``.
    rows : iterable of mapping
        What each row says, by column; what is not said stays blank.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, [*columns, "note"], lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow({**row, "note": NOTE})
        count += 1
    # With the byte order mark Chinese spreadsheets (Excel, WPS) open the file as UTF-8; without it
    # they take it for GB18030 and show garbled characters. The service reads it with and without.
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="\n")
    return count

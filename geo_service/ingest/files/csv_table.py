"""CSV as rows of text: no id loses its zeros, no number its digits."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.rows import Rows
from geo_service.ingest.files.text import read_text

_BLOCK = 1 << 24
_HEAD = 1 << 16
"""Bytes among which the heading lies."""
_DELIMITERS = ",;\t"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_SHOWN = 40
"""Bytes of a quotation that an error shows."""


def read_csv(path: Path) -> Rows:
    """Read a table whose first line names the columns, parted by commas, semicolons or tabs.

    Parameters
    ----------
    path : Path
        UTF-8, UTF-16 or GB18030; packed if its name ends in ``.gz``.

    Returns
    -------
    Rows
        All cells as text, blanks as missing; lines without anything but delimiters, as
        spreadsheets leave them, are no records. A record with more or fewer fields than the
        heading is among the faults.

    Raises
    ------
    UnreadableFile
        If it is not there, empty, not text, two columns bear one name, or a quotation is not
        closed.
    """
    text = read_text(path)
    content = text.utf8.lstrip(b"\r\n")
    head = content[:_HEAD].decode(errors="ignore")
    delimiter = max(_DELIMITERS, key=head.splitlines()[0].count)
    heading = next(csv.reader(io.StringIO(head, newline=None), delimiter=delimiter))
    names = [name.strip() for name in heading]
    check_names(names, path.name)
    has_quotations = b'"' in content
    if has_quotations:
        _check_quotations(text.utf8, delimiter, path.name)
    try:
        frame = _read_fast(content, heading, delimiter, has_quotations=has_quotations)
        faults = dict[int, str]()
        frame.columns = pd.Index(names)
    except pa.ArrowInvalid:
        frame, faults = _read_patiently(content, names, delimiter, path.name)
    frame, faults = _without_blanks(frame, faults)
    return Rows(frame, file=path.name, faults=faults, warnings=text.warnings)


def check_names(names: Sequence[str], file: str) -> None:
    """Refuse a table in which two columns bear one name.

    Raises
    ------
    UnreadableFile
        Names them.
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UnreadableFile(
            f"Several columns are named {', '.join(repr(name) for name in twice)}.",
            where=file,
            remedy="Give each column a name of its own.",
        )


def _check_quotations(content: bytes, delimiter: str, file: str) -> None:
    """Refuse a table in which a stray quotation mark takes other records into its field.

    Both readers would take such a field for a long text, and the records in it were lost unsaid.

    Raises
    ------
    UnreadableFile
        Names the line where the quotation begins: it lasts to the end of the file, or it lasts
        over several lines and further text follows it in its field.
    """
    ends = re.escape(delimiter.encode()) + rb"\r\n"
    # What is matched once stays matched, or a long file would take for ever. Atomic groups say so:
    # possessive repeats of a group go wrong before Python 3.11.5 (python/cpython#106052). What a
    # group has repeated is kept until it ends, so each ends after a thousand.
    quoted, in_line = (rb'(?>(?:(?>(?:[^%b]+|""){1,1000}))*)' % but for but in (rb'"', rb'"\r\n'))
    sound = re.compile(
        rb'(?>(?:(?>(?:[^"]+'
        # A mark within a field that does not begin with one means itself.
        rb'|(?<=[^%(ends)b])"'
        rb'|"%(quoted)b"(?=[%(ends)b]|\Z)'
        rb'|"%(in_line)b"){1,1000}))*)' % {b"ends": ends, b"quoted": quoted, b"in_line": in_line}
    ).match(content)
    opens = sound.end() if sound else 0
    if opens == len(content):
        return
    line = len(_LINE_END.findall(content, 0, opens)) + 1
    begins = _LINE_END.split(content[opens : opens + _SHOWN])[0].decode(errors="ignore")
    raise UnreadableFile(
        f"A quotation mark in line {line} is not closed in its record, so the records after it "
        f"would be lost; it begins {begins!r}.",
        where=file,
        remedy="Close it, take it away, or write it twice within a quoted field, if it is meant.",
    )


def _read_fast(
    content: bytes, heading: list[str], delimiter: str, *, has_quotations: bool
) -> pd.DataFrame:
    """Read with Arrow, which raises ArrowInvalid at the first record that has a fault."""
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        read_options=arrow_csv.ReadOptions(block_size=_BLOCK),
        # Without quotations every line end ends a record, and all cores read at once.
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=has_quotations
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(heading, pa.large_string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _without_blanks(
    frame: pd.DataFrame, faults: dict[int, str]
) -> tuple[pd.DataFrame, dict[int, str]]:
    """Leave out the records in which every cell is blank, with their faults."""
    maybe = np.flatnonzero(frame.iloc[:, 0].isna().to_numpy())
    blank = maybe[frame.iloc[maybe].isna().all(axis=1).to_numpy()]
    # Of a table of one column a blank cell may be meant.
    if not len(blank) or frame.shape[1] == 1:
        return frame, faults
    kept = np.setdiff1d(np.arange(len(frame)), blank)
    place = {int(row): number for number, row in enumerate(kept)}
    moved = {place[row]: reason for row, reason in faults.items() if row in place}
    return frame.iloc[kept].reset_index(drop=True), moved


def _read_patiently(
    content: bytes, names: list[str], delimiter: str, file: str
) -> tuple[pd.DataFrame, dict[int, str]]:
    """Read record by record and note those that have a fault."""
    records, faults = list[list[str | None]](), dict[int, str]()
    lines = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter)
    next(lines)
    try:
        for record in lines:
            if not record:
                continue
            if len(record) != len(names):
                faults[len(records)] = (
                    f"It has {len(record)} fields where the heading has {len(names)}; a field "
                    "that holds the delimiter must stand in quotation marks."
                )
            padded = (record + [""] * len(names))[: len(names)]
            records.append([cell or None for cell in padded])
    except csv.Error as problem:
        raise UnreadableFile(
            f"Line {lines.line_num} can't be read as CSV ({problem}).",
            where=file,
            remedy="Look for a quotation mark that is not closed.",
        ) from problem
    return pd.DataFrame(records, columns=names, dtype="str"), faults

import csv
from pathlib import Path

from geo_service.domain.refusal import Refusal
from geo_service.export.refused_records import write_refused


def test_each_refused_record_has_a_row_that_a_spreadsheet_reads(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "x.refused.csv"
    write_refused(
        path,
        [
            Refusal("站点.csv", 3, "a", 'It says "x", and\nmore.'),
            Refusal("=cmd()", 4, "@b", "-1 is no position."),
        ],
    )
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read Chinese"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["file", "row", "id", "reason"],
        ["站点.csv", "3", "a", 'It says "x", and\nmore.'],
        ["'=cmd()", "4", "'@b", "'-1 is no position."],
    ]

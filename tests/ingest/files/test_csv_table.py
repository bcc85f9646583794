import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.csv_table import read_csv
from geo_service.ingest.files.rows import Rows


def records(rows: Rows) -> list[list[object]]:
    return rows.frame.astype(object).where(rows.frame.notna(), None).to_numpy().tolist()


def test_every_cell_is_text_and_blanks_are_missing(
    write: Callable[[str, str | bytes], Path],
) -> None:
    rows = read_csv(write("a.csv", 'id,n,x\n007,1399392858620000523,\n1,"",2.50\n'))
    assert list(rows.frame.columns) == ["id", "n", "x"]
    assert records(rows) == [["007", "1399392858620000523", None], ["1", None, "2.50"]]
    assert rows.faults == {}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_that_of_the_heading(
    write: Callable[[str, str | bytes], Path], mark: str
) -> None:
    rows = read_csv(write("a.csv", f"id{mark}name\n1{mark}x\n"))
    assert records(rows) == [["1", "x"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_either_way_and_blank_ones_are_none(
    write: Callable[[str, str | bytes], Path], end: str
) -> None:
    rows = read_csv(write("a.csv", end.join(["", "id,name", "1,x", "", "2,y", ""])))
    assert records(rows) == [["1", "x"], ["2", "y"]]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_of_delimiters_alone_are_none(
    write: Callable[[str, str | bytes], Path], end: str
) -> None:
    rows = read_csv(write("a.csv", end.join(["id,name", ",", "1,x", ",", ",y", ",", ","])))
    assert records(rows) == [["1", "x"], [None, "y"]]
    assert rows.faults == {}


def test_faults_stay_with_their_records_where_blank_ones_are_left_out(
    write: Callable[[str, str | bytes], Path],
) -> None:
    rows = read_csv(write("a.csv", "id,name\n,\n1,x\n,,,\n2,y,z\n,\n"))
    assert records(rows) == [["1", "x"], ["2", "y"]]
    assert list(rows.faults) == [1]
    assert "3 fields" in rows.faults[1]


def test_quoted_fields_may_hold_delimiters_quotes_and_line_ends(
    write: Callable[[str, str | bytes], Path],
) -> None:
    rows = read_csv(write("a.csv", '"id"," na,\nme "\n1,"a ""b"",\nc"\n'))
    assert list(rows.frame.columns) == ["id", "na,\nme"]
    assert records(rows) == [["1", 'a "b",\nc']]


def test_a_byte_order_mark_is_not_part_of_the_first_name(
    write: Callable[[str, str | bytes], Path],
) -> None:
    rows = read_csv(write("a.csv", b"\xef\xbb\xbfid,name\n1,x\n"))
    assert list(rows.frame.columns) == ["id", "name"]


def test_a_chinese_spreadsheet_is_read_with_a_warning(
    write: Callable[[str, str | bytes], Path],
) -> None:
    rows = read_csv(write("a.csv", "id,名称\n1,充电站\n".encode("gb18030")))
    assert list(rows.frame.columns) == ["id", "名称"]
    assert records(rows) == [["1", "充电站"]]
    assert rows.warnings == ("a.csv is not UTF-8; it was read as GB18030 (Chinese).",)


def test_a_record_with_too_many_or_too_few_fields_is_a_fault_of_its_own(
    write: Callable[[str, str | bytes], Path],
) -> None:
    rows = read_csv(write("a.csv", "id,name\n1,x\n2\n\n3,y,z\n4,w\n"))
    assert [one[0] for one in records(rows)] == ["1", "2", "3", "4"]
    assert records(rows)[1] == ["2", None]
    reason = (
        "It has {} fields where the heading has 2; a field that holds the delimiter must stand in "
        "quotation marks."
    )
    assert rows.faults == {1: reason.format(1), 2: reason.format(3)}


def test_two_columns_of_one_name_are_refused(write: Callable[[str, str | bytes], Path]) -> None:
    with pytest.raises(UnreadableFile) as error:
        read_csv(write("a.csv", "id,name,id\n1,x,2\n"))
    assert str(error.value) == (
        "a.csv: Several columns are named 'id'. Give each column a name of its own."
    )


def test_a_field_too_long_for_a_table_with_faults_is_refused(
    write: Callable[[str, str | bytes], Path],
) -> None:
    path = write("a.csv", "id,name,x\n1,2\n2," + '"' + "x" * 200_000 + '",3\n')
    with pytest.raises(UnreadableFile, match=r"can't be read as CSV .* Look for a quotation mark"):
        read_csv(path)


def test_a_heading_without_records_is_no_record(write: Callable[[str, str | bytes], Path]) -> None:
    assert len(read_csv(write("a.csv", "id,name\n"))) == 0


ROWS = [f'{row},"a, ""b""",text {row}' for row in range(300)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "last", ["299,x,y", '299,x,"y"', '299,x,"y'], ids=["bare", "quoted", "open"]
)
def test_a_stray_quotation_mark_swallows_no_records(
    write: Callable[[str, str | bytes], Path], end: str, last: str
) -> None:
    lines = ["", "id,name,note", *ROWS[:-1], last]
    lines[4] = '2,x,"text 2'
    with pytest.raises(UnreadableFile) as error:
        read_csv(write("a.csv", end.join([*lines, ""])))
    assert str(error.value) == (
        "a.csv: A quotation mark in line 5 is not closed in its record, so the records after it "
        "would be lost; it begins '\"text 2'. Close it, take it away, or write it twice within a "
        "quoted field, if it is meant."
    )


def test_a_quotation_mark_in_a_bare_field_means_itself(
    write: Callable[[str, str | bytes], Path],
) -> None:
    rows = read_csv(write("a.csv", 'id,name\n1,5" pipe\n2,"a" b\n3,"x\ny"\n4,"z"'))
    assert [one[0] for one in records(rows)] == ["1", "2", "3", "4"]
    assert [one[1] for one in records(rows)] == ['5" pipe', "a b", "x\ny", "z"]


def line_of_open_quotation(content: str) -> int | None:
    """Walk through a table mark by mark; return where a quotation takes in other records."""
    at = 0
    while at < len(content):
        begins_field = content[at] == '"' and content[at - 1] in ",\n"
        if not begins_field:
            at += 1
            continue
        end = at + 1
        while end < len(content) and (content[end] != '"' or content[end + 1 : end + 2] == '"'):
            end += 2 if content[end] == '"' else 1
        is_closed = end < len(content)
        ends_field = content[end + 1 : end + 2] in ("", ",", "\n")
        if not is_closed or not (ends_field or "\n" not in content[at:end]):
            return 1 + content.count("\n", 0, at)
        at = end + 1
    return None


def test_quotations_are_looked_at_as_by_whoever_walks_through_mark_by_mark(
    write: Callable[[str, str | bytes], Path],
) -> None:
    dice = random.Random(11)  # noqa: S311 - no secret hangs on it
    sound = refused = 0
    for _ in range(3_000):
        content = "id,x\n1," + "".join(dice.choices('a,"\n', (3, 1, 4, 1), k=dice.randrange(24)))
        told = None
        try:
            read_csv(write("a.csv", content))
        except UnreadableFile as error:
            told = re.search(r"A quotation mark in line (\d+) is not closed", str(error))
        line = line_of_open_quotation(content)
        assert (None if told is None else int(told[1])) == line, content
        sound += line is None
        refused += line is not None
    assert min(sound, refused) > 500


def test_long_tables_and_long_fields_with_quotations_are_read(
    write: Callable[[str, str | bytes], Path],
) -> None:
    many, long = 3_001 * '"1","a ""b"""\n', '"' + 3_001 * 'a""\n' + '"'
    rows = read_csv(write("a.csv", f"id,x\n{many}2,{long}\n"))
    assert records(rows)[0] == ["1", 'a "b"']
    assert records(rows)[-1] == ["2", 3_001 * 'a"\n']
    assert len(rows) == 3_002

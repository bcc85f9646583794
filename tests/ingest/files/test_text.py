import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.errors import UnreadableFile
from geo_service.ingest.files import text as text_module
from geo_service.ingest.files.text import decode, read_text

CHINESE = "id,名称\n1,充电站\n"


@pytest.mark.parametrize(
    "content",
    [
        CHINESE.encode(),
        b"\xef\xbb\xbf" + CHINESE.encode(),
        CHINESE.encode("utf-16"),
        b"\xfe\xff" + CHINESE.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16 big end first"],
)
def test_text_is_text_in_any_unicode_encoding(content: bytes) -> None:
    text = decode(content, "a.csv")
    assert text.utf8.decode() == CHINESE
    assert text.warnings == ()


def test_gb18030_is_read_and_said(write: Callable[[str, str | bytes], Path]) -> None:
    text = read_text(write("a.csv", CHINESE.encode("gb18030")))
    assert text.utf8.decode() == CHINESE
    assert text.warnings == ("a.csv is not UTF-8; it was read as GB18030 (Chinese).",)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04\x14\x00\x06\x00",
        b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)),
        b"id,name\n1,caf\xe9 \xff\n",
        b"\xff\xfe\x00",
        b"id\x07,name\x01\n",
    ],
)
def test_what_is_not_text_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as error:
        decode(content, "a.csv")
    assert str(error.value) == (
        "a.csv: The file is not text, though its name says so. Save it as UTF-8 text (a "
        "spreadsheet: as 'CSV UTF-8') and load that."
    )


@pytest.mark.parametrize(
    "content", [b"", b" \r\n\n", b"\xef\xbb\xbf\n", gzip.compress(b"", mtime=0)]
)
def test_an_empty_file_is_refused(
    write: Callable[[str, str | bytes], Path], content: bytes
) -> None:
    name = "a.csv.gz" if content.startswith(b"\x1f\x8b") else "a.csv"
    with pytest.raises(UnreadableFile, match=r"a\.csv.*: The file is empty\."):
        read_text(write(name, content))


def test_a_packed_file_is_unpacked(write: Callable[[str, str | bytes], Path]) -> None:
    assert read_text(write("a.csv.gz", gzip.compress(b"id\n1\n", mtime=0))).utf8 == b"id\n1\n"


@pytest.mark.parametrize("content", [gzip.compress(b"id\n" * 1000, mtime=0)[:-12], b"id\n1\n"])
def test_a_packed_file_that_is_cut_off_is_refused(
    write: Callable[[str, str | bytes], Path], content: bytes
) -> None:
    with pytest.raises(UnreadableFile, match="The file is cut off, or not gzip though its name"):
        read_text(write("a.csv.gz", content))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nowhere\.csv: There is no such file\."):
        read_text(tmp_path / "nowhere.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"The file can't be opened \(Is a directory\)"):
        read_text(tmp_path)


def test_a_packed_file_that_swells_beyond_reason_is_refused(
    write: Callable[[str, str | bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("_PIECE", 1000), ("_HARMLESS", 100_000)):
        monkeypatch.setattr(text_module, name, size)
    harmless = gzip.compress(b"1" * 100_000, mtime=0)
    assert len(read_text(write("a.csv.gz", harmless)).utf8) == 100_000
    with pytest.raises(UnreadableFile, match=r"0\.0 MB would unpack to more than 0 MB; no more"):
        read_text(write("b.csv.gz", gzip.compress(b"1" * 101_000, mtime=0)))
    plain = "".join(f"{row},{row * row}\n" for row in range(20_000)).encode()
    assert read_text(write("c.csv.gz", gzip.compress(plain, mtime=0))).utf8 == plain
    monkeypatch.setattr(text_module, "_MOST_UNPACKED", 200_000)
    with pytest.raises(UnreadableFile, match="would unpack to more than 0 MB"):
        read_text(write("c.csv.gz", gzip.compress(plain, mtime=0)))

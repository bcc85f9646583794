"""A file appears whole or not at all, and nothing stays beside it."""

from pathlib import Path

import pytest

from geo_service.export.whole_file import whole_file


def test_file_appears_at_the_end_with_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.csv"
    with whole_file(path) as unfinished:
        unfinished.write_text("all", encoding="utf-8")
        assert not path.exists()
        assert unfinished.suffix == ".csv"
    assert path.read_text(encoding="utf-8") == "all"
    assert list(path.parent.iterdir()) == [path]


def test_failure_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    path.write_text("old", encoding="utf-8")

    def fail() -> None:
        with whole_file(path) as unfinished:
            unfinished.write_text("half", encoding="utf-8")
            beside = unfinished.with_name(unfinished.name + "-journal")
            beside.write_text("half", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with whole_file(path) as one, whole_file(path) as other:
        one.write_text("one", encoding="utf-8")
        other.write_text("other", encoding="utf-8")
        assert one.read_text(encoding="utf-8") == "one"
    assert path.read_text(encoding="utf-8") == "one"


def test_nothing_written_is_an_error_and_not_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "x.csv"):
        pass
    assert list(tmp_path.iterdir()) == []

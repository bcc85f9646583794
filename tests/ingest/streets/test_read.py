"""Which reader a file of streets goes to, and what is said of files that none can read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.errors import UnreadableFile, WrongUsage
from geo_service.ingest.streets.read import GRAPH_ENDINGS, LINE_ENDINGS, OSM_ENDINGS, read_streets

ENDINGS = OSM_ENDINGS + GRAPH_ENDINGS + LINE_ENDINGS
Write = Callable[[str, str | bytes], Path]


@pytest.mark.parametrize("ending", ENDINGS)
def test_file_that_is_not_there_is_named(tmp_path: Path, ending: str) -> None:
    with pytest.raises(UnreadableFile, match="There is no such file") as refused:
        read_streets(tmp_path / f"missing{ending}")
    assert f"missing{ending}" in refused.value.where


@pytest.mark.parametrize("ending", ENDINGS)
def test_empty_file_is_unreadable(write: Write, ending: str) -> None:
    with pytest.raises(UnreadableFile, match="empty"):
        read_streets(write(f"a{ending}", b""))


def test_folder_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.osm").mkdir()
    with pytest.raises(UnreadableFile, match="This is a folder"):
        read_streets(tmp_path / "a.osm")


@pytest.mark.parametrize("name", ["streets.xlsx", "streets", "streets.csv"])
def test_unknown_ending_names_those_that_are_known(write: Write, name: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_streets(write(name, "x"))
    assert "No streets can be read" in refused.value.what
    for ending in ENDINGS:
        assert ending in refused.value.remedy


def test_ending_may_be_in_capitals(write: Write) -> None:
    with pytest.raises(UnreadableFile, match="not a whole OpenStreetMap file"):
        read_streets(write("A.OSM", "no map"))


@pytest.mark.parametrize("name", ["a.osm", "a.graphml"])
def test_columns_are_for_layers_of_lines(write: Write, name: str) -> None:
    with pytest.raises(WrongUsage, match="Only a layer of lines has columns"):
        read_streets(write(name, "x"), columns={"highway": "class"})

"""Issues of files, and the categories they bring with them."""

from datetime import datetime
from pathlib import Path

import pytest

from geo_service.domain.category import Category
from geo_service.errors import RefusedRecords
from geo_service.flows.load_issues import load_issues
from geo_service.flows.loading import LoadOptions
from geo_service.flows.wiring import Workspace
from geo_service.store import categories, issues

HEAD = "id,category,reported_at,lon,lat\n"
ROW = "{},{},2026-09-01T00:00Z,112.14,32.04\n"


def known(workspace: Workspace) -> list[Category]:
    with workspace.database.reading() as connection:
        return categories.read_all(connection)


def test_categories_that_are_new_become_known_by_their_code(
    empty: Workspace, tmp_path: Path, now: datetime
) -> None:
    water = Category("water", "积水", "Water")
    with empty.database.writing() as connection:
        categories.write(connection, [water])
    path = tmp_path / "i.csv"
    rows = (ROW.format(*words) for words in (("a", "water"), ("b", "坑"), ("c", "坑")))
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    for _ in range(2):
        assert load_issues(empty, [path], LoadOptions(), now).loaded == 3
        assert known(empty) == [water, Category("坑", "坑")]


def test_issues_that_are_refused_bring_no_category(
    empty: Workspace, tmp_path: Path, now: datetime
) -> None:
    path = tmp_path / "i.csv"
    path.write_text(HEAD + ROW.format("a", "pothole") + ROW.format("b", "*"), encoding="utf-8")
    with pytest.raises(RefusedRecords, match=r"record 2 \(b\): Its category is '\*'"):
        load_issues(empty, [path], LoadOptions(), now)
    assert known(empty) == []
    load_issues(empty, [path], LoadOptions(skip_refused=True), now)
    assert known(empty) == [Category("pothole", "pothole")]


def test_issues_and_their_categories_are_written_together_or_not_at_all(
    empty: Workspace, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    path = tmp_path / "i.csv"
    path.write_text(HEAD + ROW.format("a", "pothole"), encoding="utf-8")
    monkeypatch.setattr(categories, "add_missing", fail)
    with pytest.raises(OSError, match="the disk is full"):
        load_issues(empty, [path], LoadOptions(), now)
    with empty.database.reading() as connection:
        assert issues.read_all(connection) == []

"""Workspaces are made where they shall be, and opened again."""

from pathlib import Path

import pytest

from geo_service.domain.opening import Calendar
from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings


def test_calendar_is_kept_by_the_workspace(tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path / "w")
    start_workspace(settings, Calendar("Europe/Lisbon", "PT")).close()
    for again in (start_workspace(settings), open_workspace(settings)):
        with again:
            assert again.calendar() == Calendar("Europe/Lisbon", "PT")


def test_calendar_that_is_none_makes_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="Mars"):
        start_workspace(Settings(workspace=tmp_path / "w"), Calendar("Mars/Olympus"))
    assert not (tmp_path / "w").exists()


def test_only_a_start_makes_a_workspace(tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path / "w")
    with pytest.raises(NotReady, match="geo-service init"):
        open_workspace(settings)
    assert not (tmp_path / "w").exists()
    start_workspace(settings).close()
    open_workspace(settings).close()
    assert (tmp_path / "w" / "geo_service.sqlite").is_file()


def test_database_may_be_elsewhere(tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path / "w", database_url=f"sqlite:///{tmp_path / 'x.sqlite'}")
    start_workspace(settings).close()
    assert (tmp_path / "x.sqlite").is_file()
    assert not (tmp_path / "w" / "geo_service.sqlite").exists()
    open_workspace(settings).close()


def test_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "100% 樊城?x=1#a"
    start_workspace(Settings(workspace=folder)).close()
    assert (folder / "geo_service.sqlite").is_file()
    open_workspace(Settings(workspace=folder)).close()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]

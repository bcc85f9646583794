"""A workspace and its parts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from geo_service.domain.opening import Calendar
from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.wiring import Workspace, open_workspace, start_workspace
from geo_service.settings import Settings
from geo_service.streets.profile import Profile


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


def test_streets_open_for_both_profiles(workspace: Workspace) -> None:
    assert workspace.streets_version() == workspace.streets_version_if_any()
    for profile in Profile:
        assert workspace.streets(profile).network.edges == 1


def test_without_streets_there_is_no_version(empty: Workspace) -> None:
    assert empty.streets_version_if_any() is None
    with pytest.raises(NotReady, match="load streets"):
        empty.streets_version()


def test_riders_key_is_made_once_for_its_owner_alone(empty: Workspace) -> None:
    path = empty.settings.rider_key_file
    assert not path.exists()
    key = empty.rider_key()
    assert len(key) == 32
    assert empty.rider_key() == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]
    other = replace(empty.settings, rider_key_file=path.with_name("other.key"))
    assert replace(empty, settings=other).rider_key() != key


def test_all_who_come_at_once_get_one_key(empty: Workspace) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: empty.rider_key(), range(32)))
    assert len(keys) == 1


@pytest.mark.parametrize("text", ["", "\n", "0123", "not a key at all", "ä" * 64])
def test_damaged_key_is_never_used(empty: Workspace, text: str) -> None:
    path = empty.settings.rider_key_file
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotReady, match=r"damaged.*backup"):
        empty.rider_key()
    assert path.read_text(encoding="utf-8") == text
    assert list(path.parent.iterdir()) == [path]

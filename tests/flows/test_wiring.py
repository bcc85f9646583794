"""A workspace and its parts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from geo_service.errors import NotReady
from geo_service.flows.wiring import Workspace, make_workspace
from geo_service.settings import Settings
from geo_service.streets.profile import Profile


def test_streets_open_for_both_profiles(workspace: Workspace) -> None:
    assert workspace.streets_version() == workspace.streets_version_if_any()
    for profile in Profile:
        assert workspace.streets(profile).network.edges == 1


def test_without_streets_there_is_no_version(empty: Workspace) -> None:
    assert empty.streets_version_if_any() is None
    with pytest.raises(NotReady, match="load streets"):
        empty.streets_version()


def test_a_workspace_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    new, old = tmp_path / "cities" / "new", tmp_path / "old"
    old.mkdir()
    old.chmod(0o750)
    for folder, mode in ((new, 0o700), (old, 0o750)):
        for _ in range(2):
            make_workspace(Settings(workspace=folder, rider_key_file=tmp_path / "key")).close()
            assert folder.stat().st_mode & 0o777 == mode


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

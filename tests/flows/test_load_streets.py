"""Streets are taken into use whole, repaired by loading them again, and the old ones removed."""

import fcntl
import json
from collections.abc import Collection, Mapping

import pytest
from sqlalchemy import Connection

from geo_service.errors import NotReady
from geo_service.flows.load_streets import load_streets
from geo_service.flows.wiring import Workspace
from geo_service.store import city
from geo_service.store.networks import NetworkStore
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile


def _load(workspace: Workspace, lat: float) -> str:
    """Load a street along a parallel; return the version then in use."""
    line = {
        "type": "Feature",
        "properties": {"highway": "residential"},
        "geometry": {"type": "LineString", "coordinates": [[112.14, lat], [112.15, lat]]},
    }
    path = workspace.settings.workspace.parent / "parallel.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [line]}))
    load_streets(workspace, [path])
    return workspace.streets_version()


def _folders(workspace: Workspace) -> set[str]:
    folder = workspace.settings.workspace / "streets"
    return {path.name for path in folder.iterdir() if path.is_dir()}


def test_loading_again_repairs_damaged_streets(empty: Workspace) -> None:
    version = _load(empty, 32.04)
    path = empty.settings.workspace / "streets" / version / "ebike" / "node_lon.npy"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(NotReady, match="Load the streets again"):
        empty.streets(Profile.EBIKE)
    assert _load(empty, 32.04) == version
    assert empty.streets(Profile.EBIKE).network.edges == 1


def test_streets_in_use_and_those_before_stay_and_older_ones_go(empty: Workspace) -> None:
    first, second = _load(empty, 32.04), _load(empty, 32.05)
    assert _folders(empty) == {first, second}
    third = _load(empty, 32.06)
    assert _folders(empty) == {second, third}
    assert _load(empty, 32.06) == third
    assert _folders(empty) == {third}


def test_draft_of_a_killed_load_goes_with_the_next(empty: Workspace) -> None:
    draft = empty.settings.workspace / "streets" / f".draft-{'a' * 32}"
    (draft / "walk").mkdir(parents=True)
    assert _folders(empty) == {draft.name}
    version = _load(empty, 32.04)
    assert _folders(empty) == {version}


def test_no_other_load_comes_between_writing_streets_and_using_them(
    empty: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def seize(step: str) -> None:
        with (
            (empty.settings.workspace / "streets" / ".lock").open("ab") as lock,
            pytest.raises(BlockingIOError),
        ):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        seen.append(step)

    write, use = NetworkStore.write, city.write_streets_version
    remove = NetworkStore.remove_others

    def watched_write(store: NetworkStore, networks: Mapping[Profile, Network]) -> str:
        seize("write")
        return write(store, networks)

    def watched_use(connection: Connection, version: str) -> None:
        seize("use")
        use(connection, version)

    def watched_remove(store: NetworkStore, kept: Collection[str]) -> None:
        seize("remove")
        assert empty.streets_version() in kept
        remove(store, kept)

    monkeypatch.setattr(NetworkStore, "write", watched_write)
    monkeypatch.setattr(city, "write_streets_version", watched_use)
    monkeypatch.setattr(NetworkStore, "remove_others", watched_remove)
    _load(empty, 32.04)
    assert seen == ["write", "use", "remove"]


def test_full_disk_leaves_the_streets_in_use(
    empty: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _load(empty, 32.04)

    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("geo_service.store.digested_files.os.fsync", refuse)
        with pytest.raises(NotReady, match=r"streets can't be written \(No space left on device\)"):
            _load(empty, 32.05)
    assert empty.streets_version() == first
    assert _folders(empty) == {first}
    assert empty.streets(Profile.WALK).network.edges == 1

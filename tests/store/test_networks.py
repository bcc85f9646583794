"""Compiled streets come back from disk as they were written, whole or not at all."""

import fcntl
import resource
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from geo_service.errors import NotReady
from geo_service.store.networks import NetworkStore
from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import build_grid, snap
from geo_service.streets.ways import Ways, WaysKind


def _networks(name: str = "长虹路") -> dict[Profile, Network]:
    ways = Ways(
        way_id=np.array([7, 8]),
        node_offsets=np.array([0, 3, 5]),
        node=np.array([0, 1, 2, 2, 3]),
        tags=np.array([0, 1]),
        tag_sets=({"highway": "residential"}, {"highway": "footway"}),
        name=np.array([1, 0]),
        names=("", name),
        names_en=("", "Changhong Road"),
        node_id=np.array([11, 12, 13, 14]),
        node_lon=np.array([112.14, 112.141, 112.142, 112.142]),
        node_lat=np.array([32.04, 32.0401, 32.04, 32.041]),
        kind=WaysKind.OSM,
    )
    return {profile: build_network(ways, profile).network for profile in Profile}


@pytest.fixture
def networks() -> Mapping[Profile, Network]:
    return _networks()


@pytest.fixture
def networks_store(tmp_path: Path) -> NetworkStore:
    return NetworkStore(tmp_path / "streets")


@pytest.mark.parametrize("profile", list(Profile))
def test_network_comes_back_as_it_was(
    networks_store: NetworkStore, networks: Mapping[Profile, Network], profile: Profile
) -> None:
    version = networks_store.write(networks)
    opened, written = networks_store.open(version, profile), networks[profile]
    for entry in fields(Network):
        there, here = getattr(opened, entry.name), getattr(written, entry.name)
        if isinstance(here, np.ndarray):
            assert there.dtype == here.dtype
            np.testing.assert_array_equal(there, here)
        else:
            assert there == here
            assert type(there) is type(here)


@pytest.mark.parametrize("profile", list(Profile))
def test_grid_comes_back_as_it_was(
    networks_store: NetworkStore, networks: Mapping[Profile, Network], profile: Profile
) -> None:
    version = networks_store.write(networks)
    opened = networks_store.open_grid(version, profile)
    for there, here in zip(opened, build_grid(networks[profile]), strict=True):
        np.testing.assert_array_equal(there, here)


def test_opened_streets_answer_as_those_in_memory_do(
    networks_store: NetworkStore, networks: Mapping[Profile, Network]
) -> None:
    version = networks_store.write(networks)
    network = networks_store.open(version, Profile.WALK)
    grid = networks_store.open_grid(version, Profile.WALK)
    here = np.array([112.1405]), np.array([32.0405])
    there = snap(network, grid, *here, 500.0)
    fresh = snap(networks[Profile.WALK], build_grid(networks[Profile.WALK]), *here, 500.0)
    assert (there.edge[0], there.off_mm[0]) == (fresh.edge[0], fresh.off_mm[0])


def test_arrays_are_mapped_and_can_not_be_changed(
    networks_store: NetworkStore, networks: Mapping[Profile, Network]
) -> None:
    opened = networks_store.open(networks_store.write(networks), Profile.WALK)
    assert isinstance(opened.node_lon.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        opened.node_lon[0] = 0.0


def test_same_content_is_the_same_version_and_other_content_another(
    networks_store: NetworkStore, networks: Mapping[Profile, Network], tmp_path: Path
) -> None:
    first = networks_store.write(networks)
    assert networks_store.write(_networks()) == first
    second = networks_store.write(_networks(name="人民路"))
    assert second != first
    assert {path.name for path in (tmp_path / "streets").iterdir()} == {first, second}
    assert networks_store.open(first, Profile.WALK).names == ("", "长虹路")


def test_write_that_fails_leaves_no_version_behind(
    networks_store: NetworkStore,
    networks: Mapping[Profile, Network],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geo_service.store.digested_files.os.fsync", refuse)
    with pytest.raises(NotReady, match=r"can't be written \(No space left on device\)") as caught:
        networks_store.write(networks)
    assert "Make room" in caught.value.remedy
    assert list((tmp_path / "streets").iterdir()) == []


def test_array_that_does_not_fit_is_refused_in_the_systems_words(
    networks_store: NetworkStore, tmp_path: Path
) -> None:
    points = 3000
    bends = Ways(
        way_id=np.array([7]),
        node_offsets=np.array([0, points]),
        node=np.arange(points),
        tags=np.array([0]),
        tag_sets=({"highway": "residential"},),
        name=np.array([0]),
        names=("",),
        names_en=("",),
        node_id=np.arange(points),
        node_lon=np.linspace(112.14, 112.15, points),
        node_lat=np.resize([32.04, 32.0401], points),
        kind=WaysKind.OSM,
    )
    network = build_network(bends, Profile.WALK).network
    build_grid(network)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(NotReady, match=r"can't be written \(File too large\)"):
            networks_store.write({Profile.WALK: network})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "streets").iterdir()) == []


def test_folder_that_can_not_be_made_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "streets").write_text("in the way")
    with (
        pytest.raises(NotReady, match=r"can't be written \(File exists\)"),
        NetworkStore(tmp_path / "streets").changing(),
    ):
        pass


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _turn_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "file", ["ebike/edge_time_ms.npy", "walk/plain.json", "walk-grid/segment.npy"]
)
@pytest.mark.parametrize("damage", [_cut, _turn_a_bit, Path.unlink])
def test_damaged_version_is_repaired_by_writing_it_again(
    networks_store: NetworkStore,
    networks: Mapping[Profile, Network],
    tmp_path: Path,
    damage: Callable[[Path], None],
    file: str,
) -> None:
    version = networks_store.write(networks)
    path = tmp_path / "streets" / version / file
    whole = path.read_bytes()
    damage(path)
    assert networks_store.write(networks) == version
    assert path.read_bytes() == whole
    assert [found.name for found in (tmp_path / "streets").iterdir()] == [version]


def test_repair_leaves_mapped_streets_as_they_are(
    networks_store: NetworkStore, networks: Mapping[Profile, Network], tmp_path: Path
) -> None:
    version = networks_store.write(networks)
    opened = networks_store.open(version, Profile.WALK)
    _cut(tmp_path / "streets" / version / "ebike" / "node_lon.npy")
    networks_store.write(networks)
    np.testing.assert_array_equal(opened.node_lon, networks[Profile.WALK].node_lon)
    repaired = networks_store.open(version, Profile.EBIKE)
    np.testing.assert_array_equal(repaired.node_lon, networks[Profile.EBIKE].node_lon)


def test_whole_version_is_not_written_anew(
    networks_store: NetworkStore, networks: Mapping[Profile, Network], tmp_path: Path
) -> None:
    path = tmp_path / "streets" / networks_store.write(networks)
    before = path.stat().st_ino
    networks_store.write(networks)
    assert path.stat().st_ino == before


def test_other_versions_and_drafts_are_removed_and_nothing_else(
    networks_store: NetworkStore, networks: Mapping[Profile, Network], tmp_path: Path
) -> None:
    folder = tmp_path / "streets"
    old, kept = networks_store.write(_networks(name="人民路")), networks_store.write(networks)
    opened = networks_store.open(old, Profile.WALK)
    (folder / f".draft-{'0' * 32}" / "walk").mkdir(parents=True)
    (folder / "somebody's notes").mkdir()
    networks_store.remove_others({kept})
    assert {path.name for path in folder.iterdir()} == {kept, "somebody's notes"}
    np.testing.assert_array_equal(opened.node_lon, networks[Profile.WALK].node_lon)
    with pytest.raises(NotReady, match="Load the streets again"):
        networks_store.open(old, Profile.WALK)


def test_change_starts_by_making_room(networks_store: NetworkStore, tmp_path: Path) -> None:
    draft = tmp_path / "streets" / f".draft-{'0' * 32}"
    (draft / "walk").mkdir(parents=True)
    with networks_store.changing():
        assert not draft.exists()


def test_only_one_changes_the_folder_at_a_time(
    networks_store: NetworkStore, tmp_path: Path
) -> None:
    def is_free() -> bool:
        with (tmp_path / "streets" / ".lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    with networks_store.changing():
        assert not is_free()
    assert is_free()


def test_version_that_is_not_there_is_not_ready(networks_store: NetworkStore) -> None:
    with pytest.raises(NotReady, match="Load the streets again"):
        networks_store.open("none", Profile.WALK)


@pytest.mark.parametrize("damaged", ["node_lon.npy", "plain.json"])
def test_damaged_version_is_not_ready(
    networks_store: NetworkStore,
    networks: Mapping[Profile, Network],
    tmp_path: Path,
    damaged: str,
) -> None:
    version = networks_store.write(networks)
    path = tmp_path / "streets" / version / "walk" / damaged
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(NotReady, match=f"version {version} can't be opened"):
        networks_store.open(version, Profile.WALK)
    with pytest.raises(NotReady):
        networks_store.open_grid(version, Profile.WALK)

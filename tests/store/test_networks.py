"""Compiled streets come back from disk as they were written, whole or not at all."""

from collections.abc import Mapping
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

    monkeypatch.setattr("geo_service.store.networks.os.fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        networks_store.write(networks)
    assert list((tmp_path / "streets").iterdir()) == []


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

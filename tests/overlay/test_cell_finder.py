"""Cells found by what is remembered are those that H3 says."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.overlay import cell_finder
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cells import cell_boundary, cell_names, cell_of

PLACES = [(112.14, 32.04), (-8.6, 41.1), (179.999, 10.0), (-180.0, -17.0), (20.0, 70.0)]
PLACES += [(30.0, 84.0), (-100.0, 89.99), (10.0, -90.0), (0.0, 0.0), (-60.0, -33.0)]
# Where cells lie over an edge of the icosahedron, and round one of its pentagons.
PLACES += [(11.4, 4.7), (10.536, 64.7), (-58.5, 40.2)]


def scattered(
    place: tuple[float, float], degrees: float, count: int
) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(abs(round(place[0] * 1000)))
    lon = place[0] + random.uniform(-degrees, degrees, count)
    lat = place[1] + random.uniform(-degrees, degrees, count)
    return (lon + 180.0) % 360.0 - 180.0, np.clip(lat, -90.0, 90.0)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("resolution", "degrees"), [(10, 0.02), (7, 0.5), (3, 20.0), (0, 60.0)])
def test_cells_are_those_of_h3_all_over_the_earth(
    place: tuple[float, float], resolution: int, degrees: float
) -> None:
    lon, lat = scattered(place, degrees, 1500)
    finder = CellFinder(resolution)
    for half in (slice(None, 750), slice(750, None), slice(None)):
        found = finder.find(lon[half], lat[half])
        assert found.tolist() == cell_of(lon[half], lat[half], resolution).tolist()


def test_a_finder_goes_to_other_processes_without_what_it_learnt() -> None:
    finder, (lon, lat) = CellFinder(9), scattered(PLACES[0], 0.02, 200)
    new = pickle.dumps(finder)
    found = finder.find(lon, lat)
    assert pickle.dumps(finder) == new
    assert pickle.loads(new).find(lon, lat).tolist() == found.tolist()  # noqa: S301 - packed here


@settings(max_examples=40, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    resolution=st.integers(4, 12),
    share=st.floats(0, 1),
    off_mm=st.integers(-30, 30),
)
def test_positions_on_a_border_are_those_of_h3(
    place: tuple[float, float], resolution: int, share: float, off_mm: int
) -> None:
    cell = cell_of(np.array([place[0]]), np.array([place[1]]), resolution)
    ring = np.array(cell_boundary(cell_names(cell))[0])
    on_border = ring[:-1] + share * np.diff(ring, axis=0) + off_mm * 9e-9
    lon, lat = (on_border[:, 0] + 180.0) % 360.0 - 180.0, np.clip(on_border[:, 1], -90.0, 90.0)
    found = CellFinder(resolution).find(lon, lat)
    assert found.tolist() == cell_of(lon, lat, resolution).tolist()


def directions(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Unit vectors on the sphere, as H3 sees positions."""
    east, north = np.radians(lon), np.radians(lat)
    level = np.cos(north)
    return np.column_stack((level * np.cos(east), level * np.sin(east), np.sin(north)))


@settings(max_examples=200, deadline=None)
@given(
    place=st.tuples(st.floats(-180, 180), st.one_of(st.floats(-82, 82), st.floats(79, 89.99))),
    resolution=st.integers(3, 11),
    along=st.floats(0, 1),
    share=st.floats(-0.5, 1.5),
)
def test_positions_between_a_border_and_the_straight_line_in_degrees_are_those_of_h3(
    place: tuple[float, float], resolution: int, along: float, share: float
) -> None:
    cell = cell_of(np.array([place[0]]), np.array([place[1]]), resolution)
    ring = np.array(cell_boundary(cell_names(cell))[0])
    straight = ring[:-1] + along * np.diff(ring, axis=0)
    corners = directions(ring[:, 0], ring[:, 1])
    x, y, z = (corners[:-1] + along * np.diff(corners, axis=0)).T
    bent = np.degrees(np.column_stack((np.arctan2(y, x), np.arctan2(z, np.hypot(x, y)))))
    bent[:, 0] = straight[:, 0] + (bent[:, 0] - straight[:, 0] + 180.0) % 360.0 - 180.0
    lon, lat = (straight + share * (bent - straight)).T
    lon, lat = (lon + 180.0) % 360.0 - 180.0, np.clip(lat, -90.0, 90.0)
    finder = CellFinder(resolution)
    for _ in range(2):
        found = finder.find(lon, lat)
        assert found.tolist() == cell_of(lon, lat, resolution).tolist()


def test_h3_is_asked_for_what_is_new_and_hardly_ever_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def counted(lon: np.ndarray, lat: np.ndarray, resolution: int) -> np.ndarray:
        asked.append(len(lon))
        return cell_of(lon, lat, resolution)

    monkeypatch.setattr(cell_finder, "cell_of", counted)
    lon, lat = scattered(PLACES[0], 0.002, 20_000)
    finder = CellFinder(10)
    finder.find(lon, lat)
    asked.clear()
    finder.find(lon, lat)
    assert sum(asked) < 100


def test_nothing_is_found_of_nothing() -> None:
    none = np.zeros(0)
    assert CellFinder(10).find(none, none).tolist() == []

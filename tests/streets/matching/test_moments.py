"""Where on a stretch of an edge a position is nearest: as shapely finds it, in metres."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north
from geo_service.streets.assemble import build_network
from geo_service.streets.matching.moments import _nearest_on_stretch
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import build_grid
from geo_service.streets.ways import Ways


@pytest.mark.parametrize("seed", range(6))
def test_the_nearest_place_between_two_marks_is_that_of_shapely(
    random_network: Callable[[int, Profile], Network], seed: int
) -> None:
    network = random_network(seed, Profile.EBIKE)
    grid = build_grid(network)
    chance = np.random.default_rng(seed)
    for edge in range(len(network.edge_length_mm)):
        first, last = int(network.edge_shape[edge]), int(network.edge_shape[edge + 1])
        marks = grid.shape_mm[first:last]
        for _ in range(3):
            at = int(chance.integers(first, last))
            lon = float(grid.shape_lon[at]) + chance.normal(0, 3e-4)
            lat = float(grid.shape_lat[at]) + chance.normal(0, 3e-4)
            low, high = np.sort(chance.integers(0, marks[-1] + 1, 2)).tolist()
            place, off_m = _nearest_on_stretch(first, last, low, high, grid, lon, lat)
            # In metres east and north of the position.
            scale = metres_per_degree_east(lat), metres_per_degree_north(lat)
            east = (grid.shape_lon[first:last] - lon + 540.0) % 360.0 - 180.0
            x = east * scale[0]
            y = (grid.shape_lat[first:last] - lat) * scale[1]
            between = marks[(marks > low) & (marks < high)].tolist()
            kept = [low, *between, high]
            line = shapely.LineString(
                np.column_stack([np.interp(kept, marks, x), np.interp(kept, marks, y)])
            )
            assert low <= place <= high
            assert off_m == pytest.approx(line.distance(shapely.Point(0, 0)), abs=0.005)
            there = np.hypot(np.interp(place, marks, x), np.interp(place, marks, y))
            assert there == pytest.approx(off_m, abs=0.005)


@pytest.mark.parametrize("apart", [0.0, 1e-9])
def test_a_point_that_a_street_has_twice_is_as_good_as_one(
    draw_ways: Callable[..., Ways], apart: float
) -> None:
    # A tenth of a millimetre apart, or none: no length that a part of could be taken.
    places = {1: (0.0, 0.0), 2: (0.0005, 0.0), 3: (0.0005 + apart, 0.0), 4: (0.001, 0.0)}
    ways = draw_ways(places, ([1, 2, 3, 4], {"highway": "residential"}))
    grid = build_grid(build_network(ways, Profile.WALK).network)
    middle_mm, whole_mm = grid.shape_mm[[1, 3]].tolist()
    assert grid.shape_mm.tolist() == [0, middle_mm, middle_mm, whole_mm]
    for low, high in ((0, whole_mm), (middle_mm, whole_mm), (0, middle_mm), (middle_mm, middle_mm)):
        place, off_m = _nearest_on_stretch(0, 4, low, high, grid, 0.0005, 0.0001)
        assert (place, off_m) == (middle_mm, pytest.approx(11.057, abs=0.001))

"""Each cell of the grid lists the segments that cross it."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import snap
from geo_service.streets.snap_grid import SnapGrid, build_grid
from geo_service.streets.ways import Ways

ROAD = {"highway": "residential"}
DrawWays = Callable[..., Ways]


def listed(grid: SnapGrid, column: int, row: int) -> set[int]:
    cell = row * grid.columns + column
    return set(grid.segment[grid.offsets[cell] : grid.offsets[cell + 1]].tolist())


@pytest.mark.parametrize("seed", range(8))
def test_cell_lists_the_segments_that_cross_it(
    random_network: Callable[[int, Profile], Network], seed: int
) -> None:
    network = random_network(seed, Profile.WALK)
    grid = build_grid(network)
    west_of = (network.shape_lon - grid.west + 180.0) % 360.0 - 180.0
    x, y = west_of / grid.cell_lon, (network.shape_lat - grid.south) / grid.cell_lat
    starts = np.flatnonzero(grid.shape_edge[1:] == grid.shape_edge[:-1])
    lines = shapely.linestrings([[(x[p], y[p]), (x[p + 1], y[p + 1])] for p in starts])
    for row in range(grid.rows):
        for column in range(grid.columns):
            inner = shapely.box(column + 1e-5, row + 1e-5, column + 1 - 1e-5, row + 1 - 1e-5)
            outer = shapely.box(column - 1e-5, row - 1e-5, column + 1 + 1e-5, row + 1 + 1e-5)
            here = listed(grid, column, row)
            assert set(starts[shapely.intersects(lines, inner)].tolist()) <= here
            assert here <= set(starts[shapely.intersects(lines, outer)].tolist())


def test_streets_spread_over_a_country_do_not_fill_the_memory(draw_ways: DrawWays) -> None:
    places = {1: (100.0, 20.0), 2: (100.001, 20.0), 3: (130.0, 50.0), 4: (130.001, 50.0)}
    network = build_network(
        draw_ways(places, ([1, 2], ROAD), ([2, 3], ROAD), ([3, 4], ROAD)), Profile.WALK
    ).network
    grid = build_grid(network)
    assert 10_000 < grid.columns * grid.rows <= 70_000
    snapped = snap(network, grid, np.array([130.0005]), np.array([50.0001]), 500.0)
    assert network.edge_id(int(snapped.edge[0])) == "102/3/4"


def test_cells_of_a_city_are_some_80_metres_wide(draw_ways: DrawWays) -> None:
    places = {1: (25.0, 70.0), 2: (25.02, 70.0), 3: (25.0, 70.01)}
    network = build_network(draw_ways(places, ([1, 2], ROAD), ([1, 3], ROAD)), Profile.WALK).network
    grid = build_grid(network)
    # 0.02 degrees east are 764 m there, 0.01 degrees north 1,116 m.
    assert (grid.columns, grid.rows) == (10, 14)


def test_one_point_high_network_has_one_row(draw_ways: DrawWays) -> None:
    network = build_network(
        draw_ways({1: (0.0, 0.0), 2: (0.001, 0.0)}, ([1, 2], ROAD)), Profile.WALK
    ).network
    assert build_grid(network).rows == 1


def test_edges_are_ranked_by_their_ids_as_text(draw_ways: DrawWays) -> None:
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.002, 0.0), 4: (0.003, 0.0)}
    ways = draw_ways(places, ([1, 2], ROAD), ([2, 3], ROAD), ([3, 4], ROAD), way_ids=(9, 10, 100))
    grid = build_grid(build_network(ways, Profile.WALK).network)
    assert grid.edge_rank.tolist() == [2, 0, 1]

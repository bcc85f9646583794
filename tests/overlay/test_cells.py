"""H3 cells as arrays and names."""

import h3
import numpy as np
import pytest
import shapely

from geo_service.overlay.cells import (
    cell_boundary,
    cell_centre,
    cell_names,
    cell_of,
    coarse_enough,
    disk_pairs,
    edge_metres,
    parents_of,
    resolution_of,
)


def test_positions_lie_in_the_cells_that_h3_names() -> None:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(-180, 180, 200), rng.uniform(-90, 90, 200)
    names = cell_names(cell_of(lon, lat, 9))
    assert names == tuple(h3.latlng_to_cell(y, x, 9) for x, y in zip(lon, lat, strict=True))


def test_a_position_lies_within_its_cells_border() -> None:
    lon, lat = np.array([112.15, -71.06]), np.array([32.04, 42.36])
    rings = cell_boundary(cell_names(cell_of(lon, lat, 10)))
    for ring, x, y in zip(rings, lon, lat, strict=True):
        assert ring[0] == ring[-1]
        assert shapely.LinearRing(ring).is_ccw
        assert shapely.Polygon(ring).contains(shapely.Point(x, y))


@pytest.mark.parametrize("lon", [179.99999, -179.99999])
def test_a_ring_over_the_180th_meridian_stays_in_one_piece(lon: float) -> None:
    (ring,) = cell_boundary(cell_names(cell_of(np.array([lon]), np.array([51.0]), 7)))
    assert max(x for x, _ in ring) - min(x for x, _ in ring) < 0.1
    assert max(abs(x) for x, _ in ring) > 180.0


def test_the_centre_of_a_cell_lies_in_it() -> None:
    cells = cell_of(np.array([112.15, 114.0]), np.array([32.04, 22.5]), 10)
    assert cell_of(*cell_centre(cell_names(cells)), 10).tolist() == cells.tolist()


def test_a_disk_holds_those_of_the_cells_that_share_a_border() -> None:
    middle = h3.latlng_to_cell(32.04, 112.15, 10)
    cells = sorted(h3.grid_disk(middle, 3))[::2]
    pairs = set(zip(*(part.tolist() for part in disk_pairs(cells)), strict=True))
    expected = {
        (row, member)
        for row, one in enumerate(cells)
        for member, other in enumerate(cells)
        if one == other or h3.are_neighbor_cells(one, other)
    }
    assert pairs == expected
    assert len(cells) < len(pairs) < 7 * len(cells)
    pentagon = next(iter(h3.get_pentagons(5)))
    row, _ = disk_pairs(sorted(h3.grid_disk(pentagon, 1)))
    assert np.bincount(row).max() == 6


def test_no_cells_are_empty_answers() -> None:
    none = np.zeros(0)
    assert cell_of(none, none, 9).tolist() == []
    assert cell_names(np.zeros(0, dtype=np.int64)) == ()
    assert cell_boundary([]) == []
    assert [part.tolist() for part in cell_centre([])] == [[], []]


def test_a_side_at_resolution_10_is_about_76_metres() -> None:
    assert edge_metres(10) == pytest.approx(75.9, abs=0.1)


def test_a_name_tells_its_resolution() -> None:
    at = np.array([112.15]), np.array([32.04])
    assert [resolution_of(cell_names(cell_of(*at, size))[0]) for size in (0, 10, 15)] == [0, 10, 15]


def test_parents_are_those_that_h3_names() -> None:
    rng = np.random.default_rng(2)
    cells = cell_of(rng.uniform(-180, 180, 50), rng.uniform(-90, 90, 50), 9)
    for resolution in (9, 8, 4, 0):
        found = cell_names(parents_of(cells, resolution))
        assert found == tuple(h3.cell_to_parent(one, resolution) for one in cell_names(cells))
    assert parents_of(cells[:0], 3).shape == (0,)


def test_many_cells_are_taken_together_until_they_are_few() -> None:
    one = h3.latlng_to_cell(32.04, 112.14, 10)
    cells = sorted(h3.grid_disk(one, 20))
    assert coarse_enough(cells, len(cells)) == 10
    for most in (len(cells) - 1, 200, 122):
        resolution = coarse_enough(cells, most)
        of = [
            len({h3.cell_to_parent(cell, size) for cell in cells})
            for size in (resolution + 1, resolution)
        ]
        assert of[0] > most >= of[1]

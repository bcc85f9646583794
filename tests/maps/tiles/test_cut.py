import numpy as np

from geo_service.maps.tiles.cut import Shape, box_of, offsets_of, whole_parts


def test_points_that_round_to_one_are_one_and_lines_without_length_go() -> None:
    x = np.array([0.2, 0.4, 5.0, 7.1, 7.2, 9.0, 9.0])
    y = np.array([0.0, 0.1, 0.0, 3.0, 3.1, 4.0, 6.4])
    part = np.array([0, 0, 0, 1, 1, 2, 2])
    whole_x, whole_y, counts, kept = whole_parts(Shape.LINE, x, y, part, 4)
    assert kept.tolist() == [True, False, True, False]
    assert counts.tolist() == [2, 2]
    assert list(zip(whole_x, whole_y, strict=True)) == [(0, 0), (5, 0), (9, 4), (9, 6)]


def test_rings_are_turned_to_run_with_the_sun_and_those_without_area_go() -> None:
    with_the_sun = [(0, 0), (10, 0), (10, 10), (0, 10)]
    rings = [with_the_sun, with_the_sun[::-1], [(0, 0), (5, 5), (10, 10)], [(1, 1), (1.2, 1)]]
    x, y = np.array([place for ring in rings for place in ring], dtype=np.float64).T
    part = np.repeat(np.arange(4), [len(ring) for ring in rings])
    whole_x, whole_y, counts, kept = whole_parts(Shape.POLYGON, x, y, part, 4)
    assert kept.tolist() == [True, True, False, False]
    assert counts.tolist() == [4, 4]
    places = list(zip(whole_x.tolist(), whole_y.tolist(), strict=True))
    assert places[:4] == with_the_sun
    assert places[4:] == with_the_sun


def test_nothing_is_cut_out_of_nothing() -> None:
    nowhere, nobody = np.array([]), np.array([], dtype=np.int64)
    for shape in (Shape.LINE, Shape.POLYGON):
        x, _, counts, kept = whole_parts(shape, nowhere, nowhere, nobody, 0)
        assert len(x) == len(counts) == len(kept) == 0
    assert box_of(nowhere, nowhere) is None
    assert offsets_of(nobody).tolist() == [0]
    assert box_of(np.array([0.5, 0.1]), np.array([0.2, 0.9])) == (0.1, 0.2, 0.5, 0.9)

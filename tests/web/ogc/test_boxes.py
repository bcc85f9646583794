import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.geometry.reference_systems import WGS84, reference_systems
from geo_service.web.ogc.boxes import read_box, shape_to_wgs84

SYSTEMS = {system.code: system for system in reference_systems(112.14, 32.04)}


def test_a_box_is_read_with_and_without_heights() -> None:
    assert read_box("112,32,113,33").box == (112, 32, 113, 33)
    assert read_box("112,32,-5,113,33,9e3").box == (112, 32, 113, 33)
    assert read_box("179,-10,-179,10").box == (179, -10, -179, 10)


@pytest.mark.parametrize("code", [4326, 4490])
def test_latitude_stands_first_where_the_authority_says_so(code: int) -> None:
    assert read_box("32,112,33,113", SYSTEMS[code]).box == (112, 32, 113, 33)
    assert read_box("32,112,1,33,113,2", SYSTEMS[code]).box == (112, 32, 113, 33)
    with pytest.raises(ValueError, match="order of axes"):
        read_box("112,32,113,33", SYSTEMS[code])


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,3,nan", "1,2,3,inf", "1,9,2,3", "200,0,201,1",
     "0,-91,1,1", "1,2,3,4,5,6,7", "0,0,1,1,", " 0,0,1,1"],
)  # fmt: skip
def test_anything_else_is_refused_with_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"It must .*\."):
        read_box(text)


def test_a_projected_box_must_not_be_turned_round_or_reach_nowhere() -> None:
    with pytest.raises(ValueError, match="least numbers"):
        read_box("2,0,1,1", SYSTEMS[3857])
    with pytest.raises(ValueError, match="beyond"):
        read_box("-1e99,-1e99,1e99,1e99", SYSTEMS[32649])


@settings(deadline=None)
@given(
    st.sampled_from([3857, 32649]), st.floats(111, 113), st.floats(31, 33),
    st.floats(0, 90_000), st.floats(0, 90_000), st.integers(0, 1000),
)  # fmt: skip
def test_a_projected_box_meets_what_lies_in_it_there(
    code: int, lon: float, lat: float, wide: float, high: float, seed: int
) -> None:
    system = SYSTEMS[code]
    x, y = (float(one[0]) for one in system.from_wgs84(np.array([lon]), np.array([lat])))
    asked = read_box(f"{x},{y},{x + wide},{y + high}", system)
    dice = np.random.default_rng(seed)
    points = shapely.points(dice.uniform(110, 115, 300), dice.uniform(30, 35, 300))
    there = system.from_wgs84(shapely.get_x(points), shapely.get_y(points))
    inside = (there[0] >= x) & (there[0] <= x + wide) & (there[1] >= y) & (there[1] <= y + high)
    assert asked.meets is not None
    assert asked.meets(points).tolist() == inside.tolist()
    west, south, east, north = asked.box
    assert shapely.intersects(points[inside], shapely.box(west, south, east, north)).all()


def test_a_shape_is_brought_back_to_longitude_and_latitude() -> None:
    shape = shapely.box(112, 32, 113, 33)
    assert shape_to_wgs84(shape, WGS84).equals(shape)
    swapped = shapely.box(32, 112, 33, 113)
    assert shape_to_wgs84(swapped, SYSTEMS[4326]).normalize().equals_exact(shape.normalize(), 1e-9)
    with pytest.raises(ValueError, match="beyond"):
        shape_to_wgs84(shapely.Point(1e99, 0), SYSTEMS[32649])

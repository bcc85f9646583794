import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from geo_service.geometry.metric import geodesic_of_two_m
from geo_service.maps.small_map import HEIGHT, SCALE, WIDTH, small_map
from geo_service.streets.network import Network

LON, LAT = 112.144, 32.044
"""A corner of the chequerboard, on its main roads."""


def circles(drawing: str, name: str) -> list[tuple[float, float]]:
    found = re.findall(rf'class="{name}" cx="(-?\d+)" cy="(-?\d+)"', drawing)
    return [(float(x), float(y)) for x, y in found]


def test_a_place_is_in_the_middle_of_its_streets(chequerboard: Network) -> None:
    drawing = small_map(chequerboard, LON, LAT, label="map")
    parts = {one.get("class") for one in ET.fromstring(drawing).iter()}  # noqa: S314 - our own
    assert {"main", "lane", "here", "scale"} <= parts
    # The footways are half a kilometre away.
    assert "path" not in parts
    assert circles(drawing, "here") == [(WIDTH / 2, HEIGHT / 2)]
    main = re.search(r'class="main" d="([^"]*)"', drawing)
    assert main is not None
    lines = [re.findall(r"-?\d+", line) for line in main[1].split("M")[1:]]
    # One runs through the middle from west to east, the other from south to north.
    assert sorted((min(map(int, line[1::2])) == HEIGHT / 2) for line in lines) == [False, True]
    assert sorted((min(map(int, line[::2])) == WIDTH / 2) for line in lines) == [False, True]
    assert "style" not in drawing


def test_what_is_far_from_all_streets_stands_alone(chequerboard: Network) -> None:
    for network, lon in ((chequerboard, LON + 1), (None, LON)):
        drawing = small_map(network, lon, LAT, label="map")
        assert drawing.count("<path") == 1
        assert circles(drawing, "here")


@given(
    lon=st.sampled_from([-180.0, -179.9995, 0.0, 112.144, 179.9999]),
    lat=st.floats(-80, 80),
    east=st.floats(-0.001, 0.001),
    north=st.floats(-0.001, 0.001),
)
def test_other_places_are_as_far_as_they_are(
    lon: float, lat: float, east: float, north: float
) -> None:
    other = (lon + east + 180) % 360 - 180, lat + north
    ((x, y),) = circles(small_map(None, lon, lat, label="map", near=[other]), "near")
    drawn = ((x - WIDTH / 2) ** 2 + (y - HEIGHT / 2) ** 2) ** 0.5 / SCALE
    assert abs(drawn - geodesic_of_two_m(lon, lat, *other)) < 1.5
    assert (x - WIDTH / 2) * east >= 0
    assert (y - HEIGHT / 2) * north <= 0

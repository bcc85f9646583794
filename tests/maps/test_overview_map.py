import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.geometry.metric import geodesic_of_two_m
from geo_service.maps.overview_map import HEIGHT, MARGIN, WIDTH, Numbered, overview_map
from geo_service.maps.small_map import SCALE
from geo_service.streets.network import Network

LON, LAT = 112.144, 32.044


def place(lon: float, lat: float, *, strong: bool = False) -> Numbered:
    return Numbered(lon, lat, "/desk/i-1?stage=filed&x=1", '<b> "standing" water', strong)


def marks(drawing: str) -> dict[int, tuple[float, float]]:
    """Return where each number stands."""
    found = re.findall(r'cx="(-?\d+)" cy="(-?\d+)" r="13"/><text[^>]*>(\d+)</text>', drawing)
    return {int(number): (float(x), float(y)) for x, y, number in found}


@given(
    lon=st.sampled_from([-180.0, -179.999, 0.0, 112.144, 179.999]),
    lat=st.floats(-70, 70),
    steps=st.lists(
        st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)), min_size=1, max_size=8
    ),
)
def test_all_places_are_seen_and_as_far_from_each_other_as_they_are(
    lon: float, lat: float, steps: list[tuple[float, float]]
) -> None:
    places = [((lon + east + 180) % 360 - 180, lat + north) for east, north in steps]
    at = marks(overview_map(None, [place(*one) for one in places], label="map"))
    assert sorted(at) == list(range(1, len(places) + 1))
    for x, y in at.values():
        assert MARGIN - 1 <= x <= WIDTH - MARGIN + 1
        assert MARGIN - 1 <= y <= HEIGHT - MARGIN + 1
    metres = [geodesic_of_two_m(*places[0], *one) for one in places]
    units = [float(np.hypot(at[1][0] - x, at[1][1] - y)) for _, (x, y) in sorted(at.items())]
    farthest = int(np.argmax(metres))
    if metres[farthest] < 10:
        return
    scale = units[farthest] / metres[farthest]
    assert scale <= SCALE * 1.05
    for far, drawn in zip(metres, units, strict=True):
        assert drawn == pytest.approx(far * scale, abs=2.5 + 0.01 * far * scale)


def test_the_first_lies_on_top_and_leads_to_its_case(chequerboard: Network) -> None:
    drawing = overview_map(
        chequerboard, [place(LON, LAT, strong=True), place(LON, LAT)], label="事项 <map>"
    )
    whole = ET.fromstring(drawing)  # noqa: S314 - our own
    links = [one for one in whole if one.tag == "a"]
    assert [one.get("aria-label", "").split()[0] for one in links] == ["2", "1"]
    assert links[1].get("href") == "/desk/i-1?stage=filed&x=1"
    assert links[1][0].get("class") == "place strong"
    assert links[0][0].get("class") == "place"
    assert whole.get("aria-label") == "事项 <map>"
    assert "<b>" not in drawing
    assert "style" not in drawing


def test_streets_fade_with_the_size_of_the_area(chequerboard: Network) -> None:
    def groups(*places: Numbered) -> set[str]:
        return set(re.findall(r'<path class="(\w+)"', overview_map(chequerboard, places, label="")))

    assert groups(place(LON, LAT)) >= {"lane", "main", "scale"}
    assert groups(place(LON, LAT), place(LON + 0.1, LAT)) == {"main", "scale"}

from urllib.parse import parse_qs, urlsplit

import pytest

from geo_service.domain.facility import Facility
from geo_service.export.navigate import amap_link
from geo_service.geometry.datum import Datum, convert


def asked(link: str) -> dict[str, str]:
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "uri.amap.com", "/navigation")
    return {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}


@pytest.mark.parametrize(("riding", "mode"), [(True, "ride"), (False, "walk")])
def test_link_leads_there_in_gcj02(riding: bool, mode: str) -> None:
    facility = Facility("a", "rest_station", 112.14, 32.04, name="骑手驿站 & 1#")
    words = asked(amap_link(facility, riding=riding))
    lon, lat, name = words["to"].split(",")
    there = convert(112.14, 32.04, source=Datum.WGS84, target=Datum.GCJ02)
    assert (float(lon), float(lat)) == pytest.approx([float(x) for x in there], abs=1e-6)
    assert abs(float(lon) - 112.14) > 0.003, "a position in WGS-84 would be 600 m off"
    assert (name, words["mode"], words["coordinate"]) == ("骑手驿站 & 1#", mode, "gaode")


def test_comma_of_a_name_does_not_part_the_position_and_a_place_may_have_none() -> None:
    named = Facility("a", "rest_station", 112.14, 32.04, name="Mall, gate 2")
    assert asked(amap_link(named, riding=True))["to"].count(",") == 2
    unnamed = Facility("f-1,2", "rest_station", 112.14, 32.04)
    assert asked(amap_link(unnamed, riding=True))["to"].count(",") == 1
    english = Facility("a", "rest_station", 112.14, 32.04, name_en="Mall")
    assert asked(amap_link(english, riding=True))["to"].endswith(",Mall")

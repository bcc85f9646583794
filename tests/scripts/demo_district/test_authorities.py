from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from geo_service.domain.area import Level

ROUNDED_M = 0.5
"""Borders drawn along the same street differ by rounding only."""


@pytest.fixture(scope="module")
def records(layer: Callable[[str], Any]) -> Any:  # noqa: ANN401 - geopandas ships no types
    return layer("areas").set_index("id")


@pytest.fixture(scope="module")
def bodies(read_demo: Callable[[str], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found = [feature["properties"] for feature in read_demo("areas")["features"]]
    return {body["id"]: body for body in found if body["record"] == "body"}


def test_bodies_of_all_five_levels_are_there(bodies: dict[str, dict[str, Any]]) -> None:
    counts = Counter(body["level"] for body in bodies.values())
    assert set(counts) == {str(level) for level in Level}
    assert counts["street_committee"] == 1
    assert counts["business_district_committee"] == 1
    assert counts["community"] == 4
    assert counts["company_branch"] == 2
    assert counts["volunteer_body"] == 2


def test_each_body_but_the_top_has_a_parent_of_a_higher_level(
    bodies: dict[str, dict[str, Any]],
) -> None:
    order = list(Level)
    tops = [body for body in bodies.values() if not body["parent_id"]]
    assert [body["level"] for body in tops] == ["street_committee"]
    for body in bodies.values():
        if body["parent_id"]:
            parent = bodies[body["parent_id"]]
            assert order.index(parent["level"]) < order.index(body["level"])


def test_the_top_answers_for_all_categories_and_the_others_for_some(
    bodies: dict[str, dict[str, Any]],
) -> None:
    assert {body["level"] for body in bodies.values() if not body["categories"]} == {
        "street_committee"
    }
    for category in ("standing_water", "food_hygiene", "blocked_lane"):
        assert 1 < sum(category in body["categories"].split(";") for body in bodies.values()) < 9


def test_each_area_has_a_body_and_each_body_an_area(
    records: Any,  # noqa: ANN401 - as above
    bodies: dict[str, dict[str, Any]],
) -> None:
    areas = records[records["record"] == "area"]
    assert sorted(areas["body_id"]) == sorted(bodies)
    assert areas.geometry.is_valid.all()
    assert records[records["record"] == "body"].geometry.isna().all()


def test_street_holds_district_holds_communities(records: Any) -> None:  # noqa: ANN401 - as above
    shape = records.geometry
    assert shape["area-street"].contains(shape["area-district"])
    district = shape["area-district"]
    communities = [shape[f"area-{name}"] for name in ("hetang", "shuyuan", "liulin", "dukou")]
    assert all(district.buffer(ROUNDED_M).contains(community) for community in communities)
    assert sum(part.area for part in communities) == pytest.approx(district.area, rel=1e-3)
    for name in ("mall", "market", "park"):
        assert shape["area-dukou"].buffer(ROUNDED_M).contains(shape[f"area-{name}"])


def test_most_issues_and_all_places_lie_in_the_district(
    layer: Callable[[str], Any],
    records: Any,  # noqa: ANN401 - as above
) -> None:
    district = records.geometry["area-district"]
    assert layer("facilities").within(district).all()
    outside = layer("issues")[~layer("issues").within(district)]
    assert 1 <= len(outside) <= 6, "some on the promenade, which the street office answers for"
    assert outside.within(records.geometry["area-street"]).all()


def test_rings_run_anticlockwise(read_demo: Callable[[str], dict[str, Any]]) -> None:
    for feature in read_demo("areas")["features"]:
        if feature["geometry"]:
            ring = feature["geometry"]["coordinates"][0]
            assert ring[0] == ring[-1]
            assert shapely.LinearRing(ring).is_ccw

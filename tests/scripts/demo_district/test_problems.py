from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from geo_service.domain.facility import SLUG

CATEGORIES = {
    "standing_water",
    "food_hygiene",
    "blocked_lane",
    "broken_light",
    "damaged_road",
    "illegal_parking",
    "littering",
    "missing_manhole_cover",
}
TRACES_FROM = datetime(2026, 9, 27, 16, tzinfo=UTC)
TRACES_UNTIL = datetime(2026, 11, 1, 16, tzinfo=UTC)
RADIUS_M = 25.0


@pytest.fixture(scope="module")
def issues(read_demo: Callable[[str], dict[str, Any]]) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in read_demo("issues")["features"]]


@pytest.fixture(scope="module")
def trips_near(layer: Callable[[str], Any]) -> dict[str, int]:
    """Count for each issue the trips whose line comes near, whenever that was."""
    trips, found = layer("traces"), layer("issues")
    return {
        issue_id: int((trips.distance(spot) <= RADIUS_M).sum())
        for issue_id, spot in zip(found["id"], found.geometry, strict=True)
    }


def test_there_are_sixty_of_which_eighteen_are_closed(issues: list[dict[str, Any]]) -> None:
    assert len({issue["id"] for issue in issues}) == 60
    assert sum(issue["closed_at"] is not None for issue in issues) == 18


def test_every_category_occurs_more_than_once(issues: list[dict[str, Any]]) -> None:
    counts = Counter(issue["category"] for issue in issues)
    assert set(counts) == CATEGORIES
    assert min(counts.values()) >= 3
    assert all(SLUG.match(category) for category in counts)


def test_descriptions_are_short_and_chinese(issues: list[dict[str, Any]]) -> None:
    for issue in issues:
        assert 5 <= len(issue["description"]) <= 30
        assert "\u4e00" <= issue["description"][0] <= "\u9fff"


def test_most_are_approved(issues: list[dict[str, Any]]) -> None:
    assert sum(not issue["approved"] for issue in issues) == 6


def test_they_were_reported_before_and_during_the_five_weeks(
    issues: list[dict[str, Any]],
) -> None:
    reported = [datetime.fromisoformat(issue["reported_at"]) for issue in issues]
    assert reported == sorted(reported)
    before = [moment for moment in reported if moment < TRACES_FROM]
    assert 15 <= len(before) <= 30
    assert reported[-1] < TRACES_UNTIL


def test_none_was_closed_before_its_report_or_after_the_traces(
    issues: list[dict[str, Any]],
) -> None:
    closed = [issue for issue in issues if issue["closed_at"]]
    closings = [datetime.fromisoformat(issue["closed_at"]) for issue in closed]
    for issue, closing in zip(closed, closings, strict=True):
        assert datetime.fromisoformat(issue["reported_at"]) < closing < TRACES_UNTIL
    # Some closings fall among the trips, so that passes before and after differ.
    assert sum(closing > TRACES_FROM for closing in closings) >= 8


def test_they_lie_on_or_beside_streets(layer: Callable[[str], Any]) -> None:
    streets = layer("streets")
    for spot in layer("issues").geometry:
        assert streets.distance(spot).min() < 16.0


def test_they_are_denser_round_mall_and_market(layer: Callable[[str], Any]) -> None:
    areas = layer("areas").set_index("id").geometry
    core = areas["area-mall"].union(areas["area-market"]).buffer(60.0)
    inside = int(layer("issues").within(core).sum())
    assert inside / core.area > 2.0 * 60 / areas["area-district"].area


def test_routes_pass_most_blocked_lanes_and_puddles(
    issues: list[dict[str, Any]], trips_near: dict[str, int]
) -> None:
    for category in ("blocked_lane", "standing_water"):
        passed = [trips_near[issue["id"]] for issue in issues if issue["category"] == category]
        assert sum(count >= 10 for count in passed) >= len(passed) - 2
        assert min(passed) == 0, "and one where nobody passes"


def test_a_few_are_where_nobody_passes(trips_near: dict[str, int]) -> None:
    assert 4 <= sum(count == 0 for count in trips_near.values()) <= 12

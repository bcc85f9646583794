"""What a rider does in the first five minutes."""

from collections.abc import Callable

import pytest

HERE = (32.04, 112.14)


def test_rider_finds_the_charging_cabinet(demo: Callable) -> None:
    answer = demo("nearest", *HERE, "--kind", "charging_cabinet", "--json")
    assert answer.code == 0
    feature = answer.json["features"][0]
    found = feature["properties"]
    assert found["kind"] == "charging_cabinet"
    assert found["distance_m"] >= found["straight_m"] > 0
    assert found["duration_s"] > 0
    assert found["navigate"].startswith("https://uri.amap.com/navigation?to=112.1")
    assert feature["geometry"]["coordinates"][0] == pytest.approx(112.14, abs=0.02)


def test_rider_sees_facilities_in_order_of_time(demo: Callable) -> None:
    found = demo("nearest", *HERE, "--kind", "rest_station", "-k", 8, "--json").json["features"]
    times = [feature["properties"]["duration_s"] for feature in found]
    assert len(times) == 8
    assert times == sorted(times)
    assert [feature["properties"]["rank"] for feature in found] == list(range(1, 9))


def test_bikes_go_round_what_people_walk_through(demo: Callable) -> None:
    """Somewhere in the district the mall or a park path is the walker's short cut."""
    longer = 0
    for step in range(12):
        lat = 32.036 + step * 0.001
        words = (
            "nearest",
            lat,
            112.145,
            "--kind",
            "rest_station",
            "--by",
            "distance",
            "-k",
            1,
            "--json",
        )
        walked = demo(*words, "--profile", "walk").json["features"][0]["properties"]
        ridden = demo(*words, "--profile", "ebike").json["features"][0]["properties"]
        longer += ridden["distance_m"] > walked["distance_m"] + 5
    assert longer > 0


def test_only_what_is_open_then_is_offered(demo: Callable) -> None:
    """The city management's window serves on Wednesdays, the licences' on Thursdays."""
    words = ("nearest", *HERE, "--kind", "service_window", "-k", 5, "--json", "--open-at")
    wednesday = demo(*words, "2026-11-18T10:00+08:00").json["features"]
    thursday = demo(*words, "2026-11-19T10:00+08:00").json["features"]
    sunday = demo(*words, "2026-11-22T10:00+08:00")
    assert [len(wednesday), len(thursday), len(sunday.json["features"])] == [1, 1, 0]
    assert wednesday[0]["id"] != thursday[0]["id"]
    assert sunday.json["notes"] == ["No facility fits the filters at this time."]


def test_unknown_kind_is_answered_with_those_present(demo: Callable) -> None:
    answer = demo("nearest", *HERE, "--kind", "helipad")
    assert answer.code == 2
    assert "helipad" in answer.err
    assert "charging_cabinet" in answer.err


def test_position_far_from_streets_is_answered_in_a_straight_line(demo: Callable) -> None:
    answer = demo("nearest", 32.3, 112.5, "--kind", "charging_cabinet", "--json").json
    assert answer["by"] == "straight"
    assert "straight line" in answer["notes"][0]
    found = answer["features"][0]["properties"]
    assert found["distance_m"] == found["straight_m"]
    assert found["snapped_m"] is None


def test_negative_coordinates_need_no_marks(demo: Callable) -> None:
    answer = demo("nearest", -32.3, -112.5, "--kind", "charging_cabinet")
    assert answer.code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--k", "0"),
        ("-k", "0"),
        ("--by", "mood"),
        ("--open-at", "noon"),
        ("--open-at", "2026-01-01T10:00"),
    ],
)
def test_wrong_usage_ends_with_2(demo: Callable, words: tuple[str, ...]) -> None:
    assert demo("nearest", *HERE, *words).code == 2


@pytest.mark.parametrize(
    "place", [("nan", "112.14"), ("91", "112.14"), ("32.04", "inf"), ("32", "181")]
)
def test_position_that_is_nowhere_is_refused(demo: Callable, place: tuple[str, str]) -> None:
    answer = demo("nearest", *place)
    assert answer.code == 2
    assert "lat" in answer.err or "lon" in answer.err

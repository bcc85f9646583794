"""``GET /facilities/catchments``: open to everybody, tagged, and the same zipped or not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from geo_service.flows.change_facility import retire_facility
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

PATH = "/facilities/catchments"


def test_answer_is_a_feature_for_each_facility_and_one_of_the_holes(door: httpx.Client) -> None:
    answer = door.get(PATH, params={"kind": "charging_cabinet", "minutes": "1.5"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/geo+json"
    told = answer.json()
    assert [one["properties"]["facility_id"] for one in told["features"]] == [
        "cabinet-fresh",
        "cabinet-stale",
        None,
    ]
    assert [one["geometry"]["type"] for one in told["features"]] == ["MultiLineString"] * 3
    assert told["features"][-1]["properties"]["hole"] is True
    assert (told["by"], told["profile"], told["minutes"]) == ("time", "ebike", 1.5)
    assert (told["kinds"], told["facilities"]) == (["charging_cabinet"], 2)
    metres = sum(one["properties"]["length_m"] for one in told["features"])
    assert metres / 1000 == pytest.approx(told["street_km"], abs=0.01)
    assert 0 < told["within_share"] < 1
    assert told["farthest"]["minutes"] > 1.5


def test_nothing_is_said_of_traces(door: httpx.Client) -> None:
    assert "secret" not in door.get(PATH).text


def test_usual_question_is_all_kinds_in_ten_minutes(door: httpx.Client) -> None:
    told = door.get(PATH).json()
    assert told == door.get(PATH, params={"minutes": "10", "by": "time"}).json()
    assert told["facilities"] == 5
    by_distance = door.get(PATH, params={"by": "distance", "profile": "walk"}).json()
    assert (by_distance["metres"], by_distance["profile"]) == (1000.0, "walk")


def test_zipped_and_plain_are_the_same_under_tags_of_their_own(door: httpx.Client) -> None:
    zipped = door.get(PATH, headers={"Accept-Encoding": "gzip"})
    plain = door.get(PATH, headers={"Accept-Encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert zipped.content == plain.content, "the client has unzipped it"
    assert int(zipped.headers["content-length"]) < len(plain.content) / 3
    assert zipped.headers["etag"] != plain.headers["etag"]
    for answer in (zipped, plain):
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_who_holds_the_answer_is_not_sent_it_again(door: httpx.Client, encoding: str) -> None:
    first = door.get(PATH, headers={"Accept-Encoding": encoding})
    again = door.get(
        PATH, headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = door.get(
        PATH,
        params={"minutes": "2"},
        headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["etag"]},
    )
    assert other.status_code == 200


def test_head_says_how_long_it_would_be(door: httpx.Client) -> None:
    asked = door.head(PATH)
    assert asked.status_code == 200
    assert asked.headers["etag"] == door.get(PATH).headers["etag"]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "soon"}, "minutes"),
        ({"minutes": "99999"}, "minutes"),
        ({"by": "straight"}, "by"),
        ({"by": "distance", "minutes": "5"}, "metres"),
        ({"metres": "5"}, "minutes"),
        ({"kind": "helipad"}, "kind"),
        ({"profile": "car"}, "profile"),
        ({"k": "3"}, "k"),
    ],
)
def test_wrong_parameters_are_named(door: httpx.Client, words: dict[str, str], field: str) -> None:
    answer = door.get(PATH, params=words)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


def test_facility_that_goes_leaves_its_streets_to_others(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> None:
    words = {"kind": "charging_cabinet"}
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        before = client.get(PATH, params=words)
        with open_workspace(own_settings) as workspace:
            retire_facility(workspace, "cabinet-fresh")
        after = client.get(PATH, params=words)
    assert before.json()["facilities"] == 2
    assert after.json()["facilities"] == 1
    assert before.headers["etag"] != after.headers["etag"]


def test_one_facility_is_still_found_by_its_id(door: httpx.Client) -> None:
    assert door.get("/facilities/station").json()["id"] == "station"

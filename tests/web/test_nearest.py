import json
from datetime import timedelta
from itertools import pairwise

import httpx
import pytest
from pyproj import Geod

from geo_service.geometry.datum import Datum, convert
from geo_service.web.nearest import NearestParameters

HERE = {"lat": "32.0341", "lon": "112.1341"}
PATH = "/facilities/nearest"
GEOD = Geod(ellps="WGS84")


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {fault["field"]: fault["detail"] for fault in answer.json()["errors"]}


def test_nearest_come_first_with_all_that_the_contract_names(door: httpx.Client) -> None:
    answer = door.get(PATH, params={**HERE, "k": "5"})
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    found = [feature["properties"] for feature in body["features"]]
    assert [one["rank"] for one in found] == [1, 2, 3, 4, 5]
    times = [one["duration_s"] for one in found]
    assert times == sorted(times)
    assert set(found[0]) >= {
        "id",
        "kind",
        "name",
        "rank",
        "distance_m",
        "duration_s",
        "straight_m",
        "snapped_m",
        "open_now",
        "closes_at",
        "usable",
        "state_age_s",
        "amenities",
        "navigate",
    }
    assert found[0]["id"] == "cabinet-fresh"
    assert body["features"][0]["geometry"]["coordinates"] == [112.134, 32.034]
    assert found[0]["state_age_s"] == 181
    assert found[0]["navigate"].startswith("https://uri.amap.com/")


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_position_in_another_datum_means_the_same_place(door: httpx.Client, datum: str) -> None:
    lon, lat = convert(
        float(HERE["lon"]), float(HERE["lat"]), source=Datum.WGS84, target=Datum(datum)
    )
    here = door.get(PATH, params=HERE).json()["features"][0]["properties"]
    there = door.get(
        PATH, params={"lat": f"{float(lat):.8f}", "lon": f"{float(lon):.8f}", "datum": datum}
    ).json()["features"][0]["properties"]
    assert there["straight_m"] == pytest.approx(here["straight_m"], abs=0.2)
    undeclared = door.get(PATH, params={"lat": f"{float(lat):.8f}", "lon": f"{float(lon):.8f}"})
    assert undeclared.json()["features"][0]["properties"]["straight_m"] > 100


def test_kinds_may_be_several(door: httpx.Client) -> None:
    pairs = [*HERE.items(), ("kind", "rest_station"), ("kind", "service_window"), ("k", "9")]
    answer = door.get(PATH, params=pairs)
    assert set(ids(answer)) == {"station", "station-night", "window"}
    assert "3" in answer.json()["notes"][0]


def test_all_amenities_must_be_there(door: httpx.Client) -> None:
    both = [*HERE.items(), ("amenity", "drinking_water"), ("amenity", "microwave")]
    assert ids(door.get(PATH, params=both)) == ["station"]


def test_open_now_and_open_at(door: httpx.Client) -> None:
    station = {**HERE, "kind": "rest_station"}
    assert ids(door.get(PATH, params={**station, "open_at": "now"})) == ["station"]
    evening = {**station, "open_at": "2026-11-18T21:00:00+08:00"}
    assert set(ids(door.get(PATH, params=evening))) == {"station", "station-night"}
    night = {**station, "open_at": "2026-11-18T16:00:00Z"}
    assert ids(door.get(PATH, params=night)) == []


def test_usable_true_drops_what_is_not_known_and_false_keeps_it(door: httpx.Client) -> None:
    cabinets = {**HERE, "kind": "charging_cabinet"}
    assert ids(door.get(PATH, params={**cabinets, "usable": "true"})) == ["cabinet-fresh"]
    assert len(ids(door.get(PATH, params={**cabinets, "usable": "false"}))) == 2


def test_k_by_profile_and_limit(door: httpx.Client) -> None:
    assert len(ids(door.get(PATH, params={**HERE, "k": "1"}))) == 1
    straight = door.get(PATH, params={**HERE, "by": "straight"}).json()
    assert straight["by"] == "straight"
    walked = door.get(PATH, params={**HERE, "profile": "walk"}).json()["features"][0]
    ridden = door.get(PATH, params=HERE).json()["features"][0]
    assert walked["properties"]["duration_s"] > ridden["properties"]["duration_s"]
    assert "mode=walk" in walked["properties"]["navigate"]
    assert "mode=ride" in ridden["properties"]["navigate"]
    assert ids(door.get(PATH, params={**HERE, "max_distance_m": "50", "k": "5"})) == [
        "cabinet-fresh"
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lat", "nan"),
        ("lat", "NaN"),
        ("lat", "91"),
        ("lat", "-90.0001"),
        ("lat", "32,04"),
        ("lat", ""),
        ("lat", " 32"),
        ("lat", "0x20"),
        ("lat", "1_0"),
        ("lat", "true"),
        ("lat", "\uff13\uff12"),
        ("lon", "Infinity"),
        ("lon", "1e99"),
        ("lon", "180.5"),
        ("k", "0"),
        ("k", "51"),
        ("k", "2.0"),
        ("k", "false"),
        ("k", "-1"),
        ("by", "mood"),
        ("profile", "car"),
        ("datum", "nad27"),
        ("usable", "0"),
        ("usable", "1"),
        ("usable", "yes"),
        ("open_at", "noon"),
        ("open_at", "2026-11-18T21:00:00"),
        ("open_at", "9999-12-31T23:59:59-12:00"),
        ("max_distance_m", "0"),
        ("max_distance_m", "-5"),
        ("max_distance_m", "inf"),
        ("kind", "Rest Station"),
        ("kind", "<script>"),
        ("amenity", ""),
    ],
)
def test_wrong_value_is_refused_by_its_field_and_not_repeated(
    door: httpx.Client, name: str, text: str
) -> None:
    answer = door.get(PATH, params={**HERE, name: text})
    assert set(faults(answer)) == {name}
    assert answer.headers["content-type"] == "application/problem+json"
    if len(text) > 3:
        assert text not in answer.text


@pytest.mark.parametrize("text", ["-90", "90", "0", "32.", ".5", "3.2e1"])
def test_plain_numbers_are_taken(door: httpx.Client, text: str) -> None:
    assert door.get(PATH, params={**HERE, "lat": text}).status_code == 200


def test_all_faults_are_told_at_once(door: httpx.Client) -> None:
    answer = door.get(PATH, params=[("lat", "91"), ("lat", "92"), ("colour", "red"), ("k", "0")])
    told = faults(answer)
    assert told["lat"] == "It is given more than once."
    assert told["lon"] == "It is required."
    assert told["k"] == "It must be greater than or equal to 1."
    assert "max_distance_m" in told["colour"]
    assert "way" not in told["colour"].split()


def test_unknown_kind_names_those_present_and_not_what_was_asked(door: httpx.Client) -> None:
    answer = door.get(PATH, params={**HERE, "kind": "helipad"})
    assert set(faults(answer)) == {"kind"}
    assert "charging_cabinet, rest_station, service_window" in answer.json()["detail"]
    assert "helipad" not in answer.text
    assert answer.json()["type"] == "/problems/unknown-kind"


def test_too_many_kinds_are_refused(door: httpx.Client) -> None:
    pairs = [*HERE.items(), *(("kind", f"kind_{number}") for number in range(40))]
    assert set(faults(door.get(PATH, params=pairs))) == {"kind"}


def test_far_from_streets_the_answer_is_straight_and_says_so(door: httpx.Client) -> None:
    answer = door.get(PATH, params={"lat": "32.3", "lon": "112.5"}).json()
    assert answer["by"] == "straight"
    assert "straight line" in answer["notes"][0]


def test_openapi_describes_exactly_the_parameters_there_are(door: httpx.Client) -> None:
    described = door.get("/openapi.json").json()["paths"][PATH]["get"]["parameters"]
    assert [one["name"] for one in described] == list(NearestParameters.model_fields)
    assert [one["name"] for one in described if one["required"]] == ["lat", "lon"]
    schemas = {one["name"]: one["schema"] for one in described}
    assert schemas["lat"] == {
        "type": "number",
        "minimum": -90,
        "maximum": 90,
        "examples": [32.04],
    }
    assert schemas["k"] == {"type": "integer", "minimum": 1, "maximum": 50, "default": 3}
    assert schemas["by"]["enum"] == ["time", "distance", "straight"]
    assert schemas["kind"]["type"] == "array"
    assert schemas["max_distance_m"] == {
        "type": "number",
        "exclusiveMinimum": 0,
        "examples": [1500],
    }
    assert "$ref" not in json.dumps(described)
    assert all(one["description"] for one in described)


def test_state_is_told_as_old_as_it_is(door: httpx.Client) -> None:
    cabinets = door.get(PATH, params={**HERE, "kind": "charging_cabinet"}).json()["features"]
    states = {one["id"]: one["properties"] for one in cabinets}
    assert states["cabinet-fresh"]["usable"] == "yes"
    assert states["cabinet-stale"]["usable"] == "unknown"
    half_an_hour = timedelta(minutes=30, seconds=1).total_seconds()
    assert states["cabinet-stale"]["state_age_s"] == half_an_hour


def test_way_is_as_long_as_the_distance_and_told_in_the_language_asked_for(
    door: httpx.Client,
) -> None:
    told = {}
    for language in ("zh", "en"):
        asked = {**HERE, "k": "5", "way": "true", "lang": language, "by": "distance"}
        for feature in door.get(PATH, params=asked).json()["features"]:
            properties = feature["properties"]
            line = properties["way"]["coordinates"]
            metres = sum(GEOD.inv(*a, *b)[2] for a, b in pairwise(line))
            assert metres == pytest.approx(properties["distance_m"], abs=0.15), "rounded to 0.1"
            assert line[0] == [float(HERE["lon"]), float(HERE["lat"])]
            assert line[-1] == feature["geometry"]["coordinates"]
            steps = properties["steps"]
            assert sum(step["distance_m"] for step in steps) == pytest.approx(metres, abs=0.6)
            told[language] = steps[-1]["text"]
    assert "到达" in told["zh"]
    assert told["en"].isascii() or "Arrive" in told["en"]
    assert "way" not in door.get(PATH, params=HERE).json()["features"][0]["properties"]


def test_way_of_an_answer_in_a_straight_line_is_left_out(door: httpx.Client) -> None:
    far = door.get(PATH, params={"lat": "-33", "lon": "18", "way": "true"})
    (first, *_) = far.json()["features"]
    assert not {"way", "steps"} & first["properties"].keys()


def test_open_for_leaves_out_what_closes_too_soon(door: httpx.Client) -> None:
    open_now = ids(door.get(PATH, params={**HERE, "k": "50", "open_at": "now"}))
    a_week = ids(door.get(PATH, params={**HERE, "k": "50", "open_for": "10080"}))
    assert set(a_week) < set(open_now)
    assert faults(door.get(PATH, params={**HERE, "open_for": "10081"})).keys() == {"open_for"}

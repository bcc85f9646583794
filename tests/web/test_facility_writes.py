import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from geo_service.geometry.datum import Datum, convert
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.store.database import Database

Bearer = Callable[[str], dict[str, str]]
HERE = [112.1351, 32.0352]
PATH = "/facilities/new-one"
REPEATED = "nobody-would-write-this"
"""Stands in what is sent, and must not come back."""


@pytest.fixture
def own_door(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> Iterator[httpx.Client]:
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        yield client


def feature(place: object = HERE, **properties: object) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": {"kind": "water_point", **properties},
    }


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {fault["field"]: fault["detail"] for fault in answer.json()["errors"]}


def test_a_facility_is_added_changed_and_retired(own_door: httpx.Client, bearer: Bearer) -> None:
    staff = bearer("staff")
    added = own_door.put(PATH, json=feature(name="水站", amenities=["Hot water"]), headers=staff)
    assert added.status_code == 201, added.text
    assert added.headers["location"] == PATH
    assert added.headers["content-type"] == "application/geo+json"
    assert added.headers["cache-control"] == "no-store"
    assert added.json()["properties"]["name"] == "水站"
    assert added.json()["properties"]["amenities"] == ["hot_water"]
    assert own_door.get(PATH).json() == added.json()
    changed = own_door.put(PATH, json=feature(name="新"), headers=staff)
    assert changed.status_code == 200
    assert "location" not in changed.headers
    assert changed.json()["properties"]["name"] == "新"
    assert changed.json()["properties"]["amenities"] == []
    gone = own_door.delete(PATH, headers=staff)
    assert (gone.status_code, gone.content) == (204, b"")
    assert own_door.get(PATH).status_code == 404
    assert own_door.delete(PATH, headers=staff).status_code == 404


def test_the_next_question_knows_of_it(own_door: httpx.Client, bearer: Bearer) -> None:
    question = {"lat": "32.0352", "lon": "112.1351", "k": "1", "by": "straight"}
    before = own_door.get("/facilities/nearest", params=question).json()["features"]
    own_door.put(PATH, json=feature(), headers=bearer("staff"))
    with_it = own_door.get("/facilities/nearest", params=question).json()["features"]
    own_door.delete(PATH, headers=bearer("admin"))
    after = own_door.get("/facilities/nearest", params=question).json()["features"]
    assert [one["id"] for one in with_it] == ["new-one"]
    assert after == before != with_it


def test_it_is_on_disk_before_the_answer_leaves(
    own_door: httpx.Client, own_settings: Settings, bearer: Bearer
) -> None:
    file = own_settings.workspace / "geo_service.sqlite"
    with closing(Database(f"sqlite:///{file}")) as other:
        for number in range(5):
            own_door.put(PATH, json=feature(name=str(number)), headers=bearer("staff"))
            with other.reading() as connection:
                found = stored_facilities.find(connection, "new-one")
            assert found is not None
            assert found.name == str(number)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_only_staff_and_administrators_may(
    own_door: httpx.Client, bearer: Bearer, method: str
) -> None:
    statuses = {}
    for name in ("rider", "operator", "analyst", "expired", "revoked"):
        refused = own_door.request(method, "/facilities/station", json={}, headers=bearer(name))
        statuses[name] = refused.status_code
    assert statuses == {
        "rider": 403,
        "operator": 403,
        "analyst": 403,
        "expired": 401,
        "revoked": 401,
    }
    nobody = own_door.request(method, "/facilities/station", json={})
    assert nobody.status_code == 401
    assert nobody.headers["www-authenticate"].startswith("Bearer")
    assert own_door.get("/facilities/station").status_code == 200


def test_who_may_not_is_not_told_what_is_wrong(own_door: httpx.Client, bearer: Bearer) -> None:
    for wrong in (b"{", b"x" * 100_000):
        assert own_door.put(PATH, content=wrong).status_code == 401
        assert own_door.put(PATH, content=wrong, headers=bearer("rider")).status_code == 403


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_position_in_another_datum_is_the_same_place(
    own_door: httpx.Client, bearer: Bearer, datum: str
) -> None:
    lon, lat = convert(*HERE, source=Datum.WGS84, target=Datum(datum))
    answer = own_door.put(
        PATH,
        params={"datum": datum},
        json=feature([float(lon), float(lat), 70.5]),
        headers=bearer("staff"),
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["geometry"]["coordinates"] == pytest.approx(HERE, abs=1e-7)


def test_what_get_shows_may_be_put_back(own_door: httpx.Client, bearer: Bearer) -> None:
    path = "/facilities/cabinet-fresh"
    shown = own_door.get(path).json()
    answer = own_door.put(path, json=shown, headers=bearer("staff"))
    assert answer.status_code == 200, answer.text
    assert answer.json() == own_door.get(path).json() == shown


def test_a_feature_without_a_state_keeps_the_one_known(
    own_door: httpx.Client, bearer: Bearer, now: datetime
) -> None:
    path, staff = "/facilities/cabinet-fresh", bearer("staff")
    known = own_door.get(path).json()["properties"]["state"]
    for silent in ({}, {"state": None}, {"charged": None, "observed_at": ""}):
        answer = own_door.put(path, json=feature(**silent), headers=staff)
        assert answer.json()["properties"]["state"] == known
    older = {"observed_at": "2026-01-01T00:00:00Z", "charged": 9}
    for said in (older, {"state": older}):
        answer = own_door.put(path, json=feature(**said), headers=staff)
        assert answer.json()["properties"]["state"] == known
    newer = {"observed_at": now.timestamp(), "charged": 9}
    for said in (newer, {"state": {**newer, "charged": 8}}):
        answer = own_door.put(path, json=feature(**said), headers=staff)
        state = answer.json()["properties"]["state"]
        assert (state["charged"], state["observed_at"]) in {
            (9, "2026-11-18T02:00:00Z"),
            (8, "2026-11-18T02:00:00Z"),
        }
    assert state["charged"] == 8


def test_other_properties_are_kept(
    own_door: httpx.Client, own_settings: Settings, bearer: Bearer
) -> None:
    body = feature(voltage=60, navigate="https://elsewhere.example")
    own_door.put(PATH, json=body, headers=bearer("staff"))
    file = own_settings.workspace / "geo_service.sqlite"
    with closing(Database(f"sqlite:///{file}")) as other, other.reading() as connection:
        found = stored_facilities.find(connection, "new-one")
    assert found is not None
    assert found.more == {"voltage": "60"}


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"kind": "Water Point"}, {"kind"}),
    ({"kind": None}, {"kind"}),
    ({"kind": ["a", "b"]}, {"kind"}),
    ({"opening_hours": f"{REPEATED} 8-9"}, {"opening_hours"}),
    ({"services": ["swap", REPEATED]}, {"services"}),
    ({"name": REPEATED * 600}, {"name"}),
    ({"voltage": REPEATED * 600}, {"voltage"}),
    ({"id": REPEATED}, {"id"}),
    ({"facility_id": REPEATED}, {"id"}),
    ({"lon": 112.0, "lat": 32.0}, {"lon", "lat"}),
    ({"charged": 1}, {"observed_at"}),
    ({"state": {"free": 1}}, {"observed_at"}),
    ({"charged": -1, "observed_at": "2026-11-18T01:00:00Z"}, {"charged"}),
    ({"charged": 100_001, "observed_at": "2026-11-18T01:00:00Z"}, {"charged"}),
    ({"free": 1.5, "observed_at": "2026-11-18T01:00:00Z"}, {"free"}),
    ({"empty": 10**39, "observed_at": "2026-11-18T01:00:00Z"}, {"empty"}),
    ({"out_of_order": REPEATED, "observed_at": "2026-11-18T01:00:00Z"}, {"out_of_order"}),
    ({"charged": 1, "observed_at": "2026-11-18T03:00:00Z"}, {"observed_at"}),
    ({"charged": 1, "observed_at": "2026-11-18T01:00:00"}, {"observed_at"}),
    ({"charged": 1, "observed_at": REPEATED}, {"observed_at"}),
    ({"state": REPEATED}, {"state"}),
    ({"state": {"observed_at": 0, REPEATED[:9]: 1}}, {f"state.{REPEATED[:9]}"}),
    ({"state": {"observed_at": 0}, "observed_at": 0}, {"state"}),
    ({"kind": "A b", "services": "fly", "name": "fine"}, {"kind", "services"}),
]


def test_every_field_that_is_wrong_is_named_and_nothing_repeated(
    own_door: httpx.Client, bearer: Bearer
) -> None:
    for properties, named in WRONG:
        refused = own_door.put(PATH, json=feature(**properties), headers=bearer("staff"))
        assert faults(refused).keys() == named, properties
        assert REPEATED not in refused.text
        assert refused.json()["type"] == "/problems/refused-fields"
    assert own_door.get(PATH).status_code == 404


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [112.1]},
        {"type": "Point", "coordinates": ["112.1", "32.0"]},
        {"type": "Point", "coordinates": [True, False]},
        {"type": "Point", "coordinates": [[112.1, 32.0]]},
        {"type": "Point", "coordinates": {"lon": 112.1}},
        {"type": "Point", "coordinates": [32.0, 112.1]},
        {"type": "Point", "coordinates": [10**39, 32.0]},
        {"type": "Point", "coordinates": [113.13, 32.0]},
        {"type": "MultiPoint", "coordinates": [HERE]},
        {"type": "LineString", "coordinates": [HERE, HERE]},
        {"type": REPEATED, "coordinates": HERE},
        "POINT (112.1 32.0)",
        HERE,
    ],
)
def test_only_a_point_near_the_streets_is_a_place(
    door: httpx.Client, bearer: Bearer, geometry: object
) -> None:
    body = {**feature(), "geometry": geometry}
    refused = door.put(PATH, json=body, headers=bearer("staff"))
    named = faults(refused)
    assert named.keys() == {"geometry"}
    assert "Point" in named["geometry"]
    assert REPEATED not in refused.text


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, {"type", "properties", "geometry", "kind"}),
        ({**feature(), "type": "FeatureCollection"}, {"type"}),
        ({**feature(), "properties": None}, {"properties", "kind"}),
        ({**feature(), "properties": [1]}, {"properties", "kind"}),
        ({**feature(), "id": "another"}, {"id"}),
        ({**feature(), "id": 7}, {"id"}),
        ({**feature(), "crs": {"properties": {"name": "EPSG:3857"}}}, {"crs"}),
        (feature([32.0, 112.1], kind="A"), {"kind", "geometry"}),
    ],
)
def test_only_one_feature_of_this_id_is_taken(
    door: httpx.Client, bearer: Bearer, body: dict[str, Any], named: set[str]
) -> None:
    refused = door.put(PATH, json=body, headers=bearer("staff"))
    assert faults(refused).keys() == named


def test_an_id_that_the_feature_bears_is_the_same(own_door: httpx.Client, bearer: Bearer) -> None:
    for number, body in enumerate(
        ({**feature(), "id": 7}, feature(id="7"), feature(facility_id=7))
    ):
        answer = own_door.put("/facilities/7", json=body, headers=bearer("staff"))
        assert answer.status_code == (200 if number else 201), answer.text
        assert answer.json()["id"] == "7"


SLASHED = ["osm/node/123", "a b/ü站?#%/x", "state", "nearest/1", "x/nearest", "f-0;v=1,2:3@4"]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("name", SLASHED)
def test_ids_may_hold_slashes_written_plainly_or_not(
    own_door: httpx.Client, bearer: Bearer, name: str, *, whole: bool
) -> None:
    path = f"/facilities/{quote(name, safe='' if whole else '/')}"
    staff = bearer("staff")
    added = own_door.put(path, json=feature(), headers=staff)
    assert added.status_code == 201, added.text
    assert added.json()["id"] == name
    assert own_door.get(added.headers["location"]).json() == added.json()
    assert own_door.get(path).json() == added.json()
    told = own_door.put(f"{path}/state", json={"observed_at": 0, "free": 3}, headers=staff)
    assert told.status_code == 200, told.text
    assert own_door.get(path).json()["properties"]["state"]["free"] == 3
    assert own_door.delete(path, headers=staff).status_code == 204
    assert own_door.get(path).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "a/%2E/b",
        "a/%2E%2E",
        "%20a",
        "a%20",
        "a%00",
        "x" * 201,
        "%FF",
        "%ED%A0%80",
    ],
)
def test_ids_that_could_not_be_found_again_are_refused(
    door: httpx.Client, bearer: Bearer, name: str
) -> None:
    refused = door.put(f"/facilities/{name}", json=feature(), headers=bearer("staff"))
    assert faults(refused).keys() == {"id"}


@pytest.mark.parametrize("path", ["/facilities/a/state", "/facilities/osm/node/1%2Fstate"])
def test_no_id_can_end_as_the_path_of_states_does(
    door: httpx.Client, bearer: Bearer, path: str
) -> None:
    refused = door.put(path, json=feature(), headers=bearer("staff"))
    assert "no id can end in /state" in faults(refused)["id"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("name", ["nearest", "near%65st", "catchments"])
def test_the_path_of_a_question_stays_that(
    door: httpx.Client, bearer: Bearer, method: str, name: str
) -> None:
    path = f"/facilities/{name}"
    refused = door.request(method, path, json=feature(), headers=bearer("staff"))
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET"
    assert "no facility can have this id" in refused.json()["detail"]
    named = door.get(path, params={"x": "1"}).json()["errors"]
    assert "x" in {fault["field"] for fault in named}, "it reads parameters of its own"


def test_the_body_must_be_strict_json_of_its_type(door: httpx.Client, bearer: Bearer) -> None:
    staff = bearer("staff")
    whole = json.dumps(feature())
    for media_type, status in (("text/plain", 415), ("application/json", 400)):
        headers = {**staff, "Content-Type": media_type}
        refused = door.put(PATH, content=whole + REPEATED, headers=headers)
        assert refused.status_code == status
        assert REPEATED not in refused.text
    too_large = door.put(PATH, json=feature(name="x" * 70_000), headers=staff)
    assert too_large.status_code == 413
    assert door.get(PATH).status_code == 404


def test_geojsons_own_type_is_taken(own_door: httpx.Client, bearer: Bearer) -> None:
    headers = {**bearer("staff"), "Content-Type": "application/geo+json; charset=UTF-8"}
    answer = own_door.put(PATH, content=json.dumps(feature()), headers=headers)
    assert answer.status_code == 201


def test_a_key_for_repeating_may_be_sent(own_door: httpx.Client, bearer: Bearer) -> None:
    headers = {**bearer("staff"), "Idempotency-Key": "8e03978e"}
    bodies = [own_door.put(PATH, json=feature(), headers=headers).json() for _ in range(2)]
    assert bodies[0] == bodies[1]


def test_unknown_parameters_are_refused(door: httpx.Client, bearer: Bearer) -> None:
    staff = bearer("staff")
    refused = door.put(PATH, params={"kind": "x"}, json=feature(), headers=staff)
    assert faults(refused).keys() == {"kind"}
    wrong = door.put(PATH, params={"datum": "mars"}, json=feature(), headers=staff)
    assert faults(wrong).keys() == {"datum"}
    assert faults(door.delete(PATH, params={"datum": "bd09"}, headers=staff)).keys() == {"datum"}


def test_who_holds_what_has_changed_since_changes_nothing(
    own_door: httpx.Client, bearer: Bearer
) -> None:
    """Two look at one facility, and both want to change it: the second one looks again."""
    staff = bearer("staff")
    own_door.put(PATH, json=feature(name="first"), headers=staff)
    for encoding in ("identity", "gzip"):
        tag = own_door.get(PATH, headers={"Accept-Encoding": encoding}).headers["etag"]
        mine = own_door.put(
            PATH, json=feature(name=f"mine {encoding}"), headers={**staff, "If-Match": tag}
        )
        assert mine.status_code == 200
        for method in ("PUT", "DELETE"):
            late = own_door.request(
                method, PATH, json=feature(name="theirs"), headers={**staff, "If-Match": tag}
            )
            assert late.status_code == 412
            assert late.json()["type"] == "/problems/changed-since"
        assert own_door.get(PATH).json()["properties"]["name"] == f"mine {encoding}"
    tag = own_door.get(PATH).headers["etag"]
    gone = own_door.delete(PATH, headers={**staff, "If-Match": tag})
    assert gone.status_code == 204


def test_a_facility_may_be_added_only_if_there_is_none(
    own_door: httpx.Client, bearer: Bearer
) -> None:
    if_none, if_any = {"If-None-Match": "*"}, {"If-Match": "*"}
    staff = bearer("staff")
    assert own_door.put(PATH, json=feature(), headers={**staff, **if_any}).status_code == 412
    assert own_door.get(PATH).status_code == 404
    assert own_door.put(PATH, json=feature(), headers={**staff, **if_none}).status_code == 201
    assert own_door.put(PATH, json=feature(), headers={**staff, **if_none}).status_code == 412
    assert own_door.put(PATH, json=feature(), headers={**staff, **if_any}).status_code == 200

"""``POST /routes/issues``: what everybody may see along a planned route, and what is refused."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from pyproj import Geod

from geo_service.domain.issue import Issue
from geo_service.errors import RefusedFields
from geo_service.flows.wiring import open_workspace
from geo_service.geometry.datum import Datum, convert
from geo_service.settings import Settings
from geo_service.store import issues as stored_issues
from geo_service.web.app import make_app
from geo_service.web.routes import MOST_BYTES, read_line

Bearer = Callable[[str], dict[str, str]]
PATH = "/routes/issues"
GEOD = Geod(ellps="WGS84")
WAY = [[112.13, 32.038], [112.144, 32.038]]
"""Along the city's fifth street, past five issues, of which the fifth is private."""
PUBLIC = ["issue-1", "issue-2", "issue-3", "issue-4"]
SECRET = 112.137_131_719
"""A number of a body that must turn up nowhere."""


def line(coordinates: object = WAY, **members: object) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": coordinates, **members}


def feature(geometry: object, **members: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": None, "geometry": geometry, **members}


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["properties"]["issue_id"] for one in answer.json()["features"]]


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {fault["field"]: fault["detail"] for fault in answer.json()["errors"]}


def test_issues_are_points_in_riding_order_with_their_metres(door: httpx.Client) -> None:
    answer = door.post(PATH, json=line())
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told.keys() == {"type", "length_m", "notes", "features"}
    assert told["type"] == "FeatureCollection"
    assert told["length_m"] == pytest.approx(GEOD.inv(*WAY[0], *WAY[1])[2], abs=0.06)
    assert told["notes"] == []
    assert ids(answer) == PUBLIC
    for number, one in enumerate(told["features"], start=1):
        place = [round(112.13 + (number + 0.5) * 0.002, 6), 32.03805]
        assert one["geometry"] == {"type": "Point", "coordinates": place}
        along_m = GEOD.inv(*WAY[0], place[0], WAY[0][1])[2]
        assert one["properties"] == {
            "issue_id": f"issue-{number}",
            "category": "standing_water",
            "along_m": pytest.approx(along_m, abs=0.1),
            "off_m": pytest.approx(5.5, abs=0.06),
            "reported_at": "2026-09-20T00:00:00Z",
        }
    assert ids(door.post(PATH, json=line(WAY[::-1]))) == PUBLIC[::-1]


@pytest.mark.parametrize("key", ["rider", "staff", "analyst", "admin", "expired"])
def test_a_key_shows_no_more_than_everybody_sees(
    door: httpx.Client, bearer: Bearer, key: str
) -> None:
    answer = door.post(PATH, json=line(), headers=bearer(key))
    assert answer.content == door.post(PATH, json=line()).content
    for private in ("issue-5", "私密", "secret", "rider"):
        assert private not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        line([[lon, lat, 70.5] for lon, lat in WAY]),
        line([[*WAY[0], 1, 2], WAY[1]], bbox=[1, 2, 3, 4]),
        line([WAY[0], WAY[0], WAY[1], WAY[1]]),
        feature(line()),
        feature(line(), id=7, distance=5),
        {"type": "Feature", "geometry": line()},
    ],
)
def test_heights_stops_and_members_beside_change_nothing(
    door: httpx.Client, body: dict[str, Any]
) -> None:
    assert door.post(PATH, json=body).content == door.post(PATH, json=line()).content


def test_geojsons_own_type_is_taken(door: httpx.Client) -> None:
    headers = {"Content-Type": "application/geo+json; charset=utf-8"}
    assert ids(door.post(PATH, content=json.dumps(line()), headers=headers)) == PUBLIC


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_route_in_another_datum_is_the_same_way(door: httpx.Client, datum: str) -> None:
    moved = [
        [float(part) for part in convert(*place, source=Datum.WGS84, target=Datum(datum))]
        for place in WAY
    ]
    answer = door.post(PATH, params={"datum": datum}, json=line(moved))
    plain = door.post(PATH, json=line()).json()
    assert ids(answer) == PUBLIC
    for one, other in zip(answer.json()["features"], plain["features"], strict=True):
        assert one["geometry"] == other["geometry"]
        assert one["properties"]["along_m"] == pytest.approx(
            other["properties"]["along_m"], abs=0.11
        )
    assert ids(door.post(PATH, json=line(moved))) == []


def test_radius_may_be_asked_for(door: httpx.Client) -> None:
    assert ids(door.post(PATH, params={"radius_m": "5"}, json=line())) == []
    beside = line([[lon, lat + 0.001] for lon, lat in WAY])
    assert ids(door.post(PATH, json=beside)) == []
    assert ids(door.post(PATH, params={"radius_m": "200"}, json=beside)) == PUBLIC


def test_a_route_elsewhere_is_told_so(door: httpx.Client) -> None:
    told = door.post(PATH, json=line([[-8.6, 41.1], [-8.5, 41.2]])).json()
    assert told["features"] == []
    assert "75 km" in told["notes"][0]


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({}, "type", "LineString"),
        ({"type": "FeatureCollection", "features": []}, "type", "LineString"),
        ({"type": ["LineString"], "coordinates": WAY}, "type", "LineString"),
        ({"type": "MultiLineString", "coordinates": [WAY]}, "type", "several routes"),
        ({"type": "Point", "coordinates": WAY[0]}, "type", "LineString"),
        (feature({"type": "MultiLineString", "coordinates": [WAY]}), "type", "several routes"),
        (feature(feature(line())), "type", "LineString"),
        (feature(None), "geometry", "LineString"),
        ({"type": "Feature"}, "geometry", "LineString"),
        (feature([line()]), "geometry", "LineString"),
        (line(crs={"type": "name"}), "crs", "parameter datum"),
        ({"type": "LineString"}, "coordinates", "list of positions"),
        (line({}), "coordinates", "list of positions"),
        (line([]), "coordinates", "two positions"),
        (line(WAY[:1]), "coordinates", "two positions"),
        (line([WAY[0]] * 3), "coordinates", "leads nowhere"),
        (line(WAY[0]), "coordinates", "Position 1, counted from 1: It must be a list"),
        (line([*WAY, [SECRET]]), "coordinates", "Position 3"),
        (line([*WAY, None]), "coordinates", "Position 3"),
        (line([*WAY, ["112.1", "32"]]), "coordinates", "in numbers"),
        (line([*WAY, [112.1, True]]), "coordinates", "in numbers"),
        (line([*WAY, [112.1, 32.0, None]]), "coordinates", "in numbers"),
        (line([*WAY, [32.1, SECRET]]), "coordinates", "swapped"),
        (line([[SECRET, 32.0], [180.1, 32.0]]), "coordinates", "from -180 to 180"),
        (line([*WAY, [12_483_000, 3_767_000]]), "coordinates", "from -90 to 90"),
        (line([*WAY, [SECRET, -200]]), "coordinates", "from -90 to 90"),
        (line([*WAY, [10**39, 1]]), "coordinates", "from -180 to 180"),
        (line([[112, 32], [118, SECRET - 80]]), "coordinates", "longer than 500 km"),
        (line([[0, 0], [1, 0]] * 5001), "coordinates", "more than 10,000 positions"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(
    door: httpx.Client, body: dict[str, Any], field: str, said: str
) -> None:
    # Without blanks, or ten thousand positions would be too long a body.
    content = json.dumps(body, separators=(",", ":"))
    answer = door.post(PATH, content=content, headers={"Content-Type": "application/json"})
    told = faults(answer)
    assert told.keys() == {field}
    assert said in told[field]
    assert str(SECRET) not in answer.text


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"radius_m": "0"}, "radius_m"),
        ({"radius_m": "200.5"}, "radius_m"),
        ({"radius_m": "nan"}, "radius_m"),
        ({"datum": "mars"}, "datum"),
        ({"since": "2026-01-01"}, "since"),
    ],
)
def test_wrong_parameters_are_named(door: httpx.Client, words: dict[str, str], field: str) -> None:
    assert faults(door.post(PATH, params=words, json=line())).keys() == {field}


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (json.dumps(line()), "text/plain", 415),
        (json.dumps(line()), "application/gpx+xml", 415),
        (json.dumps(line())[:-1], "application/json", 400),
        (json.dumps([line()]), "application/geo+json", 400),
        (json.dumps(line([*WAY, [float("nan"), 1]])), "application/json", 400),
        ("", "application/json", 400),
        (json.dumps(line(note="x" * 2_000_000)), "application/json", 413),
    ],
)
def test_what_is_no_body_of_this_path_is_refused(
    door: httpx.Client, content: str, media_type: str, status: int
) -> None:
    answer = door.post(PATH, content=content, headers={"Content-Type": media_type})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_post_is_answered(door: httpx.Client, method: str) -> None:
    answer = door.request(method, PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_the_route_is_in_no_log(door: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert door.post(PATH, json=line([[SECRET, 32.038], WAY[1]])).status_code == 200
    assert door.post(PATH, json=line([[SECRET, 32.038]])).status_code == 422
    assert str(SECRET) not in caplog.text


@pytest.fixture
def changing(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> Iterator[tuple[httpx.Client, list[datetime], Settings]]:
    clock = [now]
    with serve_city(own_settings, lambda: clock[0]) as client:
        yield client, clock, own_settings


def test_what_is_closed_or_opened_meanwhile_is_known_at_once(
    changing: tuple[httpx.Client, list[datetime], Settings], now: datetime
) -> None:
    client, clock, settings = changing
    assert ids(client.post(PATH, json=line())) == PUBLIC
    later = now + timedelta(hours=1)
    changed = [
        Issue("issue-2", "standing_water", 112.135, 32.03805, now, closed_at=later),
        Issue("issue-5", "standing_water", 112.141, 32.03805, now),
    ]
    with open_workspace(settings) as workspace, workspace.database.writing() as connection:
        stored_issues.write(connection, changed)
    assert ids(client.post(PATH, json=line())) == [*PUBLIC, "issue-5"]
    clock[0] = later
    assert ids(client.post(PATH, json=line())) == ["issue-1", "issue-3", "issue-4", "issue-5"]


def test_it_is_described_with_all_its_answers_and_examples_that_are_taken(
    door: httpx.Client,
) -> None:
    described = door.get("/openapi.json").json()["paths"][PATH]
    assert described.keys() == {"post"}
    asked = described["post"]
    assert "security" not in asked
    assert asked["responses"].keys() == {"200", "400", "413", "415", "422", "503"}
    assert {one["name"] for one in asked["parameters"]} == {"radius_m", "datum"}
    assert asked["requestBody"]["required"] is True
    content = asked["requestBody"]["content"]
    assert content.keys() == {"application/json", "application/geo+json"}
    for media_type, one in content.items():
        for example in one["examples"].values():
            answer = door.post(
                PATH,
                content=json.dumps(example["value"]),
                headers={"Content-Type": media_type},
            )
            assert answer.status_code == 200, answer.text


def test_positions_are_read_in_their_order() -> None:
    lon, lat = read_line(feature(line([[1, 2, 3], [-4.5, 6e0]])))
    assert (lon.tolist(), lat.tolist()) == ([1.0, -4.5], [2.0, 6.0])


def test_a_route_of_ten_thousand_positions_with_all_their_digits_is_taken(
    door: httpx.Client,
) -> None:
    """So many are allowed, and each may have as many digits as programs write."""
    many = [[112.13 + n * 1.4e-6 + 1 / 3e9, 32.038000000001] for n in range(10_000)]
    assert len(json.dumps(line(many))) > 300_000
    assert ids(door.post(PATH, json=line(many))) == PUBLIC
    assert "coordinates" in faults(door.post(PATH, json=line([*many, WAY[1]])))
    longest = [112.14012345678901, 32.040123456789012, 123.45678]
    assert len(json.dumps(line([longest] * 10_000), separators=(",", ":"))) <= MOST_BYTES
    assert 11_000 * len(json.dumps(longest)) > MOST_BYTES


def test_of_too_many_positions_none_is_looked_at() -> None:
    with pytest.raises(RefusedFields) as refused:
        read_line(line([None] * 10_001))
    assert "more than 10,000 positions" in refused.value.faults["coordinates"]


def test_a_route_is_read_on_threads_of_its_own(own_settings: Settings) -> None:
    """While none is free others are answered, and a body is only taken apart in its turn."""

    async def run() -> None:
        app = make_app(open_workspace(own_settings))
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            threads = app.state.service.routes.threads
            others = [object() for _ in range(int(threads.total_tokens))]
            for other in others:
                threads.acquire_on_behalf_of_nowait(other)
            told = {"Content-Type": "application/json"}
            waiting = asyncio.create_task(client.post(PATH, content=b"no JSON", headers=told))
            while not app.state.service.routes.room.here:  # noqa: ASYNC110 - it knows of no event
                await asyncio.sleep(0.01)
            assert (await client.get("/releases")).status_code == 200
            assert not waiting.done()
            threads.release_on_behalf_of(others[0])
            assert (await asyncio.wait_for(waiting, 60)).status_code == 400

    asyncio.run(run())

import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

Bearer = Callable[[str], dict[str, str]]

HTML = {"Accept": "text/html"}
ITEMS = "/ogc/collections/{}/items".format


def walk(door: httpx.Client, address: str, **asked: object) -> list[dict[str, Any]]:
    """Follow the links from page to page; each says the same of the whole."""
    answer = door.get(address, params=asked)  # type: ignore[arg-type]
    found: list[dict[str, Any]] = []
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["features"]
        assert page["numberReturned"] == len(page["features"])
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            assert page["numberMatched"] == len(found)
            return found
        answer = door.get(following[0])


def ids(features: list[dict[str, Any]]) -> list[str]:
    return [feature["id"] for feature in features]


@pytest.mark.parametrize("name", ["facilities", "issues", "releases"])
@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_all_pages_together_are_the_collection(
    city_door: httpx.Client, name: str, limit: int
) -> None:
    everything = walk(city_door, ITEMS(name), limit=10_000)
    assert everything
    assert walk(city_door, ITEMS(name), limit=limit) == everything
    assert ids(everything) == sorted(ids(everything))
    assert len(set(ids(everything))) == len(everything)


def test_a_page_is_geojson_with_its_system_and_time(city_door: httpx.Client) -> None:
    answer = city_door.get(ITEMS("facilities"), params={"limit": 1})
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert answer.headers["vary"]
    page = answer.json()
    assert page["type"] == "FeatureCollection"
    assert page["timeStamp"].endswith("Z")
    assert {link["rel"] for link in page["links"]} == {"self", "alternate", "next", "collection"}


def test_what_is_asked_for_is_what_a_slow_search_finds(city_door: httpx.Client) -> None:
    everything = walk(city_door, ITEMS("issues"), limit=1000)
    dice = random.Random(4)  # noqa: S311 - no secret hangs on it
    for _ in range(40):
        one = dice.choice(everything)
        lon, lat = one["geometry"]["coordinates"]
        half = dice.choice([0.0, 0.003, 1.0])
        box = (lon - half, lat - half, lon + half, lat + half)
        category = one["properties"]["category"]
        found = walk(
            city_door, ITEMS("issues"), bbox=",".join(map(str, box)), category=category, limit=2
        )
        inside = [
            other
            for other in everything
            if box[0] <= other["geometry"]["coordinates"][0] <= box[2]
            and box[1] <= other["geometry"]["coordinates"][1] <= box[3]
            and other["properties"]["category"] == category
        ]
        assert found == inside


def test_a_filter_and_an_order_go_together(city_door: httpx.Client) -> None:
    everything = walk(city_door, ITEMS("facilities"), limit=1000)
    found = walk(
        city_door,
        ITEMS("facilities"),
        filter="kind <> 'charging_cabinet'",
        sortby="-kind,id",
        limit=2,
    )
    others = [one for one in everything if one["properties"]["kind"] != "charging_cabinet"]
    others.sort(key=lambda one: one["id"])
    others.sort(key=lambda one: one["properties"]["kind"], reverse=True)
    assert ids(found) == ids(others)
    as_json = {"op": "<>", "args": [{"property": "kind"}, "charging_cabinet"]}
    again = walk(
        city_door,
        ITEMS("facilities"),
        **{"filter": json.dumps(as_json), "filter-lang": "cql2-json"},
    )
    assert sorted(ids(again)) == sorted(ids(others))


def test_a_filter_s_places_may_be_in_another_system(city_door: httpx.Client) -> None:
    (one,) = city_door.get(ITEMS("facilities"), params={"limit": 1}).json()["features"]
    lon, lat = one["geometry"]["coordinates"]
    point = f"S_INTERSECTS(geometry, BBOX({lat - 1e-6},{lon - 1e-6},{lat + 1e-6},{lon + 1e-6}))"
    asked = {"filter": point, "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"}
    assert one["id"] in ids(walk(city_door, ITEMS("facilities"), **asked))


@pytest.mark.parametrize("text", ["colour = 'red'", "kind = ", "", "(" * 5000, "kind > 3"])
def test_a_wrong_filter_is_a_bad_request_that_says_why(city_door: httpx.Client, text: str) -> None:
    answer = city_door.get(ITEMS("facilities"), params={"filter": text})
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert fault["field"] == "filter"
    assert len(fault["detail"]) > 20


def test_only_some_properties_are_told(city_door: httpx.Client) -> None:
    for feature in walk(city_door, ITEMS("facilities"), properties="kind,name"):
        assert list(feature["properties"]) == ["kind", "name"]


@pytest.mark.parametrize("code", [4326, 4490, 3857, 32649])
def test_coordinates_come_in_the_system_that_is_asked_for(
    city_door: httpx.Client, code: int
) -> None:
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    answer = city_door.get(ITEMS("facilities"), params={"crs": uri, "limit": 1})
    assert answer.headers["content-crs"] == f"<{uri}>"
    first, second = answer.json()["features"][0]["geometry"]["coordinates"]
    box = f"{first - 1},{second - 1},{first + 1},{second + 1}"
    boxed = city_door.get(ITEMS("facilities"), params={"bbox": box, "bbox-crs": uri})
    assert answer.json()["features"][0]["id"] in ids(boxed.json()["features"])
    if code in {4326, 4490}:
        assert 31 < first < 33
    else:
        assert first > 1000


def test_one_feature_is_told_with_its_tag(city_door: httpx.Client) -> None:
    address = f"{ITEMS('facilities')}/station"
    answer = city_door.get(address)
    assert answer.headers["content-type"] == "application/geo+json"
    feature = answer.json()
    assert feature["id"] == "station"
    assert {link["rel"] for link in feature["links"]} == {"self", "alternate", "collection"}
    held = {"If-None-Match": answer.headers["etag"]}
    assert city_door.get(address, headers=held).status_code == 304
    assert city_door.get(f"{ITEMS('facilities')}/none").status_code == 404


def test_an_id_may_hold_slashes(city_door: httpx.Client) -> None:
    for feature in walk(city_door, ITEMS("facilities"), limit=1000):
        address = f"{ITEMS('facilities')}/{quote(feature['id'], safe='')}"
        told = city_door.get(address).json()
        assert told["id"] == feature["id"]
        assert told["properties"] == feature["properties"]


def test_unapproved_issues_are_for_analysts(city_door: httpx.Client, bearer: Bearer) -> None:
    public = ids(walk(city_door, ITEMS("issues"), limit=1000))
    assert "issue-5" not in public
    assert city_door.get(f"{ITEMS('issues')}/issue-5").status_code == 404
    answer = city_door.get(ITEMS("issues"), params={"limit": 1000}, headers=bearer("analyst"))
    assert "issue-5" in ids(answer.json()["features"])


@pytest.mark.parametrize("name", ["street_exposure", "cell_exposure"])
def test_exposure_is_for_analysts(city_door: httpx.Client, bearer: Bearer, name: str) -> None:
    for key in (None, "rider", "staff"):
        headers = bearer(key) if key else {}
        refused = city_door.get(ITEMS(name), headers=headers).status_code
        assert refused == (403 if key else 401)
    answer = city_door.get(ITEMS(name), headers=bearer("analyst"))
    assert answer.status_code == 200
    assert "trips" in answer.json()["features"][0]["properties"]


def test_pages_for_people_show_what_users_wrote_as_text(city_door: httpx.Client) -> None:
    for address in (ITEMS("facilities"), f"{ITEMS('facilities')}/station"):
        page = city_door.get(address, headers=HTML)
        assert page.headers["content-type"].startswith("text/html")
        assert "<b onclick" not in page.text
        assert "onclick" in page.text
        assert "unsafe-inline" not in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("facilities", "name"),
        ("issues", "category_name"),
        ("releases", ""),
        ("street_exposure", "name"),
        ("cell_exposure", ""),
    ],
)
def test_a_feature_s_page_is_headed_with_what_it_is_called(
    city_door: httpx.Client, bearer: Bearer, name: str, called: str
) -> None:
    address = f"/ogc/collections/{name}/items"
    (first,) = city_door.get(f"{address}?limit=1", headers=bearer("analyst")).json()["features"]
    page = city_door.get(f"{address}/{first['id']}?f=html", headers=bearer("analyst"))
    assert page.status_code == 200
    assert f"<h1>{first['properties'].get(called) or first['id']}</h1>" in page.text

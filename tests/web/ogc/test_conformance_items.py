"""Features of OGC API - Features Part 1 (17-069r4), each requirement asked of the served city.

Named as in ``test_conformance_core.py``.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

import httpx
import pytest

COLLECTIONS = ("facilities", "issues", "areas", "releases")
FIRST = "facilities"
COLLECTION = f"/ogc/collections/{FIRST}"
ITEMS = f"{COLLECTION}/items"
ISSUES = "/ogc/collections/issues/items"

Got = Callable[..., dict[str, Any]]


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def links(document: dict[str, Any], rel: str) -> list[dict[str, str]]:
    return [one for one in document["links"] if one["rel"] == rel]


def parameter(
    api: dict[str, Any], name: str, path: str = f"/collections/{FIRST}/items"
) -> dict[str, Any]:
    (found,) = [one for one in api["paths"][path]["get"]["parameters"] if one["name"] == name]
    return found


def pages(got: Got, address: str, **params: str) -> Iterator[dict[str, Any]]:
    page = got(address, **params)
    yield page
    while following := links(page, "next"):
        assert following[0]["type"] == "application/geo+json"
        page = got(following[0]["href"])
        yield page


def test_req_core_fc_op(got: Got) -> None:
    for name in COLLECTIONS:
        assert got(f"/ogc/collections/{name}/items")["type"] == "FeatureCollection"


def test_req_core_fc_limit_definition(api: dict[str, Any]) -> None:
    limit = parameter(api, "limit")
    assert (limit["in"], limit["required"], limit["style"]) == ("query", False, "form")
    assert limit["explode"] is False
    schema = limit["schema"]
    assert schema["type"] == "integer"
    assert schema["minimum"] <= schema["default"] <= schema["maximum"]


@pytest.mark.parametrize("limit", [1, 2, 5, 10_000, 10_001, 999_999_999])
def test_req_core_fc_limit_response_1(got: Got, api: dict[str, Any], limit: int) -> None:
    most = parameter(api, "limit")["schema"]["maximum"]
    page = got(ITEMS, limit=str(limit))
    assert len(page["features"]) <= min(limit, most)
    assert page["numberReturned"] == len(page["features"])


def test_req_core_fc_bbox_definition(api: dict[str, Any], got: Got) -> None:
    bbox = parameter(api, "bbox")
    assert (bbox["in"], bbox["required"]) == ("query", False)
    assert (bbox["style"], bbox["explode"]) == ("form", False)
    assert bbox["schema"]["type"] == "array"
    assert bbox["schema"]["items"] == {"type": "number"}
    assert [one["minItems"] for one in bbox["schema"]["oneOf"]] == [4, 6]
    flat = got(ITEMS, bbox="112.13,32.03,112.1345,32.0365")
    high = got(ITEMS, bbox="112.13,32.03,-10,112.1345,32.0365,8000")
    assert ids(flat) == ids(high) == ["cabinet-fresh"]


@pytest.mark.parametrize(
    "box", [(112.13, 32.03, 112.137, 32.037), (112.14, 32.0, 113, 33), (-180, -90, 180, 90)]
)
def test_req_core_fc_bbox_response(got: Got, box: tuple[float, ...]) -> None:
    west, south, east, north = box
    wanted = [
        feature["id"]
        for feature in got(ITEMS)["features"]
        if west <= feature["geometry"]["coordinates"][0] <= east
        and south <= feature["geometry"]["coordinates"][1] <= north
    ]
    assert ids(got(ITEMS, bbox=",".join(map(str, box)))) == wanted


def test_req_core_fc_bbox_response_across_the_180th_meridian(got: Got) -> None:
    assert ids(got(ITEMS, bbox="170,-20,-170,20")) == []
    assert len(ids(got(ITEMS, bbox="112,-20,-170,40"))) == 5


def test_req_core_fc_time_definition(api: dict[str, Any], got: Got) -> None:
    when = parameter(api, "datetime")
    assert (when["in"], when["required"], when["schema"]["type"]) == ("query", False, "string")
    assert (when["style"], when["explode"]) == ("form", False)
    first, last = "2026-01-01T00:00:00Z", "2026-12-01T08:30:00.5+08:00"
    for text in (first, f"{first}/{last}", f"../{last}", f"/{last}", f"{first}/..", f"{first}/"):
        assert got(ISSUES, datetime=text)["type"] == "FeatureCollection"


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("2026-09-20T00:00:00Z", True),
        ("2026-09-19T23:59:59Z", False),
        ("../2026-09-20T00:00:00Z", True),
        ("../2026-09-19T00:00:00Z", False),
        ("2026-10-01T00:00:00Z/..", True),
        ("2026-09-01T00:00:00Z/2026-09-19T00:00:00Z", False),
    ],
)
def test_req_core_fc_time_response(got: Got, text: str, *, some: bool) -> None:
    assert bool(ids(got(ISSUES, datetime=text))) is some
    # What is at no time is not left out.
    assert len(ids(got(ITEMS, datetime=text))) == 5


def test_req_core_fc_response(got: Got) -> None:
    """Each feature comes once, on whichever page."""
    for name in COLLECTIONS:
        found = [ids(page) for page in pages(got, f"/ogc/collections/{name}/items", limit="2")]
        together = list(chain(*found))
        assert all(found) or not together
        assert (
            len(set(together))
            == len(together)
            == got(f"/ogc/collections/{name}/items")["numberMatched"]
        )


def test_req_core_fc_links(got: Got, city_door: httpx.Client) -> None:
    page = got(ITEMS, limit="2", kind="rest_station")
    (here,) = links(page, "self")
    (html,) = links(page, "alternate")
    assert ids(got(here["href"])) == ids(page)
    answer = city_door.get(html["href"])
    assert answer.headers["content-type"].startswith(html["type"])


def test_req_core_fc_rel_type(got: Got) -> None:
    assert all(one["type"] for page in pages(got, ITEMS, limit="2") for one in page["links"])


def test_req_core_fc_timestamp(got: Got) -> None:
    assert datetime.fromisoformat(got(ITEMS)["timeStamp"]).tzinfo is not None


def test_req_core_fc_numbermatched(got: Got) -> None:
    for page in pages(got, ITEMS, limit="2", kind="charging_cabinet"):
        assert page["numberMatched"] == 2
    for page in pages(got, ITEMS, limit="2"):
        assert page["numberMatched"] == 5


def test_req_core_fc_numberreturned(got: Got) -> None:
    for page in pages(got, ITEMS, limit="2"):
        assert page["numberReturned"] == len(page["features"])


def test_req_core_f_op(got: Got) -> None:
    for name in COLLECTIONS:
        for one in ids(got(f"/ogc/collections/{name}/items")):
            assert got(f"/ogc/collections/{name}/items/{one}")["id"] == one


def test_req_core_f_success(got: Got, city_door: httpx.Client) -> None:
    (wanted,) = got(ITEMS, id="station")["features"]
    feature = got(f"{ITEMS}/station")
    assert {name: feature[name] for name in wanted} == wanted
    assert city_door.get(f"{ITEMS}/none").status_code == 404


def test_req_core_f_links(got: Got) -> None:
    feature = got(f"{ITEMS}/station")
    for rel in ("self", "alternate", "collection"):
        (one,) = links(feature, rel)
        assert one["type"]
    assert got(links(feature, "collection")[0]["href"])["id"] == "facilities"
    assert got(links(feature, "self")[0]["href"]) == feature

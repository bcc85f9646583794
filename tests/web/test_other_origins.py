"""Pages of other origins ask a really served city."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from geo_service.errors import WrongUsage
from geo_service.settings import Settings

OURS = "https://map.example.org"
PATHS = (
    "/facilities/nearest?lat=32.04&lon=112.14",
    "/ogc/collections/facilities/items",
    "/ogc/collections/facilities/items?f=html",
    "/gbfs",
    "/facilities/none",
    "/facilities/nearest?lat=x",
    "/tasks",
    "/no/such/path",
)


@pytest.fixture(scope="module")
def open_city(settings: Settings) -> Settings:
    return replace(settings, allowed_origins=f"{OURS},http://localhost:3000")


@pytest.fixture
def open_door(open_city: Settings, serve_city: Callable, now: datetime) -> Iterator[httpx.Client]:
    with serve_city(open_city, lambda: now) as client:
        yield client


def asked(answer: httpx.Response) -> dict[str, str]:
    begin = "access-control-"
    return {name: value for name, value in answer.headers.items() if name.startswith(begin)}


def test_by_itself_nobody_is_let_in(door: httpx.Client) -> None:
    for path in PATHS:
        assert asked(door.get(path, headers={"Origin": OURS})) == {}
    tried = {"Origin": OURS, "Access-Control-Request-Method": "GET"}
    assert asked(door.options("/gbfs", headers=tried)) == {}


def test_those_named_may_read_every_answer(open_door: httpx.Client) -> None:
    for path in PATHS:
        for warm in (False, True):
            answer = open_door.get(path, headers={"Origin": OURS})
            told = asked(answer)
            assert told["access-control-allow-origin"] == OURS, (path, warm)
            assert {"ETag", "Link", "Retry-After", "Location"} <= set(
                told["access-control-expose-headers"].split(", ")
            )
            assert "access-control-allow-credentials" not in told
            assert "Origin" in answer.headers["vary"]
            assert answer.headers["x-frame-options"] == "DENY"
    held = open_door.get("/gbfs", headers={"Origin": OURS})
    again = {"Origin": OURS, "If-None-Match": held.headers["etag"]}
    assert asked(open_door.get("/gbfs", headers=again))["access-control-allow-origin"] == OURS


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://map.example.org.evil.example",
        "http://map.example.org",
        "https://map.example.org:8443",
        "null",
        "",
    ],
)
def test_nobody_else_may(open_door: httpx.Client, origin: str) -> None:
    for path in PATHS:
        answer = open_door.get(path, headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers
        assert "Origin" in answer.headers["vary"]
    tried = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    refused = open_door.options("/gbfs", headers=tried)
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/problems/other-origin"
    assert "access-control-allow-origin" not in refused.headers


def test_browsers_that_ask_before_are_told(open_door: httpx.Client) -> None:
    tried = {
        "Origin": OURS,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization, content-type, if-match, idempotency-key",
    }
    let = open_door.options("/facilities/station", headers=tried)
    assert let.status_code == 200
    assert let.headers["access-control-allow-origin"] == OURS
    assert "PUT" in let.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in let.headers
    assert let.headers["x-content-type-options"] == "nosniff"
    for name, value in (("Method", "PATCH"), ("Headers", "x-marker-in-header")):
        refused = open_door.options(
            "/facilities/station", headers={**tried, f"Access-Control-Request-{name}": value}
        )
        assert refused.status_code == 400
        assert "marker" not in refused.text + str(refused.headers)


def test_all_may_if_it_is_said_and_never_with_cookies(
    settings: Settings, serve_city: Callable, now: datetime
) -> None:
    with serve_city(replace(settings, allowed_origins="*"), lambda: now) as door:
        told = asked(door.get("/gbfs", headers={"Origin": "null", "Cookie": "a=b"}))
        assert told["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in told


@pytest.mark.parametrize("text", ["map.example.org", "https://a/", "https://a,null", "https://*.a"])
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="ALLOWED_ORIGINS"):
        Settings.from_environ({"GEO_SERVICE_ALLOWED_ORIGINS": text})

import html
import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from geo_service.maps.page import LAYERS, PUBLIC_LAYERS
from geo_service.settings import Basemap, Settings

Bearer = Callable[[str], dict[str, str]]

PRIVATE = sorted(set(LAYERS) - set(PUBLIC_LAYERS))
HTML = {"Accept": "text/html"}


def cookie(door: httpx.Client, keys: dict[str, str], name: str = "analyst") -> dict[str, str]:
    return {"Cookie": f"geo_service_key_{door.base_url.port}={keys[name]}", **HTML}


def test_planner_shows_the_public_layers_without_a_key(
    door: httpx.Client, keys: dict[str, str]
) -> None:
    public = door.get("/planner", headers=HTML)
    assert public.status_code == 200
    assert public.text == door.get("/maps/public.html").text
    assert public.text == door.get("/maps/planner.html").text
    assert public.text == door.get("/planner", headers=cookie(door, keys, "rider")).text
    for words in ("经过未结问题热力", "Passes at open issues", "私密"):
        assert words not in _words(public.text)


@pytest.mark.parametrize("role", ["analyst", "admin"])
def test_planner_shows_all_layers_with_a_key(
    door: httpx.Client, bearer: Bearer, keys: dict[str, str], role: str
) -> None:
    page = door.get("/planner", headers=bearer(role)).text
    assert "Passes at open issues" in _words(page)
    assert door.get("/planner", headers=cookie(door, keys, role)).text == page


def test_key_leaves_the_address_at_once(door: httpx.Client, keys: dict[str, str]) -> None:
    moved = door.get("/planner", params={"key": keys["analyst"]})
    assert moved.status_code == 303
    assert moved.headers["location"] == "/planner"
    for role in ("rider", "staff"):
        door.cookies.clear()
        no_more = door.get("/planner", params={"key": keys[role]})
        assert no_more.headers["location"] == "/key?next=/planner"
        assert keys[role] in no_more.headers["set-cookie"]
    assert moved.headers["cache-control"] == "no-store"
    kept = moved.headers["set-cookie"].lower()
    assert kept.startswith(f"geo_service_key_{door.base_url.port}={keys['analyst'].lower()};")
    assert "httponly" in kept
    assert "samesite=strict" in kept
    assert "max-age=" in kept
    assert "secure" not in kept  # plain http on this port


@pytest.mark.parametrize("name", ["expired", "revoked"])
def test_key_that_has_ended_is_told_on_a_page(
    door: httpx.Client, keys: dict[str, str], name: str
) -> None:
    refused = door.get("/planner", params={"key": keys[name]}, headers=HTML)
    assert refused.status_code == 401
    assert refused.headers["content-type"].startswith("text/html")
    assert "No valid key" in refused.text
    assert "set-cookie" not in refused.headers
    assert keys[name] not in refused.text


def test_cookie_that_has_ended_is_taken_away(door: httpx.Client, keys: dict[str, str]) -> None:
    refused = door.get("/planner", headers=cookie(door, keys, "expired"))
    assert refused.status_code == 401
    assert f'geo_service_key_{door.base_url.port}="";' in refused.headers["set-cookie"]


def test_way_in_from_another_site_goes_once_round(door: httpx.Client, keys: dict[str, str]) -> None:
    """A browser keeps a strict cookie back on such a way in, even on the redirect after it."""
    arriving = {**HTML, "Sec-Fetch-Site": "cross-site"}
    page = door.get("/planner", headers=arriving)
    assert 'http-equiv="refresh" content="0; url=/planner"' in page.text
    assert "leaflet" not in page.text
    with_cookie = door.get("/planner", headers={**cookie(door, keys), **arriving})
    assert "leaflet" in with_cookie.text


@pytest.mark.parametrize("name", PRIVATE)
def test_layers_of_traces_need_an_analysts_key(
    door: httpx.Client, bearer: Bearer, keys: dict[str, str], name: str
) -> None:
    path = f"/maps/{name}.html"
    assert door.get(path).status_code == 401
    assert door.get(path, headers=bearer("staff")).status_code == 403
    assert door.get(path, headers=bearer("analyst")).status_code == 200
    assert door.get(path, headers=cookie(door, keys)).status_code == 200


@pytest.mark.parametrize("name", PUBLIC_LAYERS)
def test_public_layers_are_drawn_for_everybody(door: httpx.Client, name: str) -> None:
    assert door.get(f"/maps/{name}.html").status_code == 200


def test_issue_layer_tells_passes_only_to_analysts(door: httpx.Client, bearer: Bearer) -> None:
    public = door.get("/maps/issues.html").text
    assert "私密" not in _words(public)
    assert "积水" in _words(public)
    assert "私密" in _words(door.get("/maps/issues.html", headers=bearer("analyst")).text)


def test_unknown_map_names_those_there_are(door: httpx.Client) -> None:
    refused = door.get("/maps/weather.html")
    assert refused.status_code == 404
    assert "planner" in refused.json()["detail"]
    assert "weather" not in refused.text


def test_pages_allow_their_own_scripts_by_hash_only(door: httpx.Client, bearer: Bearer) -> None:
    answer = door.get("/planner", headers=bearer("analyst"))
    policy = answer.headers["content-security-policy"]
    scripts = re.search(r"script-src ([^;]+)", policy)
    assert scripts is not None
    assert "'sha256-" in scripts[1]
    assert "unsafe" not in scripts[1]
    assert "default-src 'none'" in policy
    for address in re.findall(r'(?:src|href)="([^"#]+)"', answer.text):
        assert address.startswith(("/assets/", "data:", "https://uri.amap.com/")), address
        if address.startswith("/assets/"):
            assert door.get(address).status_code == 200


def _words(page: str) -> str:
    """Read a page as a person does: neither entities nor script's escapes."""
    return html.unescape(re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), page))


def test_only_pages_with_a_map_may_show_tiles_and_only_of_the_base_map(
    settings: Settings, serve_city: Callable, door: httpx.Client, now: object
) -> None:
    pages = ("/", "/report", "/planner", "/maps/facilities.html")
    others = ("/key", "/docs", "/desk")
    hosts = [f"https://webrd0{n}.is.autonavi.com" for n in (1, 2, 3, 4)]
    with serve_city(replace(settings, basemap=Basemap.AMAP), lambda: now) as with_tiles:
        for path in (*pages, *others):
            own, theirs = (_pictures(one.get(path, headers=HTML)) for one in (door, with_tiles))
            assert theirs == (own + hosts if path in pages else own), path
            assert not [source for source in own if "//" in source]


def _pictures(answer: httpx.Response) -> list[str]:
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy.get("connect-src", "'self'") == "'self'"
    return policy.get("img-src", "").split()

import re

import httpx
import pytest

from geo_service.web.assets import static_address

ZH = {"Accept-Language": "zh-CN"}


def test_a_phone_is_told_all_it_needs_to_install_the_page(door: httpx.Client) -> None:
    page = door.get("/", headers=ZH).text
    (address,) = re.findall(r'<link rel="manifest" href="([^"]+)">', page)
    answer = door.get(address)
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert (told["start_url"], told["scope"], told["display"]) == ("/", "/", "standalone")
    assert told["lang"] == "zh-Hans"
    assert told["name"]
    assert {icon["sizes"] for icon in told["icons"]} == {"any", "192x192", "512x512"}
    for icon in told["icons"]:
        assert door.get(icon["src"]).headers["content-type"] == icon["type"]


def test_it_is_installed_in_the_language_of_the_page(door: httpx.Client) -> None:
    told = door.get("/manifest.webmanifest?lang=en", headers=ZH).json()
    assert (told["lang"], told["short_name"]) == ("en", "Rider services")
    assert door.get("/manifest.webmanifest", headers=ZH).json()["short_name"] == "骑手服务"


def test_the_worker_may_ask_this_server_alone_and_keeps_what_the_page_is_made_of(
    door: httpx.Client,
) -> None:
    answer = door.get("/sw.js")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; connect-src 'self';")
    page = door.get("/").text + door.get("/report").text
    for address in re.findall(r'(?:href|src)="(/assets/[^"]+\?v=[^"]+)"', page):
        assert f'"{address}"' in answer.text
    held = {"If-None-Match": answer.headers["etag"]}
    assert door.get("/sw.js", headers=held).status_code == 304


def test_the_form_that_is_kept_is_nobodys(reporting_door: httpx.Client, bearer: object) -> None:
    reporting_door.post("/report/key", data={"key": bearer("rider")["Authorization"][7:]})  # type: ignore[operator]
    assert "data-rider" in reporting_door.get("/report?lang=en").text
    reporting_door.cookies.clear()
    answer = reporting_door.get("/report?lang=en")
    assert "data-rider" not in answer.text
    assert answer.headers["content-language"] == "en"


def test_pages_may_have_a_worker_and_a_manifest_of_this_server(door: httpx.Client) -> None:
    policy = door.get("/").headers["content-security-policy"]
    assert "worker-src 'self'; manifest-src 'self'" in policy


@pytest.mark.parametrize("size", ["1", "0192", "192.0", "x"])
def test_icons_have_only_the_sizes_told(door: httpx.Client, size: str) -> None:
    assert door.get(f"/assets/icon-{size}.png").status_code == 404


def test_the_drawn_icon_has_a_version(door: httpx.Client) -> None:
    assert "immutable" in door.get(static_address("icon.svg")).headers["cache-control"]

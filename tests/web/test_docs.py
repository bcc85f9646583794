import re

import httpx

from geo_service.web.app import paths


def test_docs_come_whole_from_this_server(door: httpx.Client) -> None:
    page = door.get("/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) == 3
    for address in addresses:
        assert address.startswith("/assets/")
        assert door.get(address).status_code == 200
    assert "://" not in page.text


def test_script_of_the_docs_is_allowed_by_its_hash(door: httpx.Client) -> None:
    policy = door.get("/docs").headers["content-security-policy"]
    scripts = re.search(r"script-src ([^;]+)", policy)
    assert scripts is not None
    assert "'sha256-" in scripts[1]
    assert "unsafe" not in scripts[1]


def test_openapi_has_every_path_of_the_contract(door: httpx.Client) -> None:
    described = set(door.get("/openapi.json").json()["paths"])
    shown = {
        path
        for path in paths()
        if not path.startswith("/assets") and path not in {"/docs", "/openapi.json"}
    }
    assert described == shown


def test_openapi_points_to_nothing_that_is_not_there(door: httpx.Client) -> None:
    document = door.get("/openapi.json")
    for pointed in set(re.findall(r'"\$ref":\s*"#/([^"]+)"', document.text)):
        at = document.json()
        for step in pointed.split("/"):
            assert step in at, pointed
            at = at[step]

import re

import httpx
import pytest

from geo_service.maps.assets import NAMES, STOCK_NAMES
from geo_service.web.assets import OURS, static_address, static_text


@pytest.mark.parametrize("name", [*OURS, *NAMES, *STOCK_NAMES])
def test_every_asset_is_served_as_what_it_is(door: httpx.Client, name: str) -> None:
    answer = door.get(f"/assets/{name}")
    assert answer.status_code == 200
    ending = name.rpartition(".")[2]
    kinds = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    assert answer.headers["content-type"].startswith(kinds[ending])
    assert answer.headers["cache-control"] == "no-cache"


def test_a_version_is_kept_forever(door: httpx.Client) -> None:
    address = static_address("rider.css")
    assert re.fullmatch(r"/assets/rider\.css\?v=[0-9a-f]{12}", address)
    assert "immutable" in door.get(address).headers["cache-control"]


@pytest.mark.parametrize("name", ["none.js", "..%2fapp.py", "rider.html", ""])
def test_nothing_else_is_served(door: httpx.Client, name: str) -> None:
    assert door.get(f"/assets/{name}").status_code == 404


def test_our_own_files_ask_no_outside_host() -> None:
    for name in OURS:
        text = static_text(name).replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text
        assert "innerHTML" not in text

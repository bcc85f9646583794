"""Whose forms are taken, by what browsers say of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest

from geo_service.settings import Settings

FORGET = "/key/forget"


def sent(door: httpx.Client, origin: str, **headers: str) -> int:
    return door.post(FORGET, headers={"Origin": origin, **headers}).status_code


def test_a_form_of_another_origin_is_refused_where_the_site_is_not_said(
    door: httpx.Client,
) -> None:
    own = f"http://127.0.0.1:{door.base_url.port}"
    assert sent(door, own) == 303
    for origin in (
        "http://evil.example",
        "null",
        "",
        "http://127.0.0.1",
        f"https://127.0.0.1:{door.base_url.port}",
        f"http://localhost:{door.base_url.port}",
        f"{own}.evil.example",
        f"{own}/",
    ):
        assert sent(door, origin) == 403, origin
    both = httpx.Headers([("Origin", own), ("Origin", "http://evil.example")])
    assert door.post(FORGET, headers=both).status_code == 403
    # A program that is no browser says neither.
    assert door.post(FORGET).status_code == 303


def test_the_site_is_believed_where_it_is_said(door: httpx.Client) -> None:
    """A proxy may have given the server another name, which its origin is not."""
    said = {"same-origin": 303, "none": 303, "same-site": 403, "cross-site": 403, "": 403}
    for site, status in said.items():
        assert sent(door, "https://geo.example.org", **{"Sec-Fetch-Site": site}) == status


@pytest.mark.parametrize(
    ("host", "scheme", "origin"),
    [
        ("geo.example.org", "https", "https://geo.example.org"),
        ("GEO.example.org:443", "https", "https://geo.example.org"),
        ("geo.example.org:8443", "https", "https://geo.example.org:8443"),
        ("geo.example.org:80", "http", "http://geo.example.org"),
        ("[::1]:8000", "http", "http://[::1]:8000"),
    ],
)
def test_behind_a_proxy_the_own_origin_is_what_it_tells(
    door: httpx.Client, host: str, scheme: str, origin: str
) -> None:
    told = {"Host": host, "X-Forwarded-Proto": scheme}
    assert sent(door, origin, **told) == 303
    other = {"http": "https", "https": "http"}[scheme]
    assert sent(door, origin, **told | {"X-Forwarded-Proto": other}) == 403


def test_the_scheme_is_taken_from_trusted_proxies_only(
    settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> None:
    told = {"Host": "geo.example.org", "X-Forwarded-Proto": "https"}
    with serve_city(replace(settings, trusted_proxies="none"), lambda: now) as door:
        assert sent(door, "https://geo.example.org", **told) == 403
        assert sent(door, "http://geo.example.org", **told) == 303

"""Whose word about senders is taken, really served."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from geo_service.errors import WrongUsage
from geo_service.settings import Settings
from geo_service.web.request_counts import RequestCounts
from geo_service.web.trusted_proxies import TrustedProxies

Serve = Callable[[Settings, Callable[[], datetime]], Any]
REPORT = {"service_code": "standing_water", "lat": "32.041", "long": "112.142"}
PROXIES = "10.0.0.0/8,2001:db8:9::/48,127.0.0.1"
PEER = ("127.0.0.1", 1)


async def passed_on(
    settings: Settings, *headers: tuple[str, str], client: tuple[str, int] | None = PEER
) -> tuple[str, str]:
    """Return whom an app takes for the sender, and by which scheme."""
    seen: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        seen.update(scope)

    scope = {
        "type": "http",
        "scheme": "http",
        "method": "GET",
        "path": "/",
        "client": client,
        "headers": [(b"host", b"a"), *((n.encode(), v.encode()) for n, v in headers)],
    }
    before = json.dumps(scope, default=repr)
    await TrustedProxies(app, settings, RequestCounts())(scope, None, None)  # type: ignore[arg-type]
    assert json.dumps(scope, default=repr) == before
    return (seen["client"] or ("",))[0], seen["scheme"]


def ask(
    settings: Settings, *headers: tuple[str, str], client: tuple[str, int] | None = PEER
) -> tuple[str, str]:
    return asyncio.run(passed_on(settings, *headers, client=client))


FOR, PROTO, FORWARDED = "x-forwarded-for", "x-forwarded-proto", "forwarded"


@pytest.mark.parametrize(
    ("headers", "sender", "scheme"),
    [
        ([], "127.0.0.1", "http"),
        ([(FOR, "192.0.2.7")], "192.0.2.7", "http"),
        ([(FOR, "192.0.2.7"), (PROTO, "https")], "192.0.2.7", "https"),
        # What stands left of the last stranger is the stranger's own word.
        ([(FOR, "198.51.100.1, 192.0.2.7")], "192.0.2.7", "http"),
        ([(FOR, "198.51.100.1"), (FOR, "192.0.2.7, 10.1.2.3")], "192.0.2.7", "http"),
        ([(FOR, "192.0.2.7, junk")], "127.0.0.1", "http"),
        ([(FOR, "192.0.2.7, junk, 10.0.0.9")], "10.0.0.9", "http"),
        ([(FOR, "192.0.2.7:443, 10.0.0.9:80")], "192.0.2.7", "http"),
        ([(FOR, "[2001:db8::1]:443, 2001:db8:9::5")], "2001:db8::1", "http"),
        ([(FOR, "::ffff:192.0.2.7")], "192.0.2.7", "http"),
        ([(FOR, "10.0.0.8, 10.0.0.9")], "10.0.0.8", "http"),
        ([(FOR, "")], "127.0.0.1", "http"),
        ([(PROTO, "javascript")], "127.0.0.1", "http"),
        ([(PROTO, "http, https")], "127.0.0.1", "https"),
        ([(FORWARDED, 'for="[2001:db8::1]:4711";proto=https')], "2001:db8::1", "https"),
        ([(FORWARDED, "for=198.51.100.1, for=192.0.2.7;proto=https")], "192.0.2.7", "https"),
        ([(FORWARDED, "for=unknown")], "127.0.0.1", "http"),
        ([(FORWARDED, "nonsense")], "127.0.0.1", "http"),
        # One of the two is the stranger's, and which is not known.
        ([(FORWARDED, "for=192.0.2.7"), (FOR, "192.0.2.8")], "127.0.0.1", "http"),
    ],
)
def test_a_trusted_proxy_says_who_asks(
    headers: list[tuple[str, str]], sender: str, scheme: str
) -> None:
    assert ask(Settings(trusted_proxies=PROXIES), *headers) == (sender, scheme)


@pytest.mark.parametrize("client", [("192.0.2.1", 1), ("2001:db8::1", 1), None])
def test_nobody_else_does(client: tuple[str, int] | None) -> None:
    said = (FOR, "198.51.100.1"), (PROTO, "https"), (FORWARDED, "for=198.51.100.2")
    peer = client[0] if client else ""
    for one in said:
        assert ask(Settings(trusted_proxies=PROXIES), one, client=client) == (peer, "http")
        assert ask(Settings(trusted_proxies="none"), one, client=client) == (peer, "http")


def test_a_proxy_on_this_machine_is_trusted_unless_it_is_said_to_be_none(
    reporting_settings: Settings, serve_city: Serve, now: datetime, keys: dict[str, str]
) -> None:
    said = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    limited = replace(reporting_settings, reports_per_hour=1)

    def told(door: httpx.Client, words: str, sender: str) -> int:
        form = {**REPORT, "description": words}
        headers = {"X-Forwarded-For": sender}
        return door.post("/open311/v2/requests.json", data=form, headers=headers).status_code

    with serve_city(replace(limited, trusted_proxies="none"), lambda: now) as door:
        assert [told(door, "子", "192.0.2.1"), told(door, "丑", "192.0.2.2")] == [201, 429]
        cookie = door.get(f"/planner?key={keys['analyst']}", headers=said).headers["set-cookie"]
        assert "Secure" not in cookie
        links = door.get("/gbfs", headers=said).text
        assert f'"{door.base_url}' in links.replace("\\/", "/")
    door.cookies.clear()
    with serve_city(limited, lambda: now) as door:
        senders = ["192.0.2.1", "192.0.2.2", "198.51.100.1, 192.0.2.2", "2001:db8::1"]
        codes = [told(door, f"寅 {i}", sender) for i, sender in enumerate(senders)]
        assert codes == [201, 201, 429, 201]
        assert told(door, "卯", "2001:db8::2") == 429
        cookie = door.get(f"/planner?key={keys['analyst']}", headers=said).headers["set-cookie"]
        assert "Secure" in cookie
        assert '"https://127.0.0.1' in door.get("/gbfs", headers=said).text
        # The name of another host is nobody's to give.
        evil = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1"}
        assert "evil" not in door.get("/gbfs", headers=evil).text


LINKED = (
    "/gbfs",
    "/ogc",
    "/open311/discovery.json",
    "/tiles",
    "/ogc/collections/facilities/items",
)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example/x?",
        "a@evil.example",
        'a"><script>',
        "a b",
        "a, b",
        "evil.example#",
        "a:99999999",
        "",
        "用户",
    ],
)
def test_a_host_that_is_no_name_is_refused(door: httpx.Client, host: str) -> None:
    for path in (*LINKED, "/facilities/nearest?lat=32.04&lon=112.14"):
        answer = httpx.get(door.base_url.join(path), headers={b"Host": host.encode()})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/wrong-host"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_links_are_made_of_known_names_only(
    settings: Settings, serve_city: Serve, now: datetime
) -> None:
    with serve_city(replace(settings, allowed_hosts="Geo.example.org, [::1]"), lambda: now) as door:
        for path in LINKED:
            for host in ("geo.example.org", "GEO.example.org:8443", "[::1]:80"):
                assert f"http://{host}/" in door.get(path, headers={"Host": host}).text
            for host in ("evil.example", "geo.example.org.evil.example", "xgeo.example.org"):
                refused = httpx.get(door.base_url.join(path), headers={"Host": host})
                assert refused.status_code == 400
                assert "evil" not in refused.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy.example"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("ALLOWED_HOSTS", "https://geo.example.org"),
        ("ALLOWED_HOSTS", "geo.example.org:8000"),
    ],
)
def test_settings_that_can_t_be_meant_are_refused(name: str, text: str) -> None:
    with pytest.raises(WrongUsage, match=name):
        Settings.from_environ({f"GEO_SERVICE_{name}": text})

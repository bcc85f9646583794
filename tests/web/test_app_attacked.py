"""What strangers try at all doors: paths that lead out, other hosts, large bodies, addresses."""

import re
import socket
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from geo_service.web.security_headers import HEADERS

Bearer = Callable[[str], dict[str, str]]
OUTSIDE = "https://collector.example/zq"
REPORT = {"service_code": "standing_water", "lat": "32.041", "long": "112.142"}


def raw(door: httpx.Client, head: str, body: bytes = b"") -> bytes:
    """Send a request as it is written, and return the beginning of the answer."""
    address = (door.base_url.host, door.base_url.port or 80)
    with socket.create_connection(address, timeout=30) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"Host: a\r\n\r\n" + body)
        return line.recv(65_536)


WAYS_OUT = [
    f"{folder}{way}{target}"
    for folder in (
        "/assets/",
        "/docs/",
        "/docs/files/",
        "/static-offline-docs/",
        "/photos/",
        "/files/",
        "/maps/",
        "/",
    )
    for way in (
        "../",
        "..%2f",
        "%2e%2e/",
        "..%5c",
        "%2e%2e%2f%2e%2e%2f",
        "....//",
        "..%252f",
        "/",
        "%00/",
    )
    for target in ("pyproject.toml", "geo_service/settings.py", "etc/passwd", "geo_service.sqlite")
]


def test_no_path_leads_out_of_what_is_shown(door: httpx.Client) -> None:
    for path in WAYS_OUT:
        said = raw(door, f"GET {path} HTTP/1.1\n")
        status = int(said.split(b" ")[1])
        assert status in {400, 401, 403, 404, 405, 422}, path
        for inside in (b"[project]", b"import ", b"root:", b"SQLite format"):
            assert inside not in said, path
        assert b"x-content-type-options: nosniff" in said.lower(), path


@pytest.mark.parametrize("folder", ["/assets", "/docs", "/files", "/maps", "/photos", "/tiles/"])
def test_no_folder_is_listed(door: httpx.Client, folder: str) -> None:
    for path in (folder, f"{folder.rstrip('/')}/"):
        answer = door.get(path, headers={"Accept": "text/html"})
        assert "Index of" not in answer.text
        assert "rider.js" not in answer.text or folder == "/docs"


def mounted(door: httpx.Client) -> list[str]:
    """Return the addresses of mounted files that the page of the docs names."""
    page = door.get("/docs").text
    return sorted(set(re.findall(r'(?:src|href)="(/[^"]+)"', page)))


def test_all_answers_bear_the_headers(door: httpx.Client, bearer: Bearer) -> None:
    tagged = door.get("/gbfs")
    held = door.get("/gbfs", headers={"If-None-Match": tagged.headers["etag"]})
    assert held.status_code == 304
    files = mounted(door)
    assert files
    answers = [
        tagged,
        held,
        door.head("/gbfs"),
        door.get("/facilities/nearest?lat=32.0341&lon=112.1341"),
        door.get("/ogc/collections/facilities/items", headers={"Accept-Encoding": "identity"}),
        door.get("/ogc/collections/facilities/items"),
        door.get("/assets/rider.js"),
        *(door.get(path) for path in files),
        door.get(f"{files[0]}.none"),
        door.get("/none"),
        door.put("/gbfs"),
        door.request("BREW", "/gbfs"),
        door.get("/tasks"),
        door.get("/key", headers=bearer("staff")),
        door.get("/facilities/nearest"),
    ]
    for answer in answers:
        missing = [name for name in HEADERS if name not in answer.headers]
        assert missing == [], f"{answer.request.url} {answer.status_code}"
    for head in (
        "nonsense\n",
        "GET /\x01 HTTP/1.1\n",
        "GET / HTTP/9.9\n",
        "GET http://[ HTTP/1.1\n",
    ):
        said = raw(door, head).lower()
        assert said.startswith(b"http/1.1 400 "), head
        for name in HEADERS:
            assert name.lower().encode() in said, head


@pytest.mark.parametrize(
    ("path", "media_type", "most"),
    [
        ("/facilities/station/state", "application/json", 64 * 1024),
        ("/key", "application/x-www-form-urlencoded", 64 * 1024),
        ("/open311/v2/requests.json", "application/x-www-form-urlencoded", 64 * 1024),
        ("/routes/issues", "application/json", 1024 * 1024),
    ],
)
def test_a_body_above_the_limit_is_refused_before_it_is_read(
    door: httpx.Client, keys: dict[str, str], path: str, media_type: str, most: int
) -> None:
    method = "PUT" if path.startswith("/facilities") else "POST"
    head = (
        f"{method} {path} HTTP/1.1\nContent-Type: {media_type}\n"
        f"Authorization: Bearer {keys['staff']}\n"
    )
    # Announced: not a byte of it is needed.
    assert raw(door, f"{head}Content-Length: {10**10}\n").startswith(b"HTTP/1.1 413 ")
    # Not announced: it ends soon behind the limit.
    address = (door.base_url.host, door.base_url.port or 80)
    sent, piece = 0, b"1000\r\n" + b"a" * 4096 + b"\r\n"
    with socket.create_connection(address, timeout=30) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        whole = f"{head}Transfer-Encoding: chunked\nHost: a\n\n"
        line.sendall(whole.replace("\n", "\r\n").encode())
        try:
            while sent < 200 * 1024**2:
                line.sendall(piece)
                sent += 4096
        except ConnectionError:
            pass
        try:
            said = line.recv(65_536)
        except ConnectionError:
            said = b""
    assert not said or said.startswith(b"HTTP/1.1 413 ")
    # A little is let go by so that the answer arrives; the kernels hold some more.
    assert sent < most + 16 * 1024**2


@pytest.fixture
def no_way_out(monkeypatch: pytest.MonkeyPatch, door: httpx.Client) -> list[object]:
    """Note every other place than this server that anything here connects to or looks up."""
    tried: list[object] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo
    here = (door.base_url.host, "127.0.0.1", "localhost")

    def connecting(self: socket.socket, address: tuple[str, int]) -> None:
        if isinstance(address, tuple) and address[0] not in here:
            tried.append(address)
            raise OSError
        connect(self, address)

    def looking_up(host: object, *rest: object, **named: object) -> object:
        if host not in here:
            tried.append(host)
            raise OSError
        return look_up(host, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    return tried


def test_no_address_that_is_sent_is_asked(
    reporting_door: httpx.Client, bearer: Bearer, no_way_out: list[object]
) -> None:
    door, staff = reporting_door, bearer("staff")
    with pytest.raises(httpx.ConnectError):
        httpx.get(OUTSIDE)
    assert no_way_out == ["collector.example"]
    no_way_out.clear()
    for text in (
        OUTSIDE,
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "//collector.example",
    ):
        form = {
            **REPORT,
            "description": text,
            "media_url": text,
            "address_string": text,
            "address_id": text,
            "another": "1",
        }
        assert door.post("/open311/v2/requests.json", data=form).status_code == 201
        assert door.post("/report", data={**form, "description": f"{text} 2"}).status_code == 303
        feature = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [112.134, 32.034]},
            "properties": {
                "kind": "water_point",
                "name": text,
                "address": text,
                "url": text,
                "image": text,
            },
        }
        assert door.put("/facilities/well", json=feature, headers=staff).is_success
        gpx = (
            f'<?xml version="1.0"?><!DOCTYPE gpx SYSTEM "{text}" [<!ENTITY x SYSTEM "{text}">]>'
            '<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><name>&x;</name></trk></gpx>'
        )
        told = {"Content-Type": "application/gpx+xml", **bearer("rider")}
        assert door.post("/traces", content=gpx, headers=told).is_client_error
        route = {"type": "Feature", "geometry": None, "properties": {"href": text}, "$ref": text}
        assert door.post("/routes/issues", json=route).is_client_error
        for path in ("/planner", "/", "/desk", "/key", "/ogc/collections/facilities/items"):
            for name in ("next", "url", "key", "filter", "crs", "back", "lang"):
                assert door.get(f"{path}?{name}={quote(text, safe='')}").status_code < 500
    assert no_way_out == []


@pytest.mark.parametrize(
    "target",
    [
        OUTSIDE,
        "//collector.example",
        "/\\collector.example",
        "https:collector.example",
        "\t//collector.example",
        "javascript:alert(1)",
        "/desk//collector.example",
        "/desk\r\nX-Evil: 1",
    ],
)
def test_nobody_is_led_to_another_place(
    reporting_door: httpx.Client, keys: dict[str, str], target: str
) -> None:
    door = reporting_door
    told = {"next": target, "key": keys["staff"], "back": target, "done": target}
    answers = [
        door.post("/key", data=told),
        door.post("/key/forget", data=told),
        door.get("/planner", params={"key": keys["staff"], **told}),
        door.get("/desk", params={"key": keys["staff"], **told}),
        door.get("/desk/issue-1", params=told),
        door.get("/key", params=told),
        door.post("/desk/issue-1/approved", data={**told, "approved": "true"}),
        door.post(
            "/report?next=" + quote(target),
            data={**REPORT, **told, "description": target.strip(), "another": "1"},
        ),
    ]
    for answer in answers:
        place = answer.headers.get("location", "/")
        assert place.startswith("/"), place
        assert not place.startswith(("//", "/\\")), place
        assert "collector" not in place.partition("?")[0]
        assert "x-evil" not in answer.headers


def test_a_path_can_t_write_headers_of_its_own(door: httpx.Client) -> None:
    for path in (
        "/stations/a%0d%0aX-Evil:%201",
        "/files/issues%0d%0aX-Evil:%201.csv",
        "/known/a%0aX-Evil: 1",
    ):
        said = raw(door, f"GET {path.replace(' ', '%20')} HTTP/1.1\n").lower()
        assert b"\r\nx-evil" not in said


def test_no_header_makes_another_method_of_one(door: httpx.Client, bearer: Bearer) -> None:
    names = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    for name in names:
        asked = {**bearer("staff"), name: "DELETE"}
        assert door.get("/facilities/station?_method=DELETE", headers=asked).status_code == 422
        assert door.post("/facilities/station", headers=asked).status_code == 405
    assert door.get("/facilities/station").is_success


def test_a_request_in_a_request_is_none(door: httpx.Client) -> None:
    """What proxies and servers may read differently is refused."""
    inner = b"0\r\n\r\nGET /tasks HTTP/1.1\r\nHost: a\r\n\r\n"
    for lengths in (
        "Content-Length: 3\nTransfer-Encoding: chunked\n",
        "Content-Length: 3\nContent-Length: 4\n",
        "Content-Length: +3\n",
        "Content-Length: 0x3\n",
        "Transfer-Encoding: identity, chunked, identity\n",
    ):
        said = raw(door, f"POST /key/forget HTTP/1.1\n{lengths}", inner)
        assert said.startswith(b"HTTP/1.1 400 "), lengths
        assert said.count(b"HTTP/1.1 ") == 1, lengths

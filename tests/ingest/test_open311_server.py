import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from geo_service.errors import (
    GeoServiceError,
    NotAllowed,
    NotFound,
    NotReady,
    RefusedData,
    WrongUsage,
)
from geo_service.ingest import open311_server
from geo_service.ingest.open311_server import fetch_requests

START = datetime(2026, 1, 1, tzinfo=UTC)
Asked = dict[str, str]
Answer = tuple[int, bytes, dict[str, str]]


@contextmanager
def served(answer: Callable[[str, Asked], Answer]) -> Iterator[str]:
    """Serve answers on loopback, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: texts[0] for name, texts in parse_qs(parts.query).items()}
            status, body, headers = answer(parts.path, asked)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/open311/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class City:
    """A server with a request each so many hours, that shows some at a time."""

    def __init__(self, hours: float, *, shown: int, pages: bool, days: int = 365) -> None:
        self.times = [
            START + timedelta(hours=hours * number) for number in range(int(days * 24 / hours))
        ]
        self.shown, self.pages = shown, pages
        self.asked: list[Asked] = []

    def answer(self, path: str, asked: Asked) -> Answer:
        assert path == "/open311/v2/requests.json"
        self.asked.append(asked)
        start, end = (datetime.fromisoformat(asked[name]) for name in ("start_date", "end_date"))
        if end - start > timedelta(days=90):
            return 400, b'[{"code": 400, "description": "span"}]', {}
        within = [number for number, at in enumerate(self.times) if start <= at <= end]
        within.reverse()
        page = int(asked["page"]) if self.pages else 1
        size = min(self.shown, int(asked["page_size"]))
        here = within[(page - 1) * size : page * size]
        return 200, json.dumps([{"service_request_id": str(one)} for one in here]).encode(), {}


def ids(records: list[dict[str, str]]) -> list[int]:
    return sorted(int(record["service_request_id"]) for record in records)


@pytest.mark.parametrize("pages", [True, False])
@pytest.mark.parametrize("shown", [100, 37])
def test_a_year_is_fetched_whole_whether_the_server_knows_pages_or_not(
    shown: int, *, pages: bool
) -> None:
    city = City(120 if shown == 37 else 20, shown=shown, pages=pages)
    until = START + timedelta(days=364)
    with served(city.answer) as address:
        fetched = fetch_requests(address, since=START, until=until)
    wanted = [number for number, at in enumerate(city.times) if at <= until]
    assert ids(fetched.records) == wanted
    assert fetched.warnings == []


def test_an_hour_of_which_not_all_is_shown_is_warned_of() -> None:
    city = City(0.01, shown=50, pages=False, days=1)
    with served(city.answer) as address:
        fetched = fetch_requests(address, since=START, until=START + timedelta(hours=1))
    assert len(fetched.records) == 50
    (warning,) = fetched.warnings
    assert "shows only some of the requests" in warning


def test_the_key_and_the_address_s_own_parameters_are_sent_each_time() -> None:
    city = City(24, shown=10, pages=True)
    with served(city.answer) as address:
        asked = f"{address}/requests.json?jurisdiction_id=city.example"
        fetch_requests(asked, since=START, until=START + timedelta(days=20), api_key="k")
    assert len(city.asked) == 4
    for one in city.asked:
        assert (one["api_key"], one["jurisdiction_id"]) == ("k", "city.example")


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ((403, b"", {}), NotAllowed, "--api-key"),
        ((401, b"", {}), NotAllowed, "--api-key"),
        ((404, b"", {}), NotFound, "no Open311 endpoint"),
        ((500, b"", {}), NotReady, "answers 500"),
        ((200, b"<html>hello</html>", {}), RefusedData, "not of Open311"),
        ((200, b"hello", {}), RefusedData, "neither JSON nor XML"),
        ((302, b"", {"Location": "file:///etc/passwd"}), NotReady, "none of HTTP"),
        ((302, b"", {"Location": "/open311/v2/requests.json"}), NotReady, "from one address"),
        ((200, b"[", {"Content-Length": "100"}), NotReady, "breaks off"),
    ],
)
def test_what_is_wrong_with_a_server_is_said(
    answer: Answer, error: type[GeoServiceError], said: str
) -> None:
    with served(lambda *_: answer) as address, pytest.raises(error) as told:
        fetch_requests(address, since=START, until=START + timedelta(days=1), api_key="secret")
    assert said in str(told.value)
    assert "secret" not in str(told.value)


def test_a_server_that_is_not_there_can_not_be_reached() -> None:
    with served(lambda *_: (200, b"[]", {})) as address:
        pass
    with pytest.raises(NotReady, match="can't be reached"):
        fetch_requests(address, since=START, until=START)


def test_a_server_that_is_slow_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open311_server, "TIMEOUTS_S", (1.0, 0.05))
    over = threading.Event()

    def wait(*_: object) -> Answer:
        over.wait(5)
        return 200, b"[]", {}

    with served(wait) as address:
        with pytest.raises(NotReady, match="in time"):
            fetch_requests(address, since=START, until=START)
        over.set()


def test_an_answer_and_their_number_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    city = City(1, shown=10, pages=True)
    with served(city.answer) as address:
        with pytest.raises(RefusedData, match="too many pages"):
            fetch_requests(address, since=START, until=START + timedelta(days=80), most_pages=5)
        assert len(city.asked) == 5
        monkeypatch.setattr(open311_server, "MOST_BYTES", 100)
        with pytest.raises(RefusedData, match="larger than"):
            fetch_requests(address, since=START, until=START + timedelta(days=80))


@pytest.mark.parametrize(
    "address",
    ["ftp://city.example/v2", "file:///etc/passwd", "city.example", "http://", "http://["],
)
def test_only_addresses_of_http_are_asked(address: str) -> None:
    with pytest.raises(WrongUsage, match="no address of an Open311 server"):
        fetch_requests(address, since=START, until=START)


def test_a_span_that_ends_before_it_begins_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage, match="before it begins"):
        fetch_requests("http://x.example", since=START, until=START - timedelta(days=1))

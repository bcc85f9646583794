"""Whoever keeps a really running server waiting is let go."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from time import perf_counter
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_service.settings import Settings
from geo_service.web.patient_connections import PatientConnections
from geo_service.web.request_counts import RequestCounts
from geo_service.web.security_headers import HEADERS
from geo_service.web.server import DISCRETION
from geo_service.web.trusted_proxies import TrustedProxies

LARGE = 40 * 1024 * 1024
POST = b"POST /read HTTP/1.1\r\nHost: a\r\n"


class Hasty(PatientConnections):
    """Waits as the server does, but for moments."""

    look_s, head_s, body_s = 0.02, 0.4, 1.5
    quiet_s, left_s = 0.4, 0.3
    least_bytes, left_bytes = 100, 200_000


class Seen:
    """What an app met."""

    def __init__(self) -> None:
        self.gone = threading.Event()
        """Who sent a body went, perhaps after the test that sent it."""
        self.untaken_ended = threading.Event()
        self.read = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        answer = PlainTextResponse("done")
        if scope["path"] == "/read":
            try:
                async for piece in request.stream():
                    self.read += len(piece)
            except ClientDisconnect:
                self.gone.set()
        elif scope["path"] in ("/large", "/untaken"):
            answer = PlainTextResponse(b"a" * LARGE)
        try:
            await answer(scope, receive, send)
        finally:
            if scope["path"] == "/untaken":
                self.untaken_ended.set()


@contextmanager
def served(
    app: ASGIApp, protocol: type[PatientConnections], **more: object
) -> Iterator[tuple[str, int]]:
    """Serve an app on a port of its own while the block runs."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    told: dict[str, Any] = {**DISCRETION, "http": protocol, "lifespan": "off", **more}
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, **told))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield listening.getsockname()
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="module")
def hasty() -> Iterator[tuple[tuple[str, int], Seen]]:
    """Serve an app to whom it takes moments to lose patience."""
    seen = Seen()
    with served(seen, Hasty, timeout_keep_alive=1) as address:
        yield address, seen


class Few(PatientConnections):
    """Takes few connections of one address."""

    most_of_one = 3


@pytest.mark.parametrize("proxies", ["none", "127.0.0.1"])
def test_one_address_has_not_all_connections_but_a_trusted_proxy_may(
    settings: Settings, proxies: str
) -> None:
    seen = Seen()
    app = TrustedProxies(seen, replace(settings, trusted_proxies=proxies), RequestCounts())
    with served(app, Few) as address, ExitStack() as opened:
        lines = [
            opened.enter_context(socket.create_connection(address, timeout=20)) for _ in range(3)
        ]
        for one in lines:
            # Each is answered, so that it is known to have been taken.
            one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert one.recv(65_536).startswith(b"HTTP/1.1 200 ")
        more = opened.enter_context(socket.create_connection(address, timeout=20))
        if proxies == "none":
            said = rest(more)
            assert said.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nretry-after: 30\r\n" in said
            assert b"Too many connections from this address." in said
            lines[0].sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert b" 200 " in rest(lines[0])
            more = opened.enter_context(socket.create_connection(address, timeout=20))
        more.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert more.recv(65_536).startswith(b"HTTP/1.1 200 ")


@pytest.fixture
def line(hasty: tuple[tuple[str, int], Seen]) -> Iterator[socket.socket]:
    with socket.create_connection(hasty[0], timeout=20) as opened:
        yield opened


@pytest.fixture
def seen(hasty: tuple[tuple[str, int], Seen]) -> Seen:
    hasty[1].gone.clear()
    hasty[1].read = 0
    return hasty[1]


def rest(line: socket.socket) -> bytes:
    """Read until the other side lets go."""
    said = b""
    try:
        while piece := line.recv(65_536):
            said += piece
    except ConnectionError:
        pass
    return said


def trickle(line: socket.socket, piece: Callable[[], bytes], pause_s: float = 0.05) -> None:
    """Send a little now and then until the other side lets go, ten seconds at most."""
    begun, pause = perf_counter(), threading.Event()
    try:
        while perf_counter() - begun < 10:
            line.sendall(piece())
            line.settimeout(pause_s)
            try:
                if line.recv(1, socket.MSG_PEEK) is not None:
                    break
            except TimeoutError:
                pause.wait(0)
    except ConnectionError:
        pass
    line.settimeout(20)
    assert perf_counter() - begun < 8


def check_refusal(said: bytes, status: int, words: str) -> None:
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), said
    told = head.lower()
    assert b"content-type: application/problem+json" in told
    assert b"connection: close" in told
    for name, value in HEADERS.items():
        assert f"{name}: {value}".lower().encode() in told
    assert words in json.loads(body)["detail"]
    assert json.loads(body)["status"] == status


def test_silence_is_not_waited_for(line: socket.socket) -> None:
    check_refusal(rest(line), 408, "head")


def test_a_head_that_trickles_is_not_waited_for(line: socket.socket) -> None:
    line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
    trickle(line, lambda: b"X: a\r\n")
    check_refusal(rest(line), 408, "head")


@pytest.mark.parametrize("drop", [b"\r\n", b"G"])
def test_nor_the_second_one_of_a_connection(line: socket.socket, drop: bytes) -> None:
    line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert line.recv(10_000).startswith(b"HTTP/1.1 200 ")
    drops = iter([drop])
    trickle(line, lambda: next(drops, b"\r\n" if drop == b"\r\n" else b""))
    check_refusal(rest(line)[-2_000:], 408, "head")


def test_an_idle_connection_is_closed_without_a_word(line: socket.socket) -> None:
    line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    said = rest(line)
    assert said.count(b"HTTP/1.1") == 1
    assert said.endswith(b"done")


@pytest.mark.parametrize("sent", [b"", b"a"])
def test_a_body_that_trickles_is_not_waited_for(
    line: socket.socket, seen: Seen, sent: bytes
) -> None:
    line.sendall(POST + b"Content-Length: 1000000\r\n\r\n")
    trickle(line, lambda: sent)
    check_refusal(rest(line), 408, "body")
    assert seen.gone.wait(10)


def test_nor_one_that_never_ends(line: socket.socket, seen: Seen) -> None:
    line.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    piece = b"%x\r\n%b\r\n" % (200, b"a" * 200)
    trickle(line, lambda: piece, 0.02)
    check_refusal(rest(line), 408, "body")
    assert seen.gone.wait(10)
    assert seen.read > 1_000


def test_whoever_takes_no_answer_is_let_go(line: socket.socket, seen: Seen) -> None:
    line.sendall(b"GET /untaken HTTP/1.1\r\nHost: a\r\n\r\n")
    assert seen.untaken_ended.wait(10)
    assert len(rest(line)) < LARGE


def test_whoever_takes_it_slowly_gets_all_of_it(line: socket.socket) -> None:
    line.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    taken, pause, begun = 0, threading.Event(), perf_counter()
    while piece := line.recv(400_000):
        taken += len(piece)
        if perf_counter() - begun < 1.5:
            pause.wait(0.05)
    assert taken > LARGE


def test_a_body_that_has_been_answered_is_not_read_to_its_end(
    line: socket.socket, seen: Seen
) -> None:
    del seen
    line.sendall(b"POST /at-once HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    sent, piece = 0, b"%x\r\n%b\r\n" % (50_000, b"a" * 50_000)
    try:
        while sent < 100_000_000:
            line.sendall(piece)
            sent += len(piece)
    except ConnectionError:
        pass
    # What the kernels hold on the way counts as sent.
    assert sent < 20_000_000


def test_a_little_more_of_it_is_let_go_by_so_that_the_answer_arrives(line: socket.socket) -> None:
    line.sendall(b"POST /at-once HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    line.sendall(b"a" * 100_000)
    line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert rest(line).count(b"HTTP/1.1 200 ") == 2


def test_bytes_that_are_no_request_are_told_so(line: socket.socket) -> None:
    line.sendall(b"marker<script> nonsense\r\n\r\n")
    said = rest(line)
    check_refusal(said, 400, "Invalid")
    assert b"marker" not in said


def test_many_small_requests_on_one_connection_are_answered(
    hasty: tuple[tuple[str, int], Seen],
) -> None:
    host, port = hasty[0]
    with httpx.Client(base_url=f"http://{host}:{port}") as client:
        begun = perf_counter()
        while perf_counter() - begun < 1:
            assert client.post("/read", content=b"a" * 1_000).text == "done"

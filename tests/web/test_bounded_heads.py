import socket
from collections.abc import Callable, Iterator

import httpx
import pytest

Send = Callable[[bytes], bytes]
LINE = b"GET /health/live HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /open311/v2/requests.json HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
MEGABYTES = 8


@pytest.fixture
def send(door: httpx.Client) -> Iterator[Send]:
    """Send bytes as far as they are taken, and return the beginning of the answer."""
    address = (door.base_url.host, door.base_url.port or 80)
    with socket.create_connection(address, timeout=30) as line:

        def _send(data: bytes) -> bytes:
            try:
                line.sendall(data)
                return line.recv(1000)
            except ConnectionError:
                return b""

        yield _send


def piece(size: int) -> bytes:
    return b"%x\r\n%s\r\n" % (size, b"a" * size)


@pytest.mark.parametrize(
    "endless",
    [
        LINE + b"X: ",
        LINE + b"X",
        b"GET /",
        b"GET /health/live?",
        POST + FORM + piece(10) + b"0\r\nX: ",
        POST + FORM + b"1;",
    ],
)
def test_a_head_without_an_end_is_not_taken(send: Send, endless: bytes) -> None:
    # Each further piece of it would be put behind all before, and everybody would wait.
    answer = send(endless + b"a" * MEGABYTES * 1024**2)
    assert not answer or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 "))


def test_small_fields_without_an_end_are_not_taken(send: Send) -> None:
    answer = send(LINE + b"a: b\r\n" * MEGABYTES * 200_000)
    assert not answer or answer.startswith(b"HTTP/1.1 400 ")


def test_heads_of_the_usual_size_and_large_bodies_are_taken(send: Send, door: httpx.Client) -> None:
    long = LINE + b"X: " + b"a" * 30_000 + b"\r\n\r\n"
    for _ in range(20):
        assert send(long).startswith(b"HTTP/1.1 200 ")
    many = door.post("/open311/v2/requests.json", files={"media": b"a" * 9 * 1024**2})
    assert many.status_code == 400
    pieces = [b"a" * 60_000] * 150
    begin = b"--b\r\nContent-Disposition: form-data; name=media; filename=a\r\n\r\n"
    sent = door.post(
        "/open311/v2/requests.json",
        content=iter([begin, *pieces, b"\r\n--b--\r\n"]),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert "service_code: It is required." in sent.text

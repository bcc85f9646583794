import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from geo_service.web import bodies
from geo_service.web.bodies import (
    DEEPEST,
    MOST_AT_ONCE_BYTES,
    MOST_BYTES,
    object_of,
    read_form,
    read_object,
)
from geo_service.web.problems import TooLargeBody, UnreadableBody, WrongContentType

Bearer = Callable[[str], dict[str, str]]

PIECE = 1000
PATH = "/facilities/station/state"


def read(
    body: bytes, media_type: str = "application/json", *, cut: bool = False, **headers: str
) -> tuple[dict[str, Any] | Exception, int]:
    """Read a body that comes in pieces; say too how many bytes were asked for."""
    pieces = [body[start : start + PIECE] for start in range(0, len(body), PIECE)] or [b""]
    asked = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        asked += len(piece)
        return {"type": "http.request", "body": piece, "more_body": cut or bool(pieces)}

    told = {"content-type": media_type, **{k.replace("_", "-"): v for k, v in headers.items()}}
    scope = {
        "type": "http",
        "method": "PUT",
        "headers": [(name.encode(), text.encode()) for name, text in told.items() if text],
    }
    try:
        found: Any = asyncio.run(read_object(Request(scope, receive), ("application/json",)))
    except Exception as problem:  # noqa: BLE001 - looked at by the test
        found = problem
    return found, asked


@pytest.mark.parametrize("size", [MOST_AT_ONCE_BYTES, MOST_AT_ONCE_BYTES + 1, MOST_BYTES])
def test_a_large_body_is_taken_apart_on_another_thread(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    threads = []

    def take_apart(body: bytes) -> dict[str, Any]:
        threads.append(threading.current_thread())
        return object_of(body)

    monkeypatch.setattr(bodies, "object_of", take_apart)
    found, _ = read(filled(size))
    assert isinstance(found, dict)
    here = threading.current_thread()
    assert [thread is here for thread in threads] == [size <= MOST_AT_ONCE_BYTES]


def test_an_object_is_read_as_it_is() -> None:
    body = {"name": "驿站 \U0001f6b2", "n": [1, -2.5, 1e3, None, True], "o": {"a": {}}, "": ""}
    for text in (json.dumps(body), json.dumps(body, ensure_ascii=False), f"\n {json.dumps(body)} "):
        assert read(text.encode())[0] == body


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "Application/JSON", "application/json ; charset=UTF-8; x=y"],
)
def test_its_type_may_be_written_as_the_protocol_allows(media_type: str) -> None:
    assert read(b"{}", media_type)[0] == {}


@pytest.mark.parametrize(
    ("media_type", "headers"),
    [
        ("", {}),
        ("text/plain", {}),
        ("application/x-www-form-urlencoded", {}),
        ("application/jsonp", {}),
        ("application/json; charset=utf-16", {}),
        ("application/json", {"content_encoding": "gzip"}),
    ],
)
def test_other_types_are_refused_unread(media_type: str, headers: dict[str, str]) -> None:
    found, asked = read(b"{}", media_type, **headers)
    assert isinstance(found, WrongContentType)
    assert asked == 0


WRONG = {
    "empty": b"",
    "not JSON": b"lat=1",
    "cut off": b'{"a": ',
    "more than one": b"{}{}",
    "a mark before it": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "Latin-1": b'{"a":"\xe9"}',
    "half a character": b'{"a":"\\ud83d"}',
    "half a character in a name": b'{"\\ud83d":1}',
    "nothing as a character": b'{"a":["\\u0000"]}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "too large": b'{"a":1e999}',
    "too long": b'{"a":' + b"9" * 5000 + b"}",
    "a control character": b'{"a":"\x01"}',
    "a name twice": b'{"a":1,"a":1}',
    "a name twice within": b'{"b":[{"a":1,"\\u0061":2}]}',
    "many brackets": b"[" * 30_000 + b"]" * 30_000,
    "many objects": b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    "some brackets": b'{"a":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
    "a list": b'[{"a":1}]',
    "a number": b"1",
    "null": b"null",
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_is_no_object_in_strict_json_is_refused(body: bytes) -> None:
    found, _ = read(body)
    assert isinstance(found, UnreadableBody)
    assert len(str(found)) < 100


def test_nesting_has_a_limit_that_nobody_meets() -> None:
    depth = DEEPEST - 1
    assert isinstance(read(b'{"a":' + b"[" * depth + b"]" * depth + b"}")[0], dict)
    assert isinstance(read(b'{"a":' + b"[" * depth + b"1" + b"]" * depth + b"}")[0], dict)


def filled(size: int) -> bytes:
    return b'{"a":"' + b"x" * (size - 8) + b'"}'


def test_a_body_may_be_as_large_as_is_allowed() -> None:
    assert len(filled(MOST_BYTES)) == MOST_BYTES
    assert isinstance(read(filled(MOST_BYTES))[0], dict)
    assert isinstance(read(filled(MOST_BYTES + 1))[0], TooLargeBody)


def test_what_is_announced_as_too_large_is_not_read() -> None:
    found, asked = read(b"{}", content_length=str(MOST_BYTES + 1))
    assert isinstance(found, TooLargeBody)
    assert asked == 0
    assert read(b"{}", content_length="2")[0] == {}


def test_what_grows_too_large_is_read_no_further() -> None:
    found, asked = read(filled(100 * MOST_BYTES))
    assert isinstance(found, TooLargeBody)
    assert asked <= MOST_BYTES + PIECE


def test_whoever_leaves_is_no_fault_of_ours() -> None:
    found, _ = read(b'{"a":', cut=True)
    assert isinstance(found, UnreadableBody)


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 4_000_000])
@pytest.mark.parametrize("announced", [True, False])
def test_too_large_a_body_is_answered_and_the_next_one_too(
    door: httpx.Client, bearer: Bearer, size: int, *, announced: bool
) -> None:
    def pieces() -> Iterator[bytes]:
        for start in range(0, size, 65_536):
            yield b"x" * min(65_536, size - start)

    headers = {**bearer("staff"), "Content-Type": "application/json"}
    content: bytes | Iterator[bytes] = b"x" * size if announced else pieces()
    refused = door.put(PATH, content=content, headers=headers)
    assert refused.status_code == 413
    assert refused.json()["type"] == "/problems/too-large-body"
    assert door.get("/facilities/station").status_code == 200


def test_each_refusal_has_its_status_over_http(door: httpx.Client, bearer: Bearer) -> None:
    staff = bearer("staff")
    for media_type, body, status, code in (
        ("application/json", b"{" * 100_000, 413, "too-large-body"),
        ("application/json", b"[" * 60_000, 400, "unreadable-body"),
        ("text/json", b"{}", 415, "wrong-content-type"),
    ):
        refused = door.put(PATH, content=body, headers={**staff, "Content-Type": media_type})
        assert refused.status_code == status
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"] == f"/problems/{code}"
        assert door.get(refused.json()["type"]).json()["status"] == status


def read_fields(body: bytes, media_type: str = "application/x-www-form-urlencoded") -> object:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "headers": [(b"content-type", media_type.encode())],
    }
    try:
        return asyncio.run(read_form(Request(scope, receive)))
    except (TooLargeBody, UnreadableBody, WrongContentType) as problem:
        return type(problem)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", {}),
        (b"key=&code=A%20B+C", {"key": "", "code": "A B C"}),
        (b"name=%E7%AB%99", {"name": "\u7ad9"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a=%ff", UnreadableBody),
        (b"a=\xe7\xab\x99", UnreadableBody),
        (b"nothing", UnreadableBody),
        (b"&".join([b"a=1"] * 51), UnreadableBody),
        (b"a=" + b"1" * MOST_BYTES, TooLargeBody),
    ],
)
def test_a_form_is_read_by_its_fields(body: bytes, fields: object) -> None:
    assert read_fields(body) == fields


@pytest.mark.parametrize("media_type", ["", "application/json", "multipart/form-data; boundary=x"])
def test_only_forms_without_files_are_read(media_type: str) -> None:
    assert read_fields(b"a=1", media_type) is WrongContentType

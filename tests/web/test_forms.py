import asyncio
import gc
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from geo_service.errors import GeoServiceError
from geo_service.web.forms import MOST_TEXT, MULTIPART, URLENCODED, Form, read_form
from geo_service.web.problems import TooLargeBody, UnreadableBody, WrongContentType

BOUNDARY = "frontier"
PARTED = f"{MULTIPART}; boundary={BOUNDARY}"


def read(pieces: Iterable[bytes], content_type: str, **headers: str) -> Form:
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Any:  # noqa: ANN401 - a message of ASGI
        return waiting.pop(0)

    told = {"content-type": content_type, **headers}
    raw = [(name.replace("_", "-").encode(), text.encode()) for name, text in told.items()]
    scope = {"type": "http", "method": "POST", "headers": raw, "path": "/", "query_string": b""}
    return asyncio.run(read_form(Request(scope, receive)))


def refused(
    error: type[GeoServiceError], pieces: Iterable[bytes], content_type: str, **headers: str
) -> str:
    with pytest.raises(error) as told:
        read(pieces, content_type, **headers)
    return str(told.value)


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + value + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def test_a_form_without_files_is_read_in_order_with_repeated_names() -> None:
    form = read([b"a=1&b=%E7%AB%99+x&a=", b"2&c"], URLENCODED)
    assert form == Form([("a", "1"), ("b", "站 x"), ("a", "2"), ("c", "")], ())
    assert read(["a=站".encode()], f"{URLENCODED}; charset=UTF-8").texts == [("a", "站")]
    assert read([], URLENCODED) == Form([], ())


@pytest.mark.parametrize(
    "body", [b"a=%zz", b"a=%", b"a=%E7%AB", b"a=\xff", b"a=%ED%A0%80", b"%ff=1", b"a=%00%FF"]
)
def test_what_is_no_utf8_or_no_escape_is_refused(body: bytes) -> None:
    said = refused(UnreadableBody, [body], URLENCODED)
    assert "UTF-8" in said or "no escape" in said


def test_a_form_with_files_is_read_with_its_files() -> None:
    body = b"".join(
        [
            part("描述".encode().decode(), "路口积水".encode()),
            part("media", b"\xff\xd8\0\r\n", "a.jpg"),
            part("media", b"", ""),
            part("media", b"", "empty.jpg"),
            END,
        ]
    )
    pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
    form = read(pieces, f"{PARTED}; charset=utf-8")
    assert form.texts == [("描述", "路口积水")]
    # An empty file with a name was chosen, one without was not.
    assert form.files == [("media", b"\xff\xd8\0\r\n"), ("media", b"")]


@given(st.text(st.characters(codec="utf-8")), st.binary(max_size=200))
def test_texts_and_files_come_as_they_were_sent(text: str, data: bytes) -> None:
    body = part("t", text.encode()) + part("f", data, "x") + END
    assert read([body], PARTED) == Form([("t", text)], [("f", data)])


@pytest.mark.parametrize("value", [b"\xff", b"\xed\xa0\x80", "积水".encode("gb18030")])
def test_parts_are_strictly_utf8_too(value: bytes) -> None:
    assert "UTF-8" in refused(UnreadableBody, [part("a", value) + END], PARTED)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (part("a", b"1"), "cut off"),
        (part("a", b"1") + END[:-4], "cut off"),
        (b"", "cut off"),
        (b"--other\r\n\r\nx", "told apart"),
        (b"--frontier\r\nX: y\r\n\r\n1\r\n--frontier--\r\n", "told apart"),
    ],
)
def test_parts_that_did_not_all_come_are_refused(body: bytes, said: str) -> None:
    assert said in refused(UnreadableBody, [body], PARTED)


def test_no_boundary_is_no_form() -> None:
    assert "told apart" in refused(UnreadableBody, [part("a", b"1") + END], MULTIPART)


@pytest.mark.parametrize(
    "content_type",
    ["", "application/json", "text/plain", f"{URLENCODED}; charset=gbk", f"{PARTED}; charset=x"],
)
def test_only_forms_in_utf8_are_taken(content_type: str) -> None:
    assert URLENCODED in refused(WrongContentType, [b"a=1"], content_type)


def test_packed_forms_are_not_taken() -> None:
    assert "packed" in refused(WrongContentType, [b"a=1"], URLENCODED, content_encoding="gzip")


def test_a_form_without_files_has_64_kib() -> None:
    assert len(read([b"a=" + b"x" * (MOST_TEXT - 2)], URLENCODED).texts[0][1]) == MOST_TEXT - 2
    for pieces in ([b"a=" + b"x" * MOST_TEXT], [b"a=" + b"x" * 1000] * 66):
        assert "64 KiB" in refused(TooLargeBody, pieces, URLENCODED)


def test_a_form_that_says_it_is_too_large_is_not_read() -> None:
    for content_type, length in ((URLENCODED, "65537"), (PARTED, str(32 * 1024**2 + 1))):
        with pytest.raises(TooLargeBody):
            read([], content_type, content_length=length)


def test_files_and_fields_are_bounded() -> None:
    large = part("media", b"\0" * (10 * 1024**2 + 1), "a")
    assert "10 MiB" in refused(TooLargeBody, [large + END], PARTED)
    several = [part("media", b"\0" * (8 * 1024**2), "a")] * 4
    assert "32 MiB" in refused(TooLargeBody, [*several, END], PARTED)
    text = part("description", b"x" * (MOST_TEXT + 1))
    assert "64 KiB" in refused(TooLargeBody, [text + END], PARTED)
    for many in ([part("media", b"", "a")] * 6, [part(f"f{n}", b"") for n in range(61)]):
        assert "5 files" in refused(TooLargeBody, [*many, END], PARTED)
    fields = b"&".join(b"f%d=" % number for number in range(61))
    assert "60 fields" in refused(TooLargeBody, [fields], URLENCODED)
    assert len(read([b"".join(part("m", b"", "a") for _ in range(5)) + END], PARTED).files) == 5


def test_a_sender_who_goes_away_leaves_a_cut_form() -> None:
    async def receive() -> Any:  # noqa: ANN401 - a message of ASGI
        return {"type": "http.disconnect"}

    for content_type in (URLENCODED, PARTED):
        scope = {
            "type": "http",
            "method": "POST",
            "headers": [(b"content-type", content_type.encode())],
        }
        with pytest.raises(UnreadableBody, match="cut off"):
            asyncio.run(read_form(Request(scope, receive)))


def test_a_cut_form_leaves_no_file_open() -> None:
    # Python warns of a file that nobody closed, and warnings are errors.
    for sent in ([part("a", b"1"), part("media", b"x" * 400, "a")[:-90]], [b"--x\r\n"]):
        refused(UnreadableBody, sent, PARTED)
        gc.collect()

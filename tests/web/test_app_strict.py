"""Every door is sent what can't be meant: it is refused, told of as a problem, and not repeated."""

import json
import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from geo_service.web.app import DOORS
from geo_service.web.openapi_document import DescribedApp, operation_id
from geo_service.web.security_headers import HEADERS

Bearer = Callable[[str], dict[str, str]]
MARK = "zqmarkqz"
"""Stands in all that is sent, and nowhere in what comes back."""
LONGEST_FIELD = 70
LET = {("/overlay/issues", "unconfirmed", "true")}
"""Parameters, and what they may mean besides a number."""
FORGIVING = ("/", "/manifest.webmanifest", "/report", "/open311/")
"""Where what is not known, or said twice, is passed over: on pages, and as Open311 has it."""
LET_BODIES = {("/report/photos", "nothing"), ("/report/photos", "text")}
"""Forms that are shown again as they came."""


def described() -> dict[str, Any]:
    app = DescribedApp(generate_unique_id_function=operation_id)
    for door in DOORS:
        app.include_router(door)
    document: dict[str, Any] = app.openapi()
    return document


DOCUMENT = described()
OPERATIONS = [
    (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if method != "head"
]
IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]
operations = pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
WITH_BODY = [one for one in OPERATIONS if "requestBody" in one[2]]
bodies = pytest.mark.parametrize(
    ("method", "path", "operation"), WITH_BODY, ids=[f"{one[0]} {one[1]}" for one in WITH_BODY]
)

NO_NUMBERS = [
    *("false", "true", "NaN", "nan", "Infinity", "-Infinity", "1e999", "-1e999", "0x1", "1_0"),
    *(
        "1 ",
        " 1",
        "\uff11",
        "९",
        "1,0",
        "1e",
        "+1",
        "--1",
        "1\x00",
        "1\n",
        "[]",
        "{}",
        "null",
        "9" * 400,
    ),
    MARK,
]
NO_WHOLE = [*NO_NUMBERS, "1.0", "1e3", "9" * 12]
NO_FLAGS = ["1", "0", "True", "FALSE", "yes", "on", "null", "true ", "\uff54rue", MARK]
NO_TIMES = [
    *("yesterday", "1", "2026-13-01T00:00:00Z", "2026-10-01T00:00:00", "0000-01-01T00:00:00Z"),
    *("99999-01-01T00:00:00Z", "2026-10-01T00:00:00Z\n", "\uff12026-10-01T00:00:00Z", "NaN", MARK),
]
BOMBS = {
    "lists": "[" * 100_000,
    "whole lists": "[" * 5_000 + "]" * 5_000,
    "objects": '{"a":' * 50_000,
    "whole objects": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "deep member": json.dumps({MARK: eval("[" * 60 + "]" * 60)}),  # noqa: S307 - our own text
}
NO_JSON = {
    **BOMBS,
    "nothing": "",
    "text": MARK,
    "NaN": '{"a": NaN}',
    "Infinity": '{"a": -Infinity}',
    "1e999": '{"a": 1e999}',
    "huge whole": '{"a": %s}' % ("9" * 5_000),
    "twice": '{"zqmarkqz": 1, "zqmarkqz": 2}',
    "half a character": '{"a": "\\ud800"}',
    "U+0000": '{"a": "\\u0000"}',
    "a list": "[]",
    "a text": f'"{MARK}"',
    "a number": "1",
    "null": "null",
    "two": "{}{}",
    "comment": '{/**/"a": 1}',
    "single quotes": "{'a': 1}",
    "comma": '{"a": 1,}',
    "plus": '{"a": +1}',
    "hex": '{"a": 0x1}',
    "underscore": '{"a": 1_0}',
    "zero": '{"a": 01}',
    "full width": '{"a": \uff11}',
}


def fill(path: str, operation: dict[str, Any]) -> str:
    """Write a path with the examples that are described."""
    for one in operation.get("parameters", ()):
        if one["in"] == "path":
            example = one.get("example", (one["schema"].get("examples") or [None])[0])
            if example is None:
                example = one["schema"].get("enum", ["1"])[0]
            path = path.replace(f"{{{one['name']}}}", quote(str(example), safe=""))
    return path


def wrong_texts(schema: dict[str, Any]) -> list[str]:
    """Return texts that a parameter can't mean."""
    kinds = {schema.get("type")} | {one.get("type") for one in schema.get("anyOf", ())}
    if schema.get("format") == "date-time" or schema.get("anyOf", [{}])[-1].get("format"):
        return NO_TIMES
    if "number" in kinds:
        return NO_NUMBERS
    if "integer" in kinds:
        return NO_WHOLE
    if "boolean" in kinds:
        return NO_FLAGS
    return [MARK, f"{MARK.upper()}"] if "enum" in schema else []


def without_fields(answer: httpx.Response) -> str:
    """Return what an answer says, but for the names of fields: of what is wrong the name is said,
    cut short, also where nothing is known by that name."""
    if answer.headers.get("content-type") != "application/problem+json":
        return answer.text
    told = json.loads(answer.content or b"{}")
    for fault in told.get("errors", ()):
        assert len(fault.pop("field")) <= LONGEST_FIELD
    return json.dumps(told)


class Judge:
    """Asks, and gathers what should not have come back."""

    def __init__(self, door: httpx.Client, headers: dict[str, str]) -> None:
        self.door, self.headers = door, headers
        self.wrong: list[str] = []

    def ask(self, method: str, address: str, said: str, **more: Any) -> None:  # noqa: ANN401
        """Ask for what must be refused."""
        answer = self.look(method, address, said, **more)
        if not 400 <= answer.status_code < 500:
            self.wrong.append(f"{said}: {answer.status_code}")

    def look(self, method: str, address: str, said: str, **more: Any) -> httpx.Response:  # noqa: ANN401
        """Ask for what need not be refused."""
        headers = {**self.headers, **more.pop("headers", {})}
        answer = self.door.request(method, address, headers=headers, **more)
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        if answer.status_code >= 500:
            self.wrong.append(f"{said}: {answer.status_code}")
        if answer.status_code >= 400 and media_type not in TOLD_AS:
            self.wrong.append(f"{said}: {media_type}")
        # A form that is shown again holds what was typed; a link back, what was asked.
        is_told = answer.status_code >= 400 and media_type != "text/html"
        if is_told and MARK in f"{without_fields(answer)} {answer.headers}".lower():
            self.wrong.append(f"{said}: repeated")
        self.wrong += [f"{said}: no {name}" for name in HEADERS if name not in answer.headers]
        return answer


TOLD_AS = ("application/problem+json", "application/json", "text/xml", "text/html")


@pytest.fixture
def judge(reporting_door: httpx.Client, bearer: Bearer) -> Callable[[dict[str, Any]], Judge]:
    """Return a function that takes the key which an operation needs."""

    def with_key(operation: dict[str, Any]) -> Judge:
        own = "rider's key" in operation.get("summary", "")
        return Judge(reporting_door, bearer("rider" if own else "admin"))

    return with_key


Judging = Callable[[dict[str, Any]], Judge]
Operation = dict[str, Any]


@operations
def test_parameters_that_can_t_be_meant_are_refused(
    judge: Judging, method: str, path: str, operation: Operation
) -> None:
    asking, address = judge(operation), fill(path, operation)
    for one in operation.get("parameters", ()):
        if one["in"] != "query":
            continue
        for text in wrong_texts(one["schema"]):
            query = urlencode({one["name"]: text})
            if (path, one["name"], text) not in LET:
                asking.ask(method, f"{address}?{query}", f"{one['name']}={text[:20]!r}")
        if one["schema"].get("type") != "array" and not (
            path in FORGIVING or path.startswith(FORGIVING[-1])
        ):
            query = urlencode([(one["name"], "1"), (one["name"], "1")])
            asking.ask(method, f"{address}?{query}", f"{one['name']} twice")
    assert asking.wrong == []


@operations
def test_what_is_sent_comes_back_in_no_refusal_and_no_line_of_the_log(
    judge: Judging,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    operation: Operation,
) -> None:
    asking, address = judge(operation), fill(path, operation)
    caplog.set_level(logging.INFO)
    query = urlencode({MARK: MARK, f"{MARK}[]": f"<{MARK}>", "next": f"//{MARK}.example"})
    headers = {
        "Cookie": f"{MARK}={MARK}; lang={MARK}",
        "User-Agent": MARK,
        "Referer": f"https://{MARK}.example/",
        "Accept-Language": MARK,
        "Idempotency-Key": f"{MARK}",
        "If-None-Match": f'"{MARK}"',
        "X-Forwarded-Host": f"{MARK}.example",
        "X-HTTP-Method-Override": "DELETE",
        f"X-{MARK}": MARK,
    }
    sending = {"json": {MARK: MARK, "a": {MARK: MARK}}} if method in {"post", "put"} else {}
    asking.look(method, f"{address}?{query}", "all over", headers=headers, **sending)
    wrong_key = {**headers, "Authorization": f"Bearer {MARK}"}
    asking.look(method, f"{address}?{query}", "as a key", headers=wrong_key, **sending)
    for scheme in (f"Basic {MARK}", MARK, f"Bearer {MARK} {MARK}", "Bearer"):
        asking.look(method, address, scheme, headers={"Authorization": scheme}, **sending)
    # The server's own log is turned off where it is served; pytest listens to it even so.
    others = ("httpx", "httpcore", "uvicorn.access")
    lines = [line.getMessage() for line in caplog.records if not line.name.startswith(others)]
    asking.wrong += [line for line in lines if MARK in line.lower()]
    assert asking.wrong == []


@operations
def test_a_path_comes_back_in_no_refusal(
    judge: Judging, method: str, path: str, operation: Operation
) -> None:
    asking = judge(operation)
    names = re.findall(r"\{(\w+)\}", path)
    for text in (MARK, f"..%2f{MARK}", f"%00{MARK}", f"%0d%0aSet-Cookie:%20{MARK}=1", f"{MARK}%ff"):
        address = path
        for name in names:
            address = address.replace(f"{{{name}}}", text)
        if names:
            answer = asking.look(method, address, text)
            assert "set-cookie" not in answer.headers
    assert asking.wrong == []


@bodies
def test_bodies_that_can_t_be_meant_are_refused(
    judge: Judging, method: str, path: str, operation: Operation
) -> None:
    asking, address = judge(operation), fill(path, operation)
    for media_type in operation["requestBody"]["content"]:
        for said, text in NO_JSON.items():
            told = {"Content-Type": media_type}
            if media_type == "multipart/form-data":
                told = {"Content-Type": f"{media_type}; boundary=b"}
            elif "json" not in media_type and said not in {"nothing", "text"}:
                continue
            if (path, said) not in LET_BODIES:
                asking.ask(method, address, f"{media_type} {said}", content=text, headers=told)
        packed = {"Content-Type": media_type, "Content-Encoding": "gzip"}
        for body in (b"\x1f\x8b\x08" + b"\0" * 20, MARK.encode()):
            asking.ask(method, address, f"{media_type} packed", content=body, headers=packed)
    for media_type in ("text/plain", "application/json; charset=utf-16", MARK, ""):
        told = {"Content-Type": media_type}
        asking.ask(method, address, f"as {media_type}", content=b"{}", headers=told)
    assert asking.wrong == []


@bodies
def test_members_of_wrong_types_are_refused(
    judge: Judging, method: str, path: str, operation: Operation
) -> None:
    """Each member of the examples is made each other thing in turn."""
    asking, address = judge(operation), fill(path, operation)
    content = operation["requestBody"]["content"]
    for media_type in [one for one in content if one.endswith("json")][:1]:
        example = next(iter(content[media_type]["examples"].values()))["value"]
        for name in example:
            for value in (
                False,
                True,
                1e300,
                -1,
                10**39,
                [],
                {},
                [[MARK]],
                {MARK: MARK},
                f"{MARK}\0",
            ):
                if type(value) is not type(example[name]):
                    body = json.dumps({**example, name: value})
                    headers = {"Content-Type": media_type}
                    said = f"{name}: {value!r:.30}"
                    asking.ask(method, address, said, content=body, headers=headers)
        body = json.dumps({**example, MARK: MARK})
        asking.look(
            method, address, "another member", content=body, headers={"Content-Type": media_type}
        )
    assert asking.wrong == []

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from geo_service.settings import Settings
from geo_service.web.etags import is_held, tag_of

Bearer = Callable[[str], dict[str, str]]
PATH = "/facilities/cabinet-fresh"
TAG = '"abc"'


@pytest.mark.parametrize(
    "fields",
    [
        ['"abc"'],
        ['W/"abc"'],
        ["*"],
        [" * "],
        ['"x", "abc"'],
        ['"x,y", W/"abc" ,"z"'],
        ['"x"', '"abc"'],
    ],
)
def test_tags_that_mean_the_same_are_held(fields: list[str]) -> None:
    assert is_held(TAG, fields)


@pytest.mark.parametrize(
    "fields", [[], [""], ["abc"], ['"ABC"'], ['"abcd"'], ['"x", "y"'], ['"x, abc"'], ['"*"']]
)
def test_other_tags_are_not(fields: list[str]) -> None:
    assert not is_held(TAG, fields)


def test_a_tag_is_of_the_content_and_of_how_it_is_sent() -> None:
    assert tag_of(b"one", zipped=False) == tag_of(b"one", zipped=False)
    tags = {tag_of(content, zipped=zipped) for content in (b"one", b"two") for zipped in (0, 1)}
    assert len(tags) == 4
    assert all(re.fullmatch(r'"[0-9a-f]{32}(-gzip)?"', tag) for tag in tags)


def test_who_holds_the_answer_is_not_sent_it_again(door: httpx.Client) -> None:
    first = door.get(PATH)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-type"] == "application/geo+json"
    for held in (tag, f"W/{tag}", "*", f'"x", {tag}'):
        again = door.get(PATH, headers={"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "no-cache"
        assert "content-type" not in again.headers
    other = door.get(PATH, headers={"If-None-Match": '"x"'})
    assert (other.status_code, other.content) == (200, first.content)
    headed = door.head(PATH, headers={"If-None-Match": tag})
    assert headed.status_code == 304


def test_zipped_and_plain_answers_have_tags_of_their_own(door: httpx.Client) -> None:
    plain = door.get(PATH, headers={"Accept-Encoding": "identity"})
    zipped = door.get(PATH, headers={"Accept-Encoding": "gzip"})
    assert plain.json() == zipped.json()
    assert plain.headers["etag"] != zipped.headers["etag"]
    assert "accept-encoding" in plain.headers["vary"].lower()


def test_what_is_not_there_is_not_held(door: httpx.Client) -> None:
    assert door.get("/facilities/none", headers={"If-None-Match": "*"}).status_code == 404


def test_a_change_is_another_tag(
    own_settings: Settings, serve_city: Callable[..., Any], bearer: Bearer, now: datetime
) -> None:
    with serve_city(own_settings, lambda: now) as door:
        shown = door.get(PATH)
        body = shown.json()
        body["properties"]["name"] = "另一个"
        staff = bearer("staff")
        assert "etag" not in door.put(PATH, json=body, headers=staff).headers
        renamed = door.get(PATH, headers={"If-None-Match": shown.headers["etag"]})
        assert renamed.status_code == 200
        door.put(f"{PATH}/state", json={"observed_at": now.timestamp()}, headers=staff)
        told = door.get(PATH, headers={"If-None-Match": renamed.headers["etag"]})
        assert told.status_code == 200
        tags = {answer.headers["etag"] for answer in (shown, renamed, told)}
    assert len(tags) == 3

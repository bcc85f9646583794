"""What a drawn layer holds, read back from the page."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from geo_service.maps.assets import Assets
from geo_service.maps.content import MapContent
from geo_service.maps.page import draw, render

Read = Callable[[MapContent, str, str], Any]


@pytest.fixture
def drawn_data() -> Read:
    """Return a function that draws one layer and reads what the page's script is given."""

    def read(content: MapContent, layer: str, what: str) -> Any:  # noqa: ANN401 - JSON
        html = render(draw(content, (layer,), assets=Assets(embedded=False)))
        found = re.search(rf"geoMap\.{what}\((?:feature_group_{layer}, )?(.*)\);", html)
        if found is None:
            return None
        value, end = json.JSONDecoder().raw_decode(found[1])
        rest = found[1][end:].removeprefix(", ")
        if what == "marks":
            return with_rows(value)
        if what == "rings":
            at = [unpack_steps(value[name]) for name in ("lat", "lon")]
            tags = [list(base64.b64decode(column)) for column in value["tags"]]
            places = [[north / 1e6, east / 1e6] for north, east in zip(*at, strict=True)]
            return {**value, "places": places, "tags": list(zip(*tags, strict=True))}
        return value if not rest else [value, json.loads(rest)]

    return read


def with_rows(data: dict[str, Any]) -> dict[str, Any]:
    """Unpack marks: add a row each, of latitude, longitude, style, look and card, by their ids.

    A mark without a card comes after those with one, and has None in its place.
    """
    places = [[at / 1e6 for at in unpack_steps(data[name])] for name in ("lat", "lon")]
    kinds = [list(base64.b64decode(data[name])) for name in ("style", "look")]
    tags = [list(base64.b64decode(column)) for column in data["tags"]] or [[None] * data["count"]]
    marks = zip(*places, *kinds, strict=True)
    listed = zip(marks, data["cards"]["rows"], zip(*tags, strict=True), strict=True)
    ordered = sorted(listed, key=lambda mark: (mark[1] is None, mark[1] and str(mark[1][-1])))
    return {
        **data,
        "rows": [[*mark, *(card or [None])] for mark, card, _ in ordered],
        "tags": [tag for _, _, tag in ordered],
    }


@pytest.fixture(scope="session")
def steps_of() -> Callable[[str], list[int]]:
    """Return a function that reads numbers back which differ little from one to the next."""
    return unpack_steps


def unpack_steps(text: str) -> list[int]:
    """Unpack numbers, seven bits to a byte, signs folded in."""
    numbers, last, value, shift = [], 0, 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            last += -(value + 1) // 2 if value % 2 else value // 2
            numbers.append(last)
            value = shift = 0
    return numbers


@pytest.fixture
def picture() -> Callable[[MapContent, str], list[list[float]]]:
    """Return a function that draws one layer and reads its picture's corners from the page."""

    def read(content: MapContent, layer: str) -> list[list[float]]:
        html = render(draw(content, (layer,), assets=Assets(embedded=False)))
        found = re.search(
            rf'image_overlay_\w+ =\s+L\.imageOverlay\("data:image/png;base64,[^"]+", (\[\[.*?\]\]),'
            rf".*?\n\S+\.addTo\(feature_group_{layer}\)",
            html,
        )
        assert found is not None
        return json.loads(found[1])

    return read

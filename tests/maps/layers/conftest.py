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
        return value if not rest else [value, json.loads(rest)]

    return read


@pytest.fixture(scope="session")
def steps_of() -> Callable[[str], list[int]]:
    """Return a function that reads numbers back which differ little from one to the next."""

    def read(text: str) -> list[int]:
        numbers, last, value, shift = [], 0, 0, 0
        for byte in base64.b64decode(text):
            value |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                last += -(value + 1) // 2 if value % 2 else value // 2
                numbers.append(last)
                value = shift = 0
        return numbers

    return read


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

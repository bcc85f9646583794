"""Before a report is kept, what is known near its place is shown, without a script too."""

from collections.abc import Callable
from io import BytesIO

import httpx
import pytest
from PIL import Image

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import issues
from geo_service.web.report_near import known_path

NEAR = {"service_code": "standing_water", "lat": "32.03806", "long": "112.135"}
"""A metre from issue-2."""


@pytest.fixture
def count(reporting_settings: Settings) -> Callable[[], int]:
    def _count() -> int:
        with (
            open_workspace(reporting_settings) as workspace,
            workspace.database.reading() as connection,
        ):
            return len(issues.read_all(connection))

    return _count


def picture() -> dict[str, tuple[str, bytes, str]]:
    file = BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG")
    return {"media": ("a.jpg", file.getvalue(), "image/jpeg")}


def test_nothing_is_kept_before_it_is_said_to_be_another(
    reporting_door: httpx.Client, count: Callable[[], int]
) -> None:
    before = count()
    asked = reporting_door.post("/report", data={**NEAR, "description": "known"}, files=picture())
    assert asked.status_code == 200
    for words in ("是同一个吗", 'href="/known/issue-2"', "不是这些，发送", 'name="held"', "known"):
        assert words in asked.text
    assert 'href="/known/issue-3"' not in asked.text
    assert count() == before
    data = {**NEAR, "description": "known", "another": "yes"}
    assert reporting_door.post("/report", data=data).status_code == 303
    assert count() == before + 1


def test_what_is_wrong_is_told_first(reporting_door: httpx.Client) -> None:
    answer = reporting_door.post("/report", data={**NEAR, "description": "x" * 4001})
    assert answer.status_code == 422
    assert "/known/" not in answer.text


def test_another_category_or_place_is_no_question(reporting_door: httpx.Client) -> None:
    for changes in ({"service_code": "blocked_lane"}, {"lat": "32.0345"}):
        assert reporting_door.post("/report", data={**NEAR, **changes}).status_code == 303


def test_the_script_has_shown_it_before(reporting_door: httpx.Client) -> None:
    data = {**NEAR, "description": "by script"}
    headers = {"Idempotency-Key": "near by script"}
    assert reporting_door.post("/report", data=data, headers=headers).status_code == 303


def test_addresses_hold_any_id() -> None:
    assert known_path("a/b? ü") == "/known/a%2Fb%3F%20%C3%BC"

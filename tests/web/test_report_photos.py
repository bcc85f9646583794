"""Photos of the report page without a script: none is lost between one try and the next."""

import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from urllib.parse import unquote

import httpx
import pytest
from PIL import Image
from starlette.requests import Request

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import photos as stored_photos
from geo_service.web.report_photos import FormPhotos, hold_photos
from geo_service.web.service import open_service

PLACE = {
    "service_code": "blocked_lane",
    "lat": "32.0401",
    "long": "112.1401",
    "another": "yes",
}
NO_PLACE = {"service_code": "blocked_lane", "another": "yes"}


def picture(side: int = 64) -> bytes:
    file = BytesIO()
    Image.new("RGB", (side, 48), "red").save(file, "JPEG")
    return file.getvalue()


def chosen(*sides: int) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("media", (f"{side}.jpg", picture(side), "image/jpeg")) for side in sides]


def held_in(answer: httpx.Response) -> list[str]:
    return re.findall(r'name="held" value="([^"]+)"', answer.text)


@pytest.fixture
def widths_of(reporting_settings: Settings) -> Callable[[httpx.Response], list[int]]:
    """Return how wide the photos are of the report whose page was led to."""

    def widths(answer: httpx.Response) -> list[int]:
        assert answer.status_code == 303, answer.text
        token = unquote(answer.headers["location"].removeprefix("/report/").partition("?")[0])
        with (
            open_workspace(reporting_settings) as workspace,
            workspace.database.reading() as connection,
        ):
            found = stored_photos.of_issue(connection, token.rpartition(".")[0])
        return sorted(photo.width for photo in found)

    return widths


def test_a_photo_is_held_while_something_else_is_put_right(
    reporting_door: httpx.Client, widths_of: Callable[[httpx.Response], list[int]]
) -> None:
    refused = reporting_door.post("/report", data=NO_PLACE, files=chosen(64, 65))
    assert refused.status_code == 422
    tokens = held_in(refused)
    assert len(tokens) == 2
    assert refused.text.count('src="data:image/jpeg;base64,') == 2
    assert "请重新选一次" not in refused.text
    data = {**PLACE, "held": tokens}
    sent = reporting_door.post("/report", data=data, files=chosen(66))
    assert widths_of(sent) == [64, 65, 66]


def test_what_is_held_is_drawn_anew(reporting_settings: Settings, now: datetime) -> None:
    """Whatever stands in the file that was chosen, what waits in memory is as small as a photo."""
    request = Request({"type": "http", "headers": [], "client": ("192.0.2.1", 1)})
    chosen_file = picture(2000) + bytes(1_000_000)
    with open_workspace(reporting_settings) as workspace:
        service = open_service(workspace, lambda: now)
        photos = FormPhotos(fresh=(chosen_file,))
        ((shown,), fault) = hold_photos(service, request, photos, now)
        held = service.held_photos.find(shown.token, now)
        assert not fault
        assert held is not None
        assert len(held.data) + len(held.preview) < 100_000
        assert Image.open(BytesIO(held.data)).width == workspace.settings.photo_side_px
        service.photos.shutdown()


def test_photos_are_added_and_taken_out_one_by_one(
    reporting_door: httpx.Client, widths_of: Callable[[httpx.Response], list[int]]
) -> None:
    data: dict[str, object] = {**PLACE, "description": "one by one"}
    for side in (70, 71, 72):
        answer = reporting_door.post("/report/photos", data=data, files=chosen(side))
        assert answer.status_code == 200
        assert "one by one" in answer.text
        data["held"] = held_in(answer)
    tokens = held_in(answer)
    assert len(tokens) == 3
    fewer = reporting_door.post("/report/photos", data={**data, "drop": tokens[1]})
    assert held_in(fewer) == [tokens[0], tokens[2]]
    sent = reporting_door.post("/report", data={**data, "held": held_in(fewer)})
    assert widths_of(sent) == [70, 72]


def test_five_are_taken_and_what_is_more_is_told(
    reporting_door: httpx.Client, widths_of: Callable[[httpx.Response], list[int]]
) -> None:
    four = held_in(reporting_door.post("/report/photos", data=PLACE, files=chosen(*range(80, 84))))
    data = {**PLACE, "held": four, "description": "many"}
    for path in ("/report/photos", "/report"):
        told = reporting_door.post(path, data=data, files=chosen(84, 85))
        assert told.status_code == 422
        assert 'data-fault="many"' in told.text
        assert len(held_in(told)) == 5
        assert 'id="photo"' not in told.text
    sent = reporting_door.post("/report", data={**data, "held": held_in(told)})
    assert widths_of(sent) == [80, 81, 82, 83, 84]


def test_what_is_no_picture_is_told_and_the_others_are_held(reporting_door: httpx.Client) -> None:
    files = [*chosen(64), ("media", ("b.jpg", b"none", "image/jpeg"))]
    for path in ("/report/photos", "/report"):
        told = reporting_door.post(path, data=PLACE, files=files)
        assert told.status_code == 422
        assert 'data-fault="media"' in told.text
        assert len(held_in(told)) == 1


def test_a_photo_that_is_held_no_longer_is_asked_for_again(reporting_door: httpx.Client) -> None:
    answer = reporting_door.post("/report", data={**PLACE, "held": "gone"})
    assert answer.status_code == 422
    assert 'data-fault="held"' in answer.text
    assert answer.text.count("请重新选一次") == 1
    assert held_in(answer) == []
    shown = reporting_door.post("/report/photos", data={**PLACE, "held": "gone"})
    assert shown.text.count("请重新选一次") == 1


def test_the_pages_script_holds_its_photos_itself(reporting_door: httpx.Client) -> None:
    headers = {"Idempotency-Key": "by script"}
    answer = reporting_door.post("/report", data=NO_PLACE, files=chosen(64), headers=headers)
    assert answer.status_code == 422
    assert held_in(answer) == []
    assert 'id="photo-lost"' in answer.text


def test_a_key_that_is_typed_loses_no_photo(reporting_door: httpx.Client) -> None:
    answer = reporting_door.post("/report/key", data={**PLACE, "key": "x"}, files=chosen(64))
    assert answer.status_code == 401
    assert len(held_in(answer)) == 1


def test_only_our_own_page_adds_photos(reporting_door: httpx.Client) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = reporting_door.post("/report/photos", data=PLACE, headers=foreign)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/report", "/report/photos"])
def test_words_in_place_of_a_photo_are_refused(reporting_door: httpx.Client, path: str) -> None:
    told = reporting_door.post(path, data={**PLACE, "media": "no file"})
    assert told.status_code == 422
    assert 'data-fault="media"' in told.text

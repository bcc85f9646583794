import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO

import httpx
import pytest
from PIL import Image

from geo_service.domain.photo import Photo
from geo_service.flows import keep_photo
from geo_service.flows.wiring import Workspace

PATH = "/open311/v2/requests.json"
CROWD = 50
"""More than the server has threads for all doors together."""
ROOM = 4
"""So many of one address may wait."""


def send(door: httpx.Client, number: int) -> int:
    file = BytesIO()
    Image.new("RGB", (64, 64)).save(file, "PNG")
    form = {"service_code": "standing_water", "lat": "32.0385", "long": "112.1375"}
    answer = httpx.post(
        door.base_url.join(PATH),
        data={**form, "description": f"crowd {number}"},
        files={"media": ("a.png", file.getvalue())},
        timeout=60,
    )
    assert (answer.status_code == 503) is ("retry-after" in answer.headers)
    return answer.status_code


@contextmanager
def crowd(door: httpx.Client) -> Iterator[list[int]]:
    """Have many send a photo at once while the block runs; their statuses are there after it.

    Who finds no room to wait is told when to send it again, and does so once the others are done.
    """
    statuses: list[int] = []
    with ThreadPoolExecutor(CROWD) as senders:
        sent = [senders.submit(send, door, number) for number in range(CROWD)]
        yield statuses
        at_first = [one.result() for one in sent]
    assert set(at_first) <= {201, 503}
    assert at_first.count(201) >= ROOM
    statuses += [
        send(door, number) if status == 503 else status for number, status in enumerate(at_first)
    ]


def test_others_are_answered_while_many_photos_wait_to_be_drawn(
    reporting_door: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    draw = keep_photo.prepare_photo

    def wait_and_draw(workspace: Workspace, data: bytes) -> Photo:
        begun.set()
        assert go_on.wait(60)
        return draw(workspace, data)

    monkeypatch.setattr("geo_service.flows.report_issue.prepare_photo", wait_and_draw)
    with crowd(reporting_door) as statuses:
        try:
            assert begun.wait(30)
            for _ in range(200):
                answer = reporting_door.get("/open311/v2/services.json", timeout=5)
                assert answer.status_code == 200
        finally:
            go_on.set()
    assert statuses == [201] * CROWD


def test_photos_are_drawn_where_the_memory_of_those_before_is_used_again(
    reporting_door: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set()
    draw = keep_photo.prepare_photo

    def note_and_draw(workspace: Workspace, data: bytes) -> Photo:
        threads.add(threading.get_ident())
        return draw(workspace, data)

    monkeypatch.setattr("geo_service.flows.report_issue.prepare_photo", note_and_draw)
    with crowd(reporting_door) as statuses:
        pass
    assert statuses == [201] * CROWD
    # Each thread that draws keeps some hundred megabytes for the next large picture.
    assert len(threads) == 1

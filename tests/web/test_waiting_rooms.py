"""Who waits for what takes long waits in a room: it is never more than full, and never for good."""

import asyncio
import threading
from contextlib import ExitStack
from datetime import datetime
from io import BytesIO

import httpx
import pytest
from PIL import Image
from starlette.requests import Request

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.web import app as app_module
from geo_service.web.app import make_app
from geo_service.web.problems import Overloaded
from geo_service.web.waiting_rooms import LengthyWork, WaitingRoom

PLACE = {"service_code": "blocked_lane", "lat": "32.0401", "long": "112.1401", "another": "yes"}


def sent_from(host: str) -> Request:
    return Request({"type": "http", "headers": [], "client": (host, 1)})


def test_so_many_are_let_in_and_fewer_of_one_sender() -> None:
    room = WaitingRoom("maps", most=3, most_of_one=2)
    with ExitStack() as inside:
        for host in ("2001:db8::1", "2001:db8::2"):
            inside.enter_context(room.wait(sent_from(host)))
        with pytest.raises(Overloaded, match="Too many maps"), room.wait(sent_from("2001:db8::3")):
            pass
        inside.enter_context(room.wait(sent_from("192.0.2.1")))
        assert room.here == 3
        with pytest.raises(Overloaded), room.wait(sent_from("192.0.2.2")):
            pass
    assert room.here == 0
    with room.wait(sent_from("2001:db8::3")):
        assert room.here == 1


def test_what_fails_leaves_the_room_and_no_address_is_remembered() -> None:
    room = WaitingRoom("maps", most=1, most_of_one=1)
    for host in ("192.0.2.1", "192.0.2.2"):
        with pytest.raises(ZeroDivisionError), room.wait(sent_from(host)):
            raise ZeroDivisionError
    assert room.here == 0
    assert not room._here


def test_lengthy_work_is_waited_for_in_its_room() -> None:
    go_on = threading.Event()

    async def run() -> None:
        work = LengthyWork(1, WaitingRoom("maps", most=2, most_of_one=2))
        tasks = [
            asyncio.create_task(work.do(sent_from("192.0.2.1"), lambda: go_on.wait(30)))
            for _ in range(2)
        ]
        await asyncio.sleep(0)
        assert work.room.here == 2
        with pytest.raises(Overloaded):
            await work.do(sent_from("192.0.2.2"), list)
        go_on.set()
        assert await asyncio.gather(*tasks) == [True, True]
        assert await work.do(sent_from("192.0.2.2"), list) == []

    asyncio.run(run())


def photo() -> dict[str, tuple[str, bytes, str]]:
    file = BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG")
    return {"media": ("a.jpg", file.getvalue(), "image/jpeg")}


@pytest.mark.parametrize(
    ("path", "wide"),
    [("/report/photos", 200), ("/report", 303), ("/open311/v2/requests.json", 201)],
)
def test_photos_that_wait_take_no_places_and_too_many_are_sent_away(
    reporting_settings: Settings, monkeypatch: pytest.MonkeyPatch, path: str, wide: int
) -> None:
    """While one photo is drawn for ever, all else is answered."""
    monkeypatch.setattr(app_module, "MOST_UNDER_WAY", 1)
    drawing, go_on = threading.Event(), threading.Event()

    def draw() -> None:
        drawing.set()
        assert go_on.wait(60)

    async def run() -> None:
        app = make_app(open_workspace(reporting_settings))
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            service = app.state.service
            service.photos.submit(draw)
            assert await asyncio.to_thread(drawing.wait, 30)
            waiting = []
            for number in range(1, 5):
                data = {**PLACE, "description": f"{path} {number}"}
                waiting.append(asyncio.create_task(client.post(path, data=data, files=photo())))
                while service.photo_room.here < number:  # noqa: ASYNC110 - it knows of no event
                    await asyncio.sleep(0.01)
            refused = await client.post(path, data=PLACE, files=photo())
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "5"
            assert (await client.get("/releases")).status_code == 200
            assert not any(one.done() for one in waiting)
            go_on.set()
            answers = await asyncio.gather(*waiting)
            assert [answer.status_code for answer in answers] == [wide] * 4
            assert service.photo_room.here == 0

    try:
        asyncio.run(asyncio.wait_for(run(), 120))
    finally:
        go_on.set()


def test_catchments_of_one_sender_leave_room_for_others(
    own_settings: Settings, now: datetime
) -> None:
    go_on = threading.Event()

    async def run() -> None:
        app = make_app(open_workspace(own_settings), clock=lambda: now)
        transport = httpx.ASGITransport(app=app)
        elsewhere = httpx.ASGITransport(app=app, client=("192.0.2.9", 1))
        path = "/facilities/catchments?minutes="
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
            httpx.AsyncClient(transport=elsewhere, base_url="http://localhost") as other,
        ):
            service = app.state.service
            service.catchments._maker.submit(go_on.wait, 60)
            waiting = [asyncio.create_task(client.get(f"{path}{n}")) for n in (3, 4, 5)]
            while service.catchment_room.here < 3:  # noqa: ASYNC110 - it knows of no event
                await asyncio.sleep(0.01)
            assert (await client.get(f"{path}6")).json()["type"] == "/problems/overloaded"
            waiting.append(asyncio.create_task(other.get(f"{path}7")))
            while service.catchment_room.here < 4:  # noqa: ASYNC110 - it knows of no event
                await asyncio.sleep(0.01)
            go_on.set()
            answers = await asyncio.gather(*waiting)
            assert [answer.status_code for answer in answers] == [200] * 4
            # What is kept is waited for by nobody, so it is given to any number.
            at_once = await asyncio.gather(*(client.get(f"{path}3") for _ in range(12)))
            assert {answer.status_code for answer in at_once} == {200}

    try:
        asyncio.run(asyncio.wait_for(run(), 120))
    finally:
        go_on.set()

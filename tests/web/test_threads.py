"""What takes long is made on threads of its own: who is answered soon does not wait for it."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import httpx
import pytest
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, HTTPException, Request, Response

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import city
from geo_service.store.database import Database
from geo_service.web.app import make_app
from geo_service.web.problems import Overloaded
from geo_service.web.threads import SOON, SOON_WITH_SERVER, WHO_WAIT, at_length, share_few_threads
from geo_service.web.waiting_rooms import LengthyWork, WaitingRoom

AT_LENGTH = 3


class _AtATime:
    """Counts how many are in at a time, and holds them there until they are let go."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.let_go = threading.Event()
        self.inside = self.most = 0

    def stay(self) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        assert self.let_go.wait(30)
        with self._lock:
            self.inside -= 1


class _OfThree:
    def __init__(self) -> None:
        self.maps = LengthyWork(AT_LENGTH, WaitingRoom("maps", 20, 20))


def maps_of(service: object) -> LengthyWork:
    assert isinstance(service, _OfThree)
    return service.maps


def look_at_key(request: Request) -> None:
    if "refused" in request.url.path:
        raise HTTPException(401)


def small_app(lengthy: _AtATime, short: _AtATime) -> FastAPI:
    app = FastAPI()
    app.state.service = _OfThree()

    @app.get("/map/{name}")
    @at_length(maps_of, first=look_at_key)
    def draw(name: str, request: Request) -> Response:
        lengthy.stay()
        return Response(f"{name} {request.url.path}")

    @app.get("/held")
    def hold() -> str:
        short.stay()
        return "held"

    @app.get("/soon")
    def answer() -> str:
        return "soon"

    return app


def run(
    doing: Callable[[httpx.AsyncClient], Awaitable[None]],
    app: FastAPI,
    database: str = "sqlite://",
) -> None:
    async def inside() -> None:
        share_few_threads(Database(database))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            await asyncio.wait_for(doing(client), 60)

    asyncio.run(inside())


async def wait_until(held: _AtATime, many: int) -> None:
    while held.inside < many:  # noqa: ASYNC110 - threads count, and know of no event
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)  # time for one too many to come in


def test_who_is_answered_soon_does_not_wait_for_maps() -> None:
    lengthy, short = _AtATime(), _AtATime()

    async def ask(client: httpx.AsyncClient) -> None:
        maps_asked = [asyncio.create_task(client.get(f"/map/{n}")) for n in range(20)]
        await wait_until(lengthy, AT_LENGTH)
        assert (await client.get("/soon")).json() == "soon"
        lengthy.let_go.set()
        answers = await asyncio.gather(*maps_asked)
        assert [answer.text for answer in answers] == [f"{n} /map/{n}" for n in range(20)]

    run(ask, small_app(lengthy, short))
    assert lengthy.most == AT_LENGTH


def test_who_finds_no_room_is_sent_away_and_who_may_not_ask_takes_none() -> None:
    lengthy, short = _AtATime(), _AtATime()
    app = small_app(lengthy, short)
    app.add_exception_handler(Overloaded, lambda *_: Response("full", status_code=503))

    async def ask(client: httpx.AsyncClient) -> None:
        maps_asked = [asyncio.create_task(client.get(f"/map/{n}")) for n in range(20)]
        await wait_until(lengthy, AT_LENGTH)
        assert (await client.get("/map/more")).text == "full"
        assert (await client.get("/map/refused")).status_code == 401
        lengthy.let_go.set()
        assert {answer.status_code for answer in await asyncio.gather(*maps_asked)} == {200}
        assert (await client.get("/map/more")).text == "more /map/more"

    run(ask, app)


@pytest.mark.parametrize(
    ("database", "most"), [("sqlite://", SOON), ("postgresql+psycopg://h/city", SOON_WITH_SERVER)]
)
def test_so_few_doors_answer_at_a_time(database: str, most: int) -> None:
    lengthy, short = _AtATime(), _AtATime()

    async def ask(client: httpx.AsyncClient) -> None:
        held = [asyncio.create_task(client.get("/held")) for _ in range(30)]
        await wait_until(short, most)
        short.let_go.set()
        assert {(await one).json() for one in held} == {"held"}

    run(ask, small_app(lengthy, short), database)
    assert short.most == most


@pytest.mark.parametrize("writers", [SOON, SOON + WHO_WAIT - 1])
def test_who_reads_is_answered_while_more_write_than_there_are_threads(
    own_settings: Settings, writers: int
) -> None:
    app, workspace = FastAPI(), open_workspace(own_settings)

    @app.put("/written")
    def write() -> str:
        with workspace.database.writing() as connection:
            city.count_change(connection)
        return "written"

    @app.get("/soon")
    def read() -> str:
        return "soon"

    async def inside() -> None:
        places = current_default_thread_limiter()
        share_few_threads(workspace.database)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            with workspace.database.writing():
                waiting = [asyncio.create_task(client.put("/written")) for _ in range(writers)]
                async with asyncio.timeout(30):
                    while places.total_tokens < SOON + min(writers, WHO_WAIT):  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                    assert (await client.get("/soon")).json() == "soon"
                    assert not any(one.done() for one in waiting)
            assert {(await one).json() for one in waiting} == {"written"}
        async with asyncio.timeout(30):
            while places.total_tokens > SOON:  # noqa: ASYNC110 - told by threads, without an event
                await asyncio.sleep(0.01)

    with workspace:
        asyncio.run(inside())


def test_a_door_without_request_is_told_so() -> None:
    async def ask() -> None:
        with pytest.raises(TypeError, match="draw takes no request"):
            await at_length(maps_of)(draw)()

    def draw() -> Response:
        return Response()

    asyncio.run(ask())


@pytest.mark.parametrize("path", ["/maps/public.html", "/planner", "/overlay/cells"])
def test_the_app_answers_others_while_maps_and_tables_wait(
    own_settings: Settings, bearer: Callable[[str], dict[str, str]], path: str
) -> None:
    async def inside() -> None:
        app = make_app(open_workspace(own_settings))
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            assert current_default_thread_limiter().total_tokens == SOON
            service = app.state.service
            kinds = [service.maps.threads, service.tables.threads]
            places, free = kinds[::-1] if path.startswith("/overlay/") else kinds
            others = [object() for _ in range(int(places.total_tokens))]
            for other in others:
                places.acquire_on_behalf_of_nowait(other)
            waiting = asyncio.create_task(client.get(path, headers=bearer("analyst")))
            assert (await client.get("/releases")).status_code == 200
            lengthy = "/overlay/issues" if free is service.tables.threads else "/maps/public.html"
            assert (await client.get(lengthy, headers=bearer("analyst"))).status_code == 200
            await asyncio.sleep(0.2)
            assert not waiting.done()
            assert places.statistics().tasks_waiting == 1
            places.release_on_behalf_of(others[0])
            assert (await asyncio.wait_for(waiting, 60)).status_code == 200

    asyncio.run(inside())

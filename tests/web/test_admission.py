"""More than can be answered soon is sent away at once, and told so."""

import asyncio

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.web import app as app_module
from geo_service.web.admission import Admission, without_place
from geo_service.web.app import _tell, make_app
from geo_service.web.problems import Problem


def say_busy(request: Request, problem: Problem) -> Response:
    del request
    return PlainTextResponse(problem.code, status_code=problem.status)


class Slow:
    """Answers once it is let go, or fails."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.taken = 0
        self.two_are_in = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.taken += 1
        if self.taken == 2:
            self.two_are_in.set()
        await self.go_on.wait()
        if scope["path"] == "/fails":
            raise ZeroDivisionError
        await PlainTextResponse("done")(scope, receive, send)


def asking(app: Admission) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service")


def test_so_many_are_let_in_and_others_when_these_are_done() -> None:
    async def run() -> None:
        slow = Slow()
        async with asking(Admission(slow, say_busy, most=2, patience_s=0)) as client:
            first = [asyncio.create_task(client.get(path)) for path in ("/fails", "/")]
            await slow.two_are_in.wait()
            busy = await client.post("/", content=b"x" * 1_000_000)
            assert (busy.status_code, busy.text) == (503, "overloaded")
            slow.go_on.set()
            assert [answer.status_code for answer in await asyncio.gather(*first)] == [500, 200]
            # One that failed has left its place too.
            again = await asyncio.gather(*(client.get("/") for _ in range(2)))
            assert [answer.status_code for answer in again] == [200, 200]
        assert slow.taken == 4

    asyncio.run(run())


class OneByOne:
    """Answers each request when it is told to; knows who was let in, in their order."""

    def __init__(self) -> None:
        self.let_in: list[str] = []
        self.done = asyncio.Semaphore(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.let_in.append(scope["path"])
        await self.done.acquire()
        await PlainTextResponse("done")(scope, receive, send)


async def settle() -> None:
    """Let all go on until they wait for something."""
    for _ in range(50):
        await asyncio.sleep(0)


def test_who_comes_in_a_rush_waits_for_a_turn_and_the_first_is_the_first() -> None:
    async def run() -> None:
        app = OneByOne()
        admission = Admission(app, say_busy, most=1, patience_s=60)
        async with asking(admission) as client:
            asked = []
            for path in ("/0", "/1", "/2"):
                asked.append(asyncio.create_task(client.get(path)))
                await settle()
            assert app.let_in == ["/0"]
            # Who finds as many waiting as there may be is sent away, however patient.
            assert (await client.get("/3")).status_code == 503
            for turn in (1, 2, 3):
                app.done.release()
                await settle()
                assert app.let_in == ["/0", "/1", "/2"][: turn + 1]
            assert [(await one).status_code for one in asked] == [200, 200, 200]
        assert admission.under_way == 0

    asyncio.run(run())


@pytest.mark.parametrize("at_the_last_moment", [False, True])
def test_a_turn_that_nobody_takes_goes_to_the_next(at_the_last_moment: bool) -> None:
    async def run() -> None:
        app = OneByOne()
        admission = Admission(app, say_busy, most=1, patience_s=60)
        async with asking(admission) as client:
            first, gone, last = [asyncio.create_task(client.get(f"/{one}")) for one in range(3)]
            await settle()
            if at_the_last_moment:
                # Its turn has come, and before it can go on it is ended.
                admission.give_up_place()
                gone.cancel()
                await settle()
                assert app.let_in == ["/0", "/2"]
                app.done.release()
                app.done.release()
                # The place that was taken from the first for this test, so that it can give it up.
                admission.under_way += 1
            else:
                gone.cancel()
                await settle()
                app.done.release()
                app.done.release()
            assert [(await one).status_code for one in (first, last)] == [200, 200]
            with pytest.raises(asyncio.CancelledError):
                await gone
        assert app.let_in == ["/0", "/2"]
        assert admission.under_way == 0

    asyncio.run(run())


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


def test_who_waits_for_a_slow_sender_or_reader_keeps_nobody_out() -> None:
    """Neither a body that trickles in nor an answer that nobody takes is work."""

    async def read_and_answer(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["path"] == "/"
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    async def never(*_: object) -> dict[str, object]:
        await wait_for_ever()
        return {}

    async def whole() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def run() -> None:
        admission = Admission(read_and_answer, say_busy, most=1)
        scope = {"type": "http", "path": "/", "method": "POST", "headers": []}
        sender = asyncio.create_task(admission(scope, never, never))
        reader = asyncio.create_task(admission(scope, whole, never))
        await asyncio.sleep(0)
        async with asking(admission) as client:
            assert (await client.get("/")).text == "done"
        assert admission.under_way == 0
        for one in (sender, reader):
            one.cancel()
        await asyncio.gather(sender, reader, return_exceptions=True)
        assert admission.under_way == 0

    asyncio.run(run())


def test_who_waits_in_a_room_of_its_own_keeps_nobody_out() -> None:
    async def run() -> None:
        waiting, go_on = asyncio.Event(), asyncio.Event()

        async def wait_or_answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"] == "/map":
                with without_place(scope):
                    waiting.set()
                    await go_on.wait()
                assert admission.under_way == 1
            await PlainTextResponse("done")(scope, receive, send)

        admission = Admission(wait_or_answer, say_busy, most=1)
        async with asking(admission) as client:
            slow = asyncio.create_task(client.get("/map"))
            await waiting.wait()
            assert admission.under_way == 0
            assert (await client.get("/")).text == "done"
            go_on.set()
            assert (await slow).text == "done"
        assert admission.under_way == 0

    asyncio.run(run())


def test_who_was_let_in_by_nobody_has_no_place_to_give_up() -> None:
    with without_place({"type": "http"}):
        pass


@pytest.mark.parametrize(
    ("accept", "media_type", "words"),
    [
        ("application/json", "application/problem+json", "Ask again soon."),
        ("text/html", "text/html; charset=utf-8", "现在用的人太多了"),
    ],
)
def test_it_is_told_in_the_words_of_the_service(
    own_settings: Settings, accept: str, media_type: str, words: str
) -> None:
    async def run() -> None:
        with open_workspace(own_settings) as workspace:
            app = make_app(workspace)
            async with asking(Admission(app, _tell, most=0)) as client:
                answer = await client.get("/", headers={"Accept": accept})
                assert answer.status_code == 503
                assert answer.headers["retry-after"] == "2"
                assert answer.headers["content-type"] == media_type
                assert words in answer.text
                # Who asks whether the process lives is not told that it does not.
                assert (await client.get("/health/live")).status_code == 200

    asyncio.run(run())


def test_an_app_that_is_busy_sends_others_away(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "MOST_UNDER_WAY", 0)

    async def run() -> None:
        with open_workspace(own_settings) as workspace:
            transport = httpx.ASGITransport(app=make_app(workspace))
            async with httpx.AsyncClient(transport=transport, base_url="http://it") as client:
                answer = await client.get("/releases")
        assert answer.status_code == 503
        assert answer.headers["x-content-type-options"] == "nosniff"

    asyncio.run(run())

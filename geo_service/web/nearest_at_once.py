"""The rider's question, answered before anything else is asked of a request.

It is the one question that thousands ask at once. What can be answered at once is answered here;
whatever takes longer, or is wrong, goes the usual way and is told there. Where something has
changed, one thread reads it for all who ask meanwhile: each on a thread of its own they would stand
in each other's way. An answer is a few thousand bytes, which the first packets of a connection
hold, so it is not zipped.
"""

from asyncio import Task, create_task, shield
from time import perf_counter
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_service.flows.find_nearest import answer_at_once
from geo_service.streets.profile import Profile
from geo_service.web.answers import GEOJSON, NOT_KEPT
from geo_service.web.nearest import PATH, NearestParameters, write_answer
from geo_service.web.parameters import read_query
from geo_service.web.request_log import write_down
from geo_service.web.security_headers import HEADERS
from geo_service.web.service import Service

_TRIES: Final = 4
"""Where changes come faster than they can be read, the usual way is taken after so many."""
_HEADERS: Final = [
    (name.lower().encode(), value.encode())
    for name, value in {"Content-Type": GEOJSON, **NOT_KEPT, **HEADERS}.items()
]


class Shortcut:
    """Stands before the app, and bears the same headers.

    Parameters
    ----------
    app : ASGI app
        Takes all other requests.
    service : Service
        Of that app.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service
        self._reading: dict[Profile, Task[object]] = {}
        """What is being read at this moment, and all wait for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        body = await self._answer(scope["query_string"])
        if body is None:
            await self._app(scope, receive, send)
            return
        headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self._service.requests.count(PATH, "GET", 200, perf_counter() - begun)
        write_down(scope, 200, begun)

    async def _answer(self, query: bytes) -> bytes | None:
        """Answer a question that can be answered at once; None for any other."""
        service = self._service
        try:
            asked = read_query(NearestParameters, query)
            if asked.way:
                return None
            for _ in range(_TRIES):
                now = service.clock()
                question = asked.question(now)
                placed = service.kept_facilities.current_if_read(question.profile)
                if placed is not None:
                    answer = answer_at_once(placed, question, now)
                    return write_answer(service, question.profile, answer) if answer else None
                await self._read(question.profile)
        except Exception:  # noqa: BLE001 - whatever is wrong, the usual way meets it too and tells
            return None
        return None

    async def _read(self, profile: Profile) -> None:
        """Wait until what has changed is read, by whoever asked first.

        It may have begun before the change that the asker shall see: who asks looks again.
        """
        reading = self._reading.get(profile)
        if reading is None:
            kept_facilities = self._service.kept_facilities
            reading = create_task(run_in_threadpool(kept_facilities.current, profile))
            self._reading[profile] = reading
            reading.add_done_callback(lambda _: self._reading.pop(profile))
        # One who goes away takes nothing from the others.
        await shield(reading)

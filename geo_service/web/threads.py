"""The threads that answer: few for what is answered soon, others for what is counted at length.

Python runs one thread at a time, so that more threads answer no more: they take turns in the midst
of their work, and all are late. Few of them let the others wait outside, at no cost. What counts
for seconds, a map or an analyst's table, must not hold these few, so each kind has threads of its
own: anybody may ask for a map, and no analyst's table waits for those.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial, wraps
from threading import Semaphore
from typing import Final, ParamSpec

from anyio.to_thread import current_default_thread_limiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from geo_service.store.database import Database
from geo_service.web.service import Service, service_of
from geo_service.web.waiting_rooms import LengthyWork

SOON: Final = 2
"""Of two, three, four and eight, with SQLite and 330 requests a second on two cores, with two the
fewest were sent away, and the slowest in a hundred was answered soonest in four runs of five: more
take so many turns that the same work costs a third more."""
SOON_WITH_SERVER: Final = 3
"""Where the database is a server: of three and eight, with four processes of such threads on two
cores, with three more was written."""
WHO_WAIT: Final = 6
"""So many may wait for another writer beside these, for they cost nothing meanwhile."""

Asked = ParamSpec("Asked")


def share_few_threads(database: Database) -> None:
    """Let so many doors of the running app answer at a time; to be called in its event loop.

    Parameters
    ----------
    database : Database
        What they ask. Whoever waits there for another writer's end leaves the thread's place to
        somebody else meanwhile: who only reads need not wait for that.
    """
    places = current_default_thread_limiter()
    places.total_tokens = SOON_WITH_SERVER if database.on_postgresql else SOON
    loop, waiting = asyncio.get_running_loop(), Semaphore(WHO_WAIT)

    def offer(more: int) -> None:
        places.total_tokens += more

    @contextmanager
    def leaving_place() -> Iterator[None]:
        if not waiting.acquire(blocking=False):
            yield
            return
        # Threads may still write when the loop has ended, and offer nobody anything then.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(offer, 1)
        try:
            yield
        finally:
            waiting.release()
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(offer, -1)

    database.while_waiting = leaving_place


def at_length(
    kind: Callable[[Service], LengthyWork], first: Callable[[Request], object] | None = None
) -> Callable[[Callable[Asked, Response]], Callable[Asked, Awaitable[Response]]]:
    """Answer a door, one that takes a `request`, on the threads for one kind of lengthy work.

    Parameters
    ----------
    kind : callable
        Tells which work, of a service's.
    first : callable, optional
        Looks at the request before it waits, on the threads of what is answered soon: whoever may
        not ask shall take no room from those who may.
    """

    def on_its_threads(door: Callable[Asked, Response]) -> Callable[Asked, Awaitable[Response]]:
        @wraps(door)
        async def answer(*args: Asked.args, **named: Asked.kwargs) -> Response:
            request = named.get("request")
            if not isinstance(request, Request):
                raise TypeError(f"{door.__name__} takes no request")
            if first is not None:
                await run_in_threadpool(first, request)
            return await kind(service_of(request)).do(request, partial(door, *args, **named))

        return answer

    return on_its_threads

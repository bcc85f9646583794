"""The threads that answer: few for what is answered soon, others for what is counted at length.

Python runs one thread at a time, so that more threads answer no more: they take turns in the midst
of their work, and all are late. Few of them let the others wait outside, at no cost. What counts
for seconds, a map or an analyst's table, must not hold these few, so each kind has threads of its
own: anybody may ask for a map, and no analyst's table waits for those.
"""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Final, ParamSpec

from anyio.to_thread import current_default_thread_limiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from geo_service.web.service import Service, service_of
from geo_service.web.waiting_rooms import LengthyWork

SOON: Final = 2
"""Of two, three, four and eight, with SQLite and 330 requests a second on two cores, with two the
fewest were sent away, and the slowest in a hundred was answered soonest in four runs of five: more
take so many turns that the same work costs a third more."""
SOON_ASKING: Final = 8
"""Where the database is a server, its answers are waited for most of the time."""

Asked = ParamSpec("Asked")


def share_few_threads(*, asking: bool) -> None:
    """Let so many doors of the running app answer at a time; to be called in its event loop.

    Parameters
    ----------
    asking : bool
        Whether they ask a server for what is in the database.
    """
    current_default_thread_limiter().total_tokens = SOON_ASKING if asking else SOON


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

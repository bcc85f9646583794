"""The threads that answer: few for what is answered soon, others for what is counted at length.

Python runs one thread at a time, so that more threads answer no more: they take turns in the midst
of their work, and all are late. Few of them let the others wait outside, at no cost. What counts
for seconds, a map or an analyst's table, must not hold these few, so it has threads of its own.
"""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Final, ParamSpec

from anyio.to_thread import current_default_thread_limiter, run_sync
from starlette.requests import Request
from starlette.responses import Response

from geo_service.web.service import service_of

SOON: Final = 8
"""At 400 requests a second on two cores, forty threads sent some away and eight none, and the
slowest in a hundred was answered five times as soon."""

Asked = ParamSpec("Asked")


def share_few_threads() -> None:
    """Let so many doors of the running app answer at a time; to be called in its event loop."""
    current_default_thread_limiter().total_tokens = SOON


def at_length(door: Callable[Asked, Response]) -> Callable[Asked, Awaitable[Response]]:
    """Answer a door, one that takes a `request`, on the threads for what takes long."""

    @wraps(door)
    async def answer(*args: Asked.args, **named: Asked.kwargs) -> Response:
        request = named.get("request")
        if not isinstance(request, Request):
            raise TypeError(f"{door.__name__} takes no request")
        places = service_of(request).at_length
        return await run_sync(partial(door, *args, **named), limiter=places)

    return answer

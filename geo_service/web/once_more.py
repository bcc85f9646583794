"""A request is done once more where the database broke off and nothing can have been kept of it."""

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from geo_service.store.acting import nothing_kept
from geo_service.web.service import service_of

_BODY: Final = "geo_service.body"
_TRIED: Final = "geo_service.tried"
MOST_KEPT: Final = 1 << 18
"""Bytes of a body that is kept to be read once more; with a larger one all is tried once."""


async def pieces_of_body(request: Request) -> AsyncGenerator[bytes]:
    """Yield the body as it comes; whoever reads all of it once more is given the same.

    Raises
    ------
    ClientDisconnect
        If it does not all come.
    """
    kept: Sequence[bytes] | None = request.scope.get(_BODY)
    if kept is not None:
        for piece in kept:
            yield piece
        return
    keeping = _may_break_off(request)
    came: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if keeping and size > MOST_KEPT:
            # Photos wait on the disk for what else comes; here they would fill the memory.
            request.scope[_TRIED] = True
            keeping = False
            came.clear()
        if keeping:
            came.append(piece)
        yield piece
    if keeping:
        request.scope[_BODY] = came


def _may_break_off(request: Request) -> bool:
    """Say whether what answers has a server for its database, not SQLite's file."""
    return "app" in request.scope and service_of(request).workspace.database.on_postgresql


def may_be_done_once_more(request: Request) -> bool:
    """Say whether a request that broke off may be done again without being done twice.

    Whatever it is, the database was told to keep nothing of it; it is tried twice at most, and
    once only if its body was too large to be kept.
    """
    route = request.scope.get("route")
    return isinstance(route, APIRoute) and _TRIED not in request.scope and nothing_kept()


async def do_once_more(request: Request) -> Response:
    """Answer a request anew. Raises what its door does."""
    request.scope[_TRIED] = True
    route: APIRoute = request.scope["route"]
    return await route.get_route_handler()(request)

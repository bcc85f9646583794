"""Requests that may write are acts, so that the audit log says whose they were, and of what."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from geo_service.store.acting import Act, Deed, acting
from geo_service.web.service import Clock

ASKING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing; caches that are filled meanwhile are nobody's doing."""
ABOUT: Final = {
    "issue_id": "issue",
    "facility_id": "facility",
    "task_id": "task",
    "team_id": "team",
}
"""Parts of paths that name what is no secret of anybody's: trips, photos and vouchers are left out.
"""


class Audited:
    """Lets each request that may write be an act; the key that it shows is told where it is known.

    Parameters
    ----------
    app : ASGI app
        Takes the requests.
    clock : callable
        Tells the present moment, with a zone.
    """

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        writes = scope["method"] not in ASKING
        with acting(Act(self._clock, lambda: _deed(scope)) if writes else None):
            await self._app(scope, receive, send)


def _deed(scope: Scope) -> Deed:
    """Say what a request does: by then its way to a door is known."""
    parts = scope.get("path_params", {})
    about, about_id = next(
        ((kind, str(parts[name])) for name, kind in ABOUT.items() if name in parts), ("", "")
    )
    return Deed(getattr(scope.get("route"), "name", ""), about, about_id)

"""What one process holds while it answers: the workspace, its districts, pages drawn, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from starlette.requests import Request

from geo_service.flows.districts import Districts
from geo_service.flows.wiring import Workspace
from geo_service.web.drawn_pages import DrawnPages

Clock = Callable[[], datetime]


def look_at_clock() -> datetime:
    """Return the present moment; only doors do."""
    return datetime.now(tz=UTC)


@dataclass(frozen=True, slots=True)
class Service:
    """Kept with the app; every door takes what it needs from it."""

    workspace: Workspace
    districts: Districts
    public_pages: DrawnPages
    clock: Clock


def open_service(workspace: Workspace, clock: Clock) -> Service:
    """Put the parts of a process together."""
    return Service(workspace, Districts(workspace), DrawnPages(workspace), clock)


def service_of(request: Request) -> Service:
    """Return the service of the app that a request came to."""
    return cast("Service", request.app.state.service)

"""The app: every door, what guards them, and how errors leave."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from geo_service.errors import GeoServiceError, Interrupted, NotReady, OutcomeUnknown
from geo_service.flows.erase_rider import count_unfinished
from geo_service.flows.tidy_up import tidy_up
from geo_service.flows.wiring import Workspace
from geo_service.store.acting import nothing_kept
from geo_service.streets.profile import Profile
from geo_service.web import (
    assets,
    catchments,
    check_ins,
    consent,
    desk,
    desk_issue,
    docs,
    facilities,
    facility_states,
    facility_writes,
    files,
    gbfs,
    health,
    install,
    issue_life,
    issue_moves,
    issues_near,
    key_page,
    known_issue,
    maps,
    metrics,
    nearest,
    open311,
    open311_reports,
    overlay,
    own_page,
    photos,
    place_list,
    releases,
    report_page,
    report_tracking,
    rider_credits,
    rider_page,
    routes,
    station_pages,
    station_use,
    street_ground,
    tasks,
    teams,
    tiles,
    traces,
    work_list,
)
from geo_service.web.admission import Admission
from geo_service.web.answers import page_answer
from geo_service.web.audited import Audited
from geo_service.web.auth import came_by_cookie, forget_key
from geo_service.web.head_requests import AnswerHead
from geo_service.web.nearest_at_once import Shortcut
from geo_service.web.ogc import collections, items, landing
from geo_service.web.ogc.items_at_once import ItemsAtOnce
from geo_service.web.once_more import do_once_more, may_be_done_once_more
from geo_service.web.open311_answers import error_answer, is_open311
from geo_service.web.openapi_document import DescribedApp, operation_id
from geo_service.web.other_origins import OtherOrigins
from geo_service.web.pages import write_page
from geo_service.web.problem_words import needs_another_key, say_detail, say_title
from geo_service.web.problems import (
    Problem,
    hints,
    problem_of_error,
    problem_of_status,
    problem_response,
)
from geo_service.web.ready_collections import ReadyCollections
from geo_service.web.request_log import finish_log, path_told
from geo_service.web.security_headers import HEADERS, SecurityHeaders
from geo_service.web.service import Clock, look_at_clock, open_service, service_of
from geo_service.web.threads import share_few_threads
from geo_service.web.trusted_proxies import TrustedProxies
from geo_service.web.upkeep import Upkeep

LOG = logging.getLogger("geo_service.web")
DESCRIPTION = (
    "Nearest facilities by the streets riders ride, reports of what is wrong on the way and what "
    "becomes of them, and where routes pass them. Keys are made by `geo-service keys add`; each "
    "summary says whose is needed. "
    "Positions are WGS-84 in decimal degrees, longitude first in GeoJSON; times are UTC."
)
# A path with a fixed word stands before the one that takes any word there.
DOORS: tuple[APIRouter, ...] = (
    rider_page.router,
    install.router,
    street_ground.router,
    place_list.router,
    maps.router,
    nearest.router,
    catchments.router,
    facility_states.router,
    facility_writes.router,
    facilities.router,
    routes.router,
    work_list.router,
    issue_moves.router,
    issues_near.router,
    issue_life.router,
    open311.router,
    open311_reports.router,
    photos.router,
    report_page.router,
    report_tracking.router,
    known_issue.router,
    tasks.router,
    consent.router,
    own_page.router,
    traces.router,
    overlay.router,
    landing.router,
    collections.router,
    items.router,
    releases.router,
    files.router,
    gbfs.router,
    tiles.router,
    rider_credits.router,
    check_ins.router,
    station_use.router,
    station_pages.router,
    teams.router,
    key_page.router,
    desk.router,
    desk_issue.router,
    health.router,
    metrics.router,
    docs.router,
    assets.router,
)
PAGES = ("/", "/planner", "/report", "/desk", "/key", "/key/forget", "/me")
"""Where people arrive with a browser and are told in words, not JSON, what is wrong."""
PAGE_FOLDERS = ("/stations/", "/report/", "/known/", "/desk/")
"""Likewise all below these."""
SMALLEST_ZIPPED = 1000
ZIPPED_LIGHTLY = 5
"""Harder takes up to ten times as long for one byte in a hundred, and all others wait for it."""
MOST_UNDER_WAY = 64
"""Few threads work at them, and the others wait a fraction of a second for one; whoever waits for
a slow sender or reader is not one of them."""


def paths() -> tuple[str, ...]:
    """Return every path that is answered, once, as OpenAPI writes them."""
    return (*dict.fromkeys(route.path_format for route in _routes()), "/openapi.json")


def _routes() -> list[APIRoute]:
    return [route for door in DOORS for route in door.routes if isinstance(route, APIRoute)]


def make_app(workspace: Workspace, *, clock: Clock = look_at_clock) -> FastAPI:
    """Make the app that serves a workspace.

    Parameters
    ----------
    workspace : Workspace
        Opened; the app lets go of it when it is shut down.
    clock : callable
        Tells the present moment, with a zone.
    """

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        share_few_threads(workspace.database)
        # The first question would otherwise wait for the streets to be opened.
        with suppress(NotReady):
            await run_in_threadpool(app.state.service.kept_facilities.current, Profile.EBIKE)
        await run_in_threadpool(_look_after_crash, workspace, clock)
        upkeep = Upkeep(workspace, service.commons, clock)
        upkeep.start()
        ready = ReadyCollections(app.state.service.collections)
        ready.start()
        service.told_counts.start()
        yield
        await run_in_threadpool(ready.stop)
        await run_in_threadpool(upkeep.stop)
        await run_in_threadpool(app.state.service.photos.shutdown, cancel_futures=True)
        app.state.service.catchments.close()
        await run_in_threadpool(app.state.service.files.close)
        await run_in_threadpool(service.told_counts.stop)
        service.commons.close()
        workspace.close()
        finish_log()

    app = DescribedApp(
        title=docs.TITLE,
        description=DESCRIPTION,
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        # A tracer would be told whole addresses, with positions and keys in them.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        lifespan=living,
        generate_unique_id_function=operation_id,
    )
    service = app.state.service = open_service(workspace, clock)
    app.mount(docs.SWAGGER, docs.swagger_files())
    for door in DOORS:
        app.include_router(door)
    app.add_middleware(Audited, clock=clock)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_ZIPPED, compresslevel=ZIPPED_LIGHTLY)
    app.add_middleware(AnswerHead)
    app.add_middleware(Admission, tell=_tell, most=MOST_UNDER_WAY)
    app.add_middleware(SecurityHeaders, counts=service.requests)
    app.add_exception_handler(GeoServiceError, _tell_error)
    app.add_exception_handler(Interrupted, _try_once_more)
    app.add_exception_handler(HTTPException, _tell_status)
    app.add_exception_handler(RequestValidationError, _tell_unprocessable)
    app.add_exception_handler(Exception, _tell_fault)
    return app


def make_served_app(workspace: Workspace, *, clock: Clock = look_at_clock) -> TrustedProxies:
    """Make the app as it is served: what is asked most is answered in front of it.

    Parameters
    ----------
    workspace, clock
        As for `make_app`.
    """
    app = make_app(workspace, clock=clock)
    service = app.state.service
    answering: Shortcut | OtherOrigins = Shortcut(
        ItemsAtOnce(app, service, SMALLEST_ZIPPED), service
    )
    if workspace.settings.origins():
        answering = OtherOrigins(answering, workspace.settings)
    return TrustedProxies(answering, workspace.settings, service.requests)


def _look_after_crash(workspace: Workspace, clock: Clock) -> None:
    try:
        tidy_up(workspace, clock())
    except NotReady as problem:
        # What is left only takes room, so questions are answered all the same.
        LOG.warning("what was left behind stays for now: %s", problem)
    begun = count_unfinished(workspace)
    if begun:
        LOG.warning(
            "%d erasures of riders are not finished; upkeep goes on with them, and so does "
            "geo-service erase-rider --finish",
            begun,
        )


async def _tell_error(request: Request, error: Exception) -> Response:
    problem = problem_of_error(cast("GeoServiceError", error))
    if problem.status >= 500:
        LOG.error("%s %s: %s", request.method, path_told(request.scope["path"]), error)
    return _tell(request, problem)


async def _try_once_more(request: Request, error: Exception) -> Response:
    if may_be_done_once_more(request):
        LOG.warning("%s, so it is tried once more", error)
        return await do_once_more(request)
    if not nothing_kept():
        # Broken off at a question behind the write, which was kept.
        error = OutcomeUnknown(
            "The connection to the database was lost after something was written.",
            remedy="Look whether what you sent is there; if not, send it again.",
        )
    return await _tell_error(request, error)


async def _tell_status(request: Request, error: Exception) -> Response:
    told = cast("HTTPException", error)
    headers = dict(told.headers or {})
    met = request.scope.get("route")
    if told.status_code == 405 and isinstance(met, APIRoute):
        headers["Allow"] = ", ".join(_methods(met.path_format))
    problem = problem_of_status(told.status_code)
    if is_open311(request):
        return error_answer(request, problem, headers)
    return problem_response(problem, headers)


def _methods(path: str) -> list[str]:
    """List the methods of a path; each has a route of its own, and the protocol tells of one."""
    here = [route.methods or set() for route in _routes() if route.path_format == path]
    known = set().union(*here)
    return sorted(known | {"HEAD"} if "GET" in known else known)


async def _tell_unprocessable(request: Request, error: Exception) -> Response:
    del error
    return _tell(request, problem_of_status(422))


async def _tell_fault(request: Request, error: Exception) -> Response:
    # The server writes the error's trace down once this has answered, outside the rest.
    told = path_told(request.scope["path"])
    LOG.error("%s %s 500: %s", request.method, told, type(error).__name__)
    service_of(request).requests.count_request(request.scope, 500, None)
    answer = _tell(request, problem_of_status(500))
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _is_page(path: str) -> bool:
    return path in PAGES or path.startswith(PAGE_FOLDERS)


def _tell(request: Request, problem: Problem) -> Response:
    if is_open311(request):
        return error_answer(request, problem)
    answer = problem_response(problem)
    if _is_page(request.url.path) and "text/html" in request.headers.get("accept", ""):
        desk = request.url.path.startswith("/desk")
        page = write_page(
            "problem.html",
            problem=problem,
            title=say_title(problem),
            detail=say_detail(problem),
            desk=desk,
            # Who is refused at the desk finds nothing else there with the same key.
            back=desk and not needs_another_key(problem),
            onward="/desk" if desk else key_page.known_path(request.url.path),
        )
        answer = page_answer(page, status=problem.status)
        answer.headers.update(hints(problem))
    if problem.status == 401 and came_by_cookie(request):
        # Else a browser whose key has expired would never see even what is public.
        forget_key(answer, request)
    return answer

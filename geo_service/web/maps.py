"""``GET /planner`` and ``/maps/...``: maps drawn by the caller's rights."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotFound
from geo_service.maps.page import LAYERS, PUBLIC_LAYERS
from geo_service.web.answers import JSON, page_answer
from geo_service.web.auth import (
    SHOWS_KEY,
    cookie_name,
    key_of,
    require_analyst,
    take_from_address,
    viewer_of,
)
from geo_service.web.descriptions import (
    KEY_OPTIONAL,
    WITH_A_KEY,
    describe_answer,
    describe_held,
    describe_led_on,
    describe_page,
    describe_problems,
)
from geo_service.web.drawn_pages import PARTS_PATH
from geo_service.web.etags import tagged_answer
from geo_service.web.key_page import PLANNER, onward_of
from geo_service.web.page_policies import policy_for_inline
from geo_service.web.pages import write_page
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.path_parts import Drawing, MapName, PartName
from geo_service.web.schemas import pages
from geo_service.web.service import service_of
from geo_service.web.threads import at_length

WHOLE_PAGES = ("public", "planner")
NAMES = (*WHOLE_PAGES, *LAYERS)
drawn_at_length = at_length(lambda service: service.maps)

router = APIRouter(tags=["maps"])


@router.get(
    "/planner",
    summary="The planner's map",
    response_class=Response,
    responses={
        200: describe_page("The map."),
        **describe_led_on("The key in the address is kept by the browser now."),
        **describe_problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE, page=True),
    },
    dependencies=[SHOWS_KEY],
    openapi_extra=KEY_OPTIONAL,
)
@drawn_at_length
def show_planner_page(request: Request) -> Response:
    """Draw the public layers; with an analyst's key, all.

    A key in the address is put into a cookie at once, so that it does not stay there.
    """
    # Messengers add parameters of their own to links they pass on, so pages refuse none.
    moved = take_from_address(service_of(request), request, PLANNER, onward_of)
    if moved is not None:
        return moved
    from_elsewhere = request.headers.get("sec-fetch-site") == "cross-site"
    if from_elsewhere and cookie_name(request) not in request.cookies:
        # A strict cookie is not shown on the way in from another site, only from our own.
        return page_answer(write_page("again.html", path="/planner"))
    return _draw(request, _viewer(request), None)


@router.get(
    "/maps/{name}.html",
    summary="One map",
    response_class=Response,
    responses={
        200: describe_page("The map."),
        **describe_problems(*WITH_A_KEY, HTTPStatus.NOT_FOUND),
    },
    dependencies=[SHOWS_KEY],
    openapi_extra=KEY_OPTIONAL,
)
@drawn_at_length
def draw_map(name: MapName, request: Request) -> Response:
    """Draw `public`, `planner`, or a single layer, by the caller's rights."""
    read_parameters(NoParameters, request.query_params.multi_items())
    if name not in NAMES:
        raise NotFound("There is no such map.", remedy=f"There are: {', '.join(NAMES)}.")
    if name == "planner":
        return _draw(request, _viewer(request), None)
    if name == "public":
        return _draw(request, Viewer.PUBLIC, None)
    if name in PUBLIC_LAYERS:
        return _draw(request, _viewer(request), [name])
    require_analyst(service_of(request), request, cookie=True)
    return _draw(request, Viewer.ANALYST, [name])


def _viewer(request: Request) -> Viewer:
    return viewer_of(key_of(service_of(request), request, cookie=True))


@router.get(
    PARTS_PATH + "/{drawing}/{name}",
    summary="What a map asks for",
    response_class=Response,
    responses={
        200: describe_answer(pages.MAP_PART, "Marks, cards or lines of the map.", headers=["ETag"]),
        **describe_held(),
        **describe_problems(
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
    dependencies=[SHOWS_KEY],
    openapi_extra=KEY_OPTIONAL,
)
def read_map_part(drawing: Drawing, name: PartName, request: Request) -> Response:
    """Give what an open map asks for; each drawing has addresses of its own."""
    read_parameters(NoParameters, request.query_params.multi_items())
    text = service_of(request).drawn_pages.part(_viewer(request), drawing, name)
    return tagged_answer(request, text.encode(), JSON)


def _draw(request: Request, viewer: Viewer, layers: Sequence[str] | None) -> Response:
    service = service_of(request)
    page = service.drawn_pages.page(viewer, layers, service.clock())
    return page_answer(page, policy_for_inline(page, service.tile_hosts))

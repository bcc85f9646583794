"""``GET /planner`` and ``/maps/...``: maps drawn by the caller's rights."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotFound
from geo_service.maps.page import LAYERS, PUBLIC_LAYERS
from geo_service.web.answers import JSON, page_answer
from geo_service.web.auth import (
    cookie_name,
    key_of,
    require_analyst,
    take_from_address,
    viewer_of,
)
from geo_service.web.drawn_pages import PARTS_PATH
from geo_service.web.etags import tagged_answer
from geo_service.web.page_policies import policy_for_inline
from geo_service.web.pages import write_page
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.service import service_of

WHOLE_PAGES = ("public", "planner")
NAMES = (*WHOLE_PAGES, *LAYERS)


router = APIRouter(tags=["maps"])


@router.get("/planner", summary="The planner's map", response_class=Response)
def planner(request: Request) -> Response:
    """Draw the public layers; with an analyst's key, all.

    A key in the address is put into a cookie at once, so that it does not stay there.
    """
    # Messengers add parameters of their own to links they pass on, so pages refuse none.
    moved = take_from_address(service_of(request), request, "/planner")
    if moved is not None:
        return moved
    from_elsewhere = request.headers.get("sec-fetch-site") == "cross-site"
    if from_elsewhere and cookie_name(request) not in request.cookies:
        # A strict cookie is not shown on the way in from another site, only from our own.
        return page_answer(write_page("again.html", path="/planner"))
    return _draw(request, _viewer(request), None)


@router.get("/maps/{name}.html", summary="One map", response_class=Response)
def one_map(name: str, request: Request) -> Response:
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
    responses={200: {"content": {JSON: {}}, "description": "Marks, cards or lines of the map."}},
)
def part(drawing: str, name: str, request: Request) -> Response:
    """Give what an open map asks for; each drawing has addresses of its own."""
    read_parameters(NoParameters, request.query_params.multi_items())
    text = service_of(request).drawn_pages.part(_viewer(request), drawing, name)
    return tagged_answer(request, text.encode(), JSON)


def _draw(request: Request, viewer: Viewer, layers: Sequence[str] | None) -> Response:
    service = service_of(request)
    page = service.drawn_pages.page(viewer, layers, service.clock())
    return page_answer(page, policy_for_inline(page, service.tile_hosts))

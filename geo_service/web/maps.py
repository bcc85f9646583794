"""``GET /planner`` and ``/maps/...``: maps drawn by the caller's rights."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotFound
from geo_service.flows.draw_map import draw_map
from geo_service.maps.assets import Assets
from geo_service.maps.page import LAYERS, PUBLIC_LAYERS
from geo_service.web.answers import page_answer, policy_for_inline
from geo_service.web.auth import (
    cookie_name,
    key_of,
    require_analyst,
    take_from_address,
    viewer_of,
)
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


def _draw(request: Request, viewer: Viewer, layers: Sequence[str] | None) -> Response:
    service = service_of(request)
    now = service.clock()
    if viewer is Viewer.PUBLIC:
        page = service.public_pages.page(layers, now)
    else:
        assets = Assets(embedded=False)
        page = draw_map(service.workspace, viewer, now, layers=layers, assets=assets)
    return page_answer(page, policy_for_inline(page, service.tile_hosts))

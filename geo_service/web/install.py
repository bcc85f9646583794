"""``GET /manifest.webmanifest`` and ``/sw.js``: the rider's page put on a phone's first screen."""

import hashlib
import json
from functools import cache
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from geo_service.errors import NotFound
from geo_service.maps.app_icon import app_icon
from geo_service.maps.assets import GROUND_SCRIPTS
from geo_service.store import city
from geo_service.web import place_list, street_ground
from geo_service.web.answers import json_answer
from geo_service.web.assets import (
    ASKED_AGAIN,
    KEPT_FOREVER,
    map_address,
    static_address,
    static_text,
)
from geo_service.web.descriptions import (
    describe_answer,
    describe_bytes,
    describe_headers,
    describe_held,
    describe_problems,
)
from geo_service.web.etags import tagged_answer
from geo_service.web.page_policies import WORKER_POLICY
from geo_service.web.parameters import Parameters, describe_parameters
from geo_service.web.report_page import PATH as REPORT_PATH
from geo_service.web.rider_words import choose_tongue
from geo_service.web.schemas import pages
from geo_service.web.service import service_of

MANIFEST = "application/manifest+json"
ICON_SIZES = (192, 512)
SHELL = ("rider.css", "rider.js", "rider_offline.js", "sign.svg")
"""What the rider's page is made of."""
MAP_PARTS = ("map-base.css", "leaflet.js", *GROUND_SCRIPTS)
"""What its map is made of, besides files of its own."""
OWN_MAP_PARTS = ("pin_map.css", "pin_map.js", "rider_map.js")
FORM_PARTS = (
    "rider.css",
    "report.css",
    "sign.svg",
    "report_drafts.js",
    "report_photos.js",
    "report_place.js",
    "report_cards.js",
    "report_near.js",
    "report.js",
)
"""What the report page is made of; its map is the rider's."""
GROUND, THEME = "#eef2f4", "#ffffff"

router = APIRouter(tags=["rider"])


class ManifestParameters(Parameters):
    """Of the manifest; what else an address bears is left alone."""

    lang: Annotated[
        str, Field(description="`zh` or `en`. None: as `Accept-Language` says.", examples=["en"])
    ] = ""


@router.get(
    "/manifest.webmanifest",
    summary="How the page is installed",
    response_class=Response,
    responses={
        200: describe_answer(pages.MANIFEST, "The manifest.", media_type=MANIFEST),
        **describe_problems(HTTPStatus.SERVICE_UNAVAILABLE),
    },
    openapi_extra=describe_parameters(ManifestParameters),
)
def read_manifest(request: Request) -> Response:
    """Say how the rider's page looks on a phone's first screen; ``lang`` is ``zh`` or ``en``."""
    accepted = request.headers.get("accept-language", "")
    tongue = choose_tongue(request.query_params.get("lang"), None, accepted)
    with service_of(request).workspace.database.reading() as connection:
        title = city.read_title(connection)
    icons = [{"src": static_address("icon.svg"), "sizes": "any", "type": "image/svg+xml"}]
    icons += [
        {"src": f"/assets/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
        for size in ICON_SIZES
    ]
    told = {
        "id": "/",
        "name": title or tongue.service,
        "short_name": tongue.service,
        "lang": tongue.html,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": THEME,
        "icons": [{**icon, "purpose": "any maskable"} for icon in icons],
    }
    headers = {**ASKED_AGAIN, "Vary": "Accept-Language"}
    return json_answer(told, media_type=MANIFEST, headers=headers)


@router.get(
    "/sw.js",
    summary="What keeps the page for when there is no network",
    response_class=Response,
    responses={
        200: {**describe_bytes("text/javascript", "The script."), **describe_headers("ETag")},
        **describe_held(),
    },
)
def read_service_worker(request: Request) -> Response:
    """Give the service worker: it keeps the rider's page, its answers and an empty report."""
    answer = tagged_answer(request, _worker().encode(), "text/javascript; charset=utf-8")
    answer.headers["Content-Security-Policy"] = WORKER_POLICY
    return answer


@router.get("/assets/icon-{size}.png", include_in_schema=False)
def icon(size: str) -> Response:
    """Show the sign, in one of the sizes that phones ask for."""
    if size not in map(str, ICON_SIZES):
        raise NotFound("There is no such icon.")
    return Response(app_icon(int(size)), media_type="image/png", headers=KEPT_FOREVER)


def _later() -> list[str]:
    """Name what the page asks for once a map is opened."""
    ours = [static_address(name) for name in OWN_MAP_PARTS]
    return [*ours, *map(map_address, MAP_PARTS), street_ground.PATH]


@cache
def _worker() -> str:
    """Put before the worker's text what it keeps; its version changes with either."""
    text = static_text("worker.js")
    lists: dict[str, object] = {
        "SHELL": [static_address(name) for name in SHELL],
        "LATER": _later(),
        "PLACES": place_list.PATH,
        "FORM": REPORT_PATH,
        "FORM_PARTS": [static_address(name) for name in FORM_PARTS],
    }
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in lists.items())
    version = hashlib.sha256((head + text).encode()).hexdigest()[:12]
    return f'{head}const VERSION = "{version}";\n{text}'

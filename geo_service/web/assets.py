"""``GET /assets/...``: scripts, styles and signs, all from this server."""

import hashlib
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from geo_service.errors import NotFound
from geo_service.maps.assets import NAMES, STOCK_NAMES, read_asset

KEPT_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
ASKED_AGAIN = {"Cache-Control": "no-cache"}
OURS = {
    "icon.svg": "image/svg+xml",
    "consent.css": "text/css; charset=utf-8",
    "desk.css": "text/css; charset=utf-8",
    "ogc.css": "text/css; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "pin_map.css": "text/css; charset=utf-8",
    "pin_map.js": "text/javascript; charset=utf-8",
    "report.css": "text/css; charset=utf-8",
    "report.js": "text/javascript; charset=utf-8",
    "report_cards.js": "text/javascript; charset=utf-8",
    "report_drafts.js": "text/javascript; charset=utf-8",
    "report_near.js": "text/javascript; charset=utf-8",
    "report_photos.js": "text/javascript; charset=utf-8",
    "report_place.js": "text/javascript; charset=utf-8",
    "rider.css": "text/css; charset=utf-8",
    "rider.js": "text/javascript; charset=utf-8",
    "rider_map.js": "text/javascript; charset=utf-8",
    "rider_offline.js": "text/javascript; charset=utf-8",
    "sign.svg": "image/svg+xml",
    "station.css": "text/css; charset=utf-8",
    "station_print.css": "text/css; charset=utf-8",
    "worker.js": "text/javascript; charset=utf-8",
}
"""The files in ``static/`` and what they are."""


@cache
def static_text(name: str) -> str:
    """Read one of our own files; KeyError if there is none of that name."""
    if name not in OURS:
        raise KeyError(name)
    return (files("geo_service.web") / "static" / name).read_text("utf-8")


@cache
def static_address(name: str) -> str:
    """Return the address of one of our own files, which changes with its text."""
    return f"/assets/{name}?v={hashlib.sha256(static_text(name).encode()).hexdigest()[:12]}"


def map_address(name: str) -> str:
    """Return the address of a part that maps are made of, which changes with its text."""
    return f"/assets/{name}?v={read_asset(name).version}"


router = APIRouter(include_in_schema=False)


@router.get("/assets/{name}")
def asset(name: str, request: Request) -> Response:
    """Answer with a file; one asked for by its version may be kept forever."""
    headers = KEPT_FOREVER if "v" in request.query_params else ASKED_AGAIN
    if name in OURS:
        return Response(static_text(name), media_type=OURS[name], headers=headers)
    if name not in (*NAMES, *STOCK_NAMES):
        raise NotFound("There is no such script, style or sign.")
    found = read_asset(name)
    return Response(found.text, media_type=found.media_type, headers=headers)

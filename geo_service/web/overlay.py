"""``GET /overlay/...``: exposure of issues, cells and streets, for analysts."""

from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Request, Response
from pydantic import Field

from geo_service.arrays import Flags, Shapes
from geo_service.export.table import geojson_text
from geo_service.flows.overlay_issues import MOST_RADIUS_M, OverlayQuestion, overlay_frame
from geo_service.web.answers import GEOJSON, NOT_KEPT
from geo_service.web.auth import require_analyst
from geo_service.web.parameters import (
    Box,
    Moment,
    Number,
    Parameters,
    describe_parameters,
    read_parameters,
)
from geo_service.web.service import service_of


class OverlayParameters(Parameters):
    """Of the analyst's question."""

    since: Annotated[
        Moment | None, Field(description="Only trips that start then or later, ISO 8601.")
    ] = None
    until: Annotated[
        Moment | None, Field(description="Only trips that start before then, ISO 8601.")
    ] = None
    radius_m: Annotated[
        Number | None,
        Field(gt=0, le=MOST_RADIUS_M, description="How close is a pass; else the setting."),
    ] = None
    bbox: Annotated[
        Box | None, Field(description="Only what lies in west,south,east,north, decimal degrees.")
    ] = None


router = APIRouter(tags=["overlay (analyst's key)"])


def _describe_door(row: str) -> dict[str, Any]:
    return {
        "summary": f"Where trips pass issues: a feature for each {row}",
        "response_class": Response,
        "responses": {200: {"content": {GEOJSON: {}}, "description": "A FeatureCollection."}},
        "openapi_extra": describe_parameters(OverlayParameters),
    }


@router.get("/overlay/issues", **_describe_door("issue"))
def overlay_issues(request: Request) -> Response:
    """Every issue, also those nobody passes, with passes, riders, first and last pass."""
    return _answer(request, "issue")


@router.get("/overlay/cells", **_describe_door("cell"))
def overlay_cells(request: Request) -> Response:
    """Every H3 cell that saw a trip or an issue, with its exposure."""
    return _answer(request, "cell")


@router.get("/overlay/streets", **_describe_door("street"))
def overlay_streets(request: Request) -> Response:
    """Every stretch of street that saw a trip or an issue, with its exposure."""
    return _answer(request, "street")


def _answer(request: Request, row: str) -> Response:
    service = service_of(request)
    require_analyst(service, request)
    asked = read_parameters(OverlayParameters, request.query_params.multi_items())
    question = OverlayQuestion(since=asked.since, until=asked.until, radius_m=asked.radius_m)
    frame = overlay_frame(service.workspace, row, question)
    if asked.bbox is not None:
        frame = frame[_meets(frame.geometry.to_numpy(), asked.bbox)]
    return Response(geojson_text(frame), media_type=GEOJSON, headers=NOT_KEPT)


def _meets(shapes: Shapes, box: tuple[float, float, float, float]) -> Flags:
    """Say which shapes meet a box; where its west is east of its east, it crosses 180 degrees."""
    west, south, east, north = box
    if west <= east:
        return shapely.intersects(shapes, shapely.box(west, south, east, north))
    return shapely.intersects(shapes, shapely.box(west, south, 180, north)) | shapely.intersects(
        shapes, shapely.box(-180, south, east, north)
    )

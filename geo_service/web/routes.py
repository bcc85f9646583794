"""``POST /routes/issues``: the open issues along a planned route, in riding order."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request, Response
from pydantic import Field

from geo_service.arrays import Floats
from geo_service.errors import RefusedFields
from geo_service.export.features import collection, issue_along_feature
from geo_service.flows.find_issues_along import (
    MOST_RADIUS_M,
    RouteAnswer,
    RouteQuestion,
    find_issues_along,
    refuse_too_many,
)
from geo_service.geometry.datum import Datum, convert
from geo_service.geometry.position import is_on_earth
from geo_service.web.answers import GEOJSON, json_answer
from geo_service.web.bodies import FEATURE_TYPES, object_of, read_content
from geo_service.web.descriptions import (
    SENDING,
    describe_answer,
    describe_body,
    describe_problems,
    describe_rules,
)
from geo_service.web.parameters import Number, Parameters, describe_parameters, read_parameters
from geo_service.web.schemas import issues, sent
from geo_service.web.service import Service, service_of

LINE_EXAMPLE = {
    "type": "LineString",
    "coordinates": [[112.1401, 32.0402], [112.1453, 32.0407], [112.1461, 32.0449]],
}
MOST_BYTES = 512 * 1024
"""So many positions as a route may have take it, each with all its digits and a height."""
NO_LINE = "It must be LineString, or Feature with a LineString as its geometry."
NO_ONE_LINE = "It must be LineString: a MultiLineString is several routes, so send each by itself."


class RouteParameters(Parameters):
    """Of a planned route."""

    radius_m: Annotated[
        Number | None,
        Field(
            gt=0,
            le=MOST_RADIUS_M,
            description="How near to the route, in metres. None: the workspace's setting.",
            examples=[25],
        ),
    ] = None
    datum: Annotated[Datum, Field(description="Of the route; answers are in WGS-84.")] = Datum.WGS84


router = APIRouter(tags=["routes"])


@router.post(
    "/routes/issues",
    summary="The open issues along a planned route, in riding order",
    response_class=Response,
    responses={
        200: describe_answer(
            issues.ROUTE_ISSUES,
            "A FeatureCollection of Points, with `along_m` from the start of the route and "
            "`off_m` beside it; beside them the route's `length_m`, and `notes`.",
            media_type=GEOJSON,
        ),
        **describe_problems(
            *SENDING, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
        ),
    },
    openapi_extra={
        **describe_parameters(RouteParameters),
        **describe_rules(coordinates=sent.NOT_LONGER),
        **describe_body(
            FEATURE_TYPES,
            sent.ROUTE,
            {
                "A line": LINE_EXAMPLE,
                "A Feature": {"type": "Feature", "properties": {}, "geometry": LINE_EXAMPLE},
            },
        ),
    },
)
async def find_issues_along_route(request: Request) -> Response:
    """Each issue once, where the route comes nearest to it; only what everybody may see.

    The route is neither kept nor written down anywhere.
    """
    asked = read_parameters(RouteParameters, request.query_params.multi_items())
    _, content = await read_content(request, FEATURE_TYPES, MOST_BYTES)
    service = service_of(request)
    return await service.routes.do(request, partial(_answer, service, asked, content))


def _answer(service: Service, asked: RouteParameters, content: bytes) -> Response:
    question = read_route(content, asked)
    answer = find_issues_along(service.workspace, question, service.clock())
    return json_answer(_told(answer), media_type=GEOJSON)


def read_route(content: bytes, asked: RouteParameters) -> RouteQuestion:
    """Read a planned route, its positions in WGS-84; a long one takes some time.

    Parameters
    ----------
    content : bytes
        The body.
    asked : RouteParameters
        Say in which datum its positions are.

    Raises
    ------
    UnreadableBody
        If it is no JSON object.
    RefusedFields
        As `read_line` does.
    """
    line = read_line(object_of(content))
    lon, lat = convert(*line, source=asked.datum, target=Datum.WGS84)
    return RouteQuestion(lon, lat, asked.radius_m)


def read_line(members: dict[str, Any]) -> tuple[Floats, Floats]:
    """Read a GeoJSON LineString, or the one of a Feature.

    Parameters
    ----------
    members : dict
        Of the body.

    Returns
    -------
    lon, lat : ndarray of float, shape (v,)
        Decimal degrees, on earth, in the body's datum; v may be less than 2.

    Raises
    ------
    RefusedFields
        Naming the member that is wrong, in words that repeat nothing of what was sent.
    """
    if "crs" in members:
        raise RefusedFields(
            {"crs": "Leave it out: positions are in the datum that the parameter datum names."}
        )
    line: Any = members
    if members.get("type") == "Feature":
        line = members.get("geometry")
        if not isinstance(line, dict):
            raise RefusedFields({"geometry": "It must be a LineString."})
    if line.get("type") != "LineString":
        several = line.get("type") == "MultiLineString"
        raise RefusedFields({"type": NO_ONE_LINE if several else NO_LINE})
    positions = line.get("coordinates")
    if not isinstance(positions, list):
        raise RefusedFields({"coordinates": "It must be a list of positions."})
    refuse_too_many(len(positions))
    for number, position in enumerate(positions, start=1):
        fault = _fault(position)
        if fault:
            raise RefusedFields({"coordinates": f"Position {number}, counted from 1: {fault}"})
    places = np.array([position[:2] for position in positions], dtype=np.float64).reshape(-1, 2)
    return places[:, 0].copy(), places[:, 1].copy()


def _fault(position: object) -> str:
    """Say what is wrong with a position; blank if nothing is."""
    if not isinstance(position, list) or len(position) < 2:
        return "It must be a list of longitude and latitude."
    if any(isinstance(part, bool) or not isinstance(part, int | float) for part in position):
        return "It must be in numbers."
    lon, lat = position[:2]
    if is_on_earth(lon, lat):
        return ""
    if is_on_earth(lat, lon):
        return "Its latitude is beyond 90 degrees; longitude and latitude look swapped."
    return "Longitudes go from -180 to 180, latitudes from -90 to 90."


def _told(answer: RouteAnswer) -> dict[str, Any]:
    features = [
        issue_along_feature(met.issue, along_m=met.along_m, off_m=met.off_m) for met in answer.found
    ]
    return collection(features, length_m=round(answer.length_m, 1), notes=list(answer.notes))

"""``/traces``: a rider sends own trips, sees them, takes them along, and takes them back."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from geo_service.domain.own_trip import trip_lengths_m
from geo_service.domain.trace import Fixes
from geo_service.export.feature_cells import iso_texts
from geo_service.export.features import iso, spans_told
from geo_service.export.gpx import Track, gpx_text, timed_points
from geo_service.flows.check_keys import require_rider
from geo_service.flows.give_consent import require_agreed
from geo_service.flows.own_trips import (
    MeasuredTrip,
    delete_trip,
    list_trips,
    read_trip,
    take_trips,
)
from geo_service.geometry.datum import Datum
from geo_service.web.answers import GEOJSON, NOT_KEPT, json_answer
from geo_service.web.auth import SHOWS_KEY, key_of
from geo_service.web.bodies import FEATURE_TYPES, read_content
from geo_service.web.descriptions import (
    IDEMPOTENCY_KEY,
    SENDING,
    WITH_A_KEY,
    describe_answer,
    describe_body,
    describe_problems,
    describe_rules,
)
from geo_service.web.parameters import (
    Moment,
    NoParameters,
    Parameters,
    WholeNumber,
    describe_parameters,
    read_parameters,
)
from geo_service.web.path_parts import TripId
from geo_service.web.schemas import traces
from geo_service.web.service import service_of

GPX = "application/gpx+xml"
MOST_BYTES = 16 * 1024 * 1024
PAGE, LONGEST_PAGE = 50, 200


class TripFormat(StrEnum):
    """As what a trip goes out."""

    JSON = "json"
    GPX = "gpx"


class SendingParameters(Parameters):
    """Of trips that are sent."""

    datum: Annotated[Datum, Field(description="Of the positions; answers are in WGS-84.")] = (
        Datum.WGS84
    )


class ListParameters(Parameters):
    """Of a rider's trips."""

    before: Annotated[
        Moment | None,
        Field(
            description="Only trips that start earlier.",
            examples=["2026-10-01T04:00:00Z"],
        ),
    ] = None
    limit: Annotated[
        WholeNumber,
        Field(
            ge=1,
            le=LONGEST_PAGE,
            description="So many trips, and the others that start when the last of them does.",
        ),
    ] = PAGE


class TripParameters(Parameters):
    """Of one trip."""

    f: Annotated[
        TripFormat | None,
        Field(description="The format; without it `Accept` decides.", examples=["gpx"]),
    ] = None


def _body() -> dict[str, Any]:
    described = describe_body(FEATURE_TYPES, traces.SENT_TRIPS, {"A trip": traces.EXAMPLE})
    as_gpx = describe_body((GPX,), traces.SENT_GPX, {"A track": traces.GPX_EXAMPLE})
    described["requestBody"]["content"] |= as_gpx["requestBody"]["content"]
    return described


def _trip_answer() -> dict[str, Any]:
    told = "A Feature with a time for each position, or a GPX track."
    described = describe_answer(traces.OWN_TRIP_FEATURE, told, media_type=GEOJSON)
    described["content"][GPX] = {"schema": traces.SENT_GPX}
    return described


router = APIRouter(tags=["traces"], dependencies=[SHOWS_KEY])


@router.post(
    "/traces",
    summary="Send trips of your own (rider's key, under consent)",
    response_class=Response,
    responses={
        200: describe_answer(traces.TAKEN, "The trips as they are kept, all that were sent."),
        **describe_problems(*WITH_A_KEY, *SENDING),
    },
    openapi_extra={
        "parameters": [IDEMPOTENCY_KEY, *describe_parameters(SendingParameters)["parameters"]],
        **describe_rules(
            trips="A trip has a time, in order, for every position, near this city, and none to "
            "come; of several each begins at a moment of its own."
        ),
        **_body(),
    },
)
async def send_traces(request: Request) -> Response:
    """Keep one trip or several, all or none, under the pseudonym of the key's rider.

    Who has not agreed to the present text of `/consent` is told so: 403. A trip is known by its
    rider and its first moment, so what is sent again replaces itself. Fixes that can't be true
    are dropped and counted. At most 16 MiB, 100 trips and 200,000 fixes at a time.
    """
    service = service_of(request)
    rider = require_rider(await run_in_threadpool(key_of, service, request))
    asked = read_parameters(SendingParameters, request.query_params.multi_items())
    await run_in_threadpool(require_agreed, service.workspace, rider)
    media_type, content = await read_content(request, (*FEATURE_TYPES, GPX), MOST_BYTES)
    name = "body.gpx" if media_type == GPX else "body.geojson"
    taken = await run_in_threadpool(
        take_trips, service.workspace, rider, content, name, asked.datum, service.clock()
    )
    return json_answer(
        {
            "trips": [_told(one) for one in taken.trips],
            "added": taken.added,
            "replaced": taken.replaced,
            "unchanged": taken.unchanged,
            "dropped": taken.dropped,
        }
    )


@router.get(
    "/traces",
    summary="Your trips (rider's key)",
    response_class=Response,
    responses={
        200: describe_answer(
            traces.TRIPS, "`trips`, newest first, and the address of the `next` page."
        ),
        **describe_problems(*WITH_A_KEY),
    },
    openapi_extra={
        **describe_parameters(ListParameters),
        **describe_rules(before="A year that the calendar of the service knows."),
    },
)
def list_own_traces(request: Request) -> Response:
    """Answer with the trips of the rider whose key is shown, and of nobody else."""
    service = service_of(request)
    rider = require_rider(key_of(service, request))
    asked = read_parameters(ListParameters, request.query_params.multi_items())
    page = list_trips(service.workspace, rider, asked.before, asked.limit)
    following = None
    if page.older_than is not None:
        following = f"/traces?before={iso(page.older_than)}&limit={asked.limit}"
    return json_answer(
        {
            "trips": [_told(one) for one in page.shown],
            "next": following,
            "untold": spans_told(page.untold),
        }
    )


@router.get(
    "/traces/{trip_id:path}",
    summary="One of your trips (rider's key)",
    response_class=Response,
    responses={
        200: _trip_answer(),
        **describe_problems(*WITH_A_KEY, HTTPStatus.NOT_FOUND),
    },
    openapi_extra=describe_parameters(TripParameters),
)
def read_own_trace(trip_id: TripId, request: Request) -> Response:
    """Take a trip along, as GeoJSON or GPX; somebody else's is told of as one that is not there."""
    service = service_of(request)
    # A browser opens it by itself, from the rider's own page.
    rider = require_rider(key_of(service, request, cookie=True))
    asked = read_parameters(TripParameters, request.query_params.multi_items())
    fixes = read_trip(service.workspace, rider, trip_id)
    told = asked.f
    if told is None:
        accepted = request.headers.get("accept", "")
        told = TripFormat.GPX if GPX in accepted.lower() else TripFormat.JSON
    if told is TripFormat.GPX:
        return Response(_gpx(fixes).encode(), media_type=GPX, headers=NOT_KEPT)
    return json_answer(_feature(fixes), media_type=GEOJSON)


@router.delete(
    "/traces/{trip_id:path}",
    summary="Remove one of your trips (rider's key)",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses={
        204: {"description": "It is gone, from the disk too."},
        **describe_problems(*WITH_A_KEY, HTTPStatus.NOT_FOUND),
    },
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
)
def delete_own_trace(trip_id: TripId, request: Request) -> Response:
    """When this is answered, no file holds the trip's positions any more."""
    service = service_of(request)
    rider = require_rider(key_of(service, request))
    read_parameters(NoParameters, request.query_params.multi_items())
    delete_trip(service.workspace, rider, trip_id)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=NOT_KEPT)


def _told(one: MeasuredTrip) -> dict[str, object]:
    trip, metres = one
    return {
        "trip_id": trip.trip_id,
        "starts_at": iso(trip.starts_at),
        "ends_at": iso(trip.ends_at),
        "fixes": trip.fixes,
        "metres": round(metres, 1),
    }


def _feature(fixes: Fixes) -> dict[str, object]:
    times = iso_texts(fixes.t)
    line = [[lon, lat] for lon, lat in zip(fixes.lon.tolist(), fixes.lat.tolist(), strict=True)]
    # A line has two positions at least, and each its time.
    least = 2 if len(line) == 1 else 1
    return {
        "type": "Feature",
        "id": fixes.trip_ids[0],
        "geometry": {"type": "LineString", "coordinates": line * least},
        "properties": {
            "trip_id": fixes.trip_ids[0],
            "starts_at": times[0],
            "ends_at": times[-1],
            "fixes": len(fixes),
            "metres": round(float(trip_lengths_m(fixes)[0]), 1),
            "times": times * least,
        },
    }


def _gpx(fixes: Fixes) -> str:
    points = timed_points(fixes.lon.tolist(), fixes.lat.tolist(), iso_texts(fixes.t))
    return gpx_text([Track(fixes.trip_ids[0], "", "", [points])])

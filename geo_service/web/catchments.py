"""``GET /facilities/catchments``: the streets nearest to each facility, and the holes."""

from asyncio import shield, wrap_future
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from geo_service.flows.find_catchments import (
    MOST_METRES,
    MOST_MINUTES,
    USUAL_METRES,
    USUAL_MINUTES,
    CatchmentQuestion,
)
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile
from geo_service.web.answers import GEOJSON
from geo_service.web.descriptions import (
    describe_answer,
    describe_held,
    describe_problems,
    describe_rules,
)
from geo_service.web.etags import is_held
from geo_service.web.parameters import (
    Number,
    Parameters,
    Slugs,
    describe_parameters,
    read_parameters,
)
from geo_service.web.schemas import facilities
from geo_service.web.service import service_of

KEPT_A_MINUTE = "public, max-age=60"


class CatchmentParameters(Parameters):
    """Of the planner's question."""

    kind: Annotated[
        Slugs,
        Field(
            description="Any of these kinds; may be repeated. None: all kinds.",
            examples=[["rest_station"]],
        ),
    ] = frozenset()
    minutes: Annotated[
        Number | None,
        Field(
            gt=0,
            le=MOST_MINUTES,
            description=f"By time, farther is a hole. None: {USUAL_MINUTES:g}.",
            examples=[10],
        ),
    ] = None
    metres: Annotated[
        Number | None,
        Field(
            gt=0,
            le=MOST_METRES,
            description=f"By distance, farther is a hole. None: {USUAL_METRES:g}.",
            examples=[1000],
        ),
    ] = None
    by: Annotated[Literal["time", "distance"], Field(description="What nearest means.")] = "time"
    profile: Annotated[Profile, Field(description="How one moves.")] = Profile.EBIKE

    def question(self) -> CatchmentQuestion:
        """Put the question."""
        return CatchmentQuestion(
            kinds=self.kind,
            by=Measure(self.by),
            profile=self.profile,
            minutes=self.minutes,
            metres=self.metres,
        )


router = APIRouter(tags=["facilities"])


@router.get(
    "/facilities/catchments",
    summary="The streets nearest to each facility, and those too far from all",
    response_class=Response,
    responses={
        200: describe_answer(
            facilities.CATCHMENTS,
            "A FeatureCollection of lines, a feature a facility and a last one of the holes; "
            "beside them what it comes to.",
            media_type=GEOJSON,
            headers=["ETag"],
        ),
        **describe_held(),
        **describe_problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    },
    openapi_extra={
        **describe_parameters(CatchmentParameters),
        **describe_rules(
            kind="At least one facility is of each kind.",
            minutes="Only by time.",
            metres="Only by distance.",
        ),
    },
)
async def find_facility_catchments(request: Request) -> Response:
    """Every street once: with the facility nearest to it, or among the holes (`hole`: true)."""
    asked = read_parameters(CatchmentParameters, request.query_params.multi_items())
    service, question = service_of(request), asked.question()
    placed = await run_in_threadpool(service.kept_facilities.current, question.profile)
    with service.catchment_room.wait(request):
        promise = service.catchments.promise(placed, question, service.clock())
        # No thread waits: there are few, and all other questions need them. Others may wait for
        # the same promise, so it outlasts whoever goes away. What is kept is waited for by nobody.
        kept = promise.result() if promise.done() else await shield(wrap_future(promise))
    zips = "gzip" in request.headers.get("accept-encoding", "")
    headers = {
        "ETag": kept.zipped_tag if zips else kept.tag,
        "Cache-Control": KEPT_A_MINUTE,
        "Vary": "Accept-Encoding",
    }
    if is_held(headers["ETag"], request.headers.getlist("if-none-match")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if zips:
        headers["Content-Encoding"] = "gzip"
        return Response(kept.zipped, media_type=GEOJSON, headers=headers)
    return StreamingResponse(kept.pieces(), media_type=GEOJSON, headers=headers)

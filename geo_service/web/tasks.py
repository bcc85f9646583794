"""``/tasks``: a rider is asked whether the issues on the own way are still there."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from geo_service.domain.verification import Answer
from geo_service.errors import NotReady
from geo_service.export.features import collection, iso
from geo_service.export.task_features import task_feature
from geo_service.flows.answer_task import answer_task
from geo_service.flows.check_keys import require_rider
from geo_service.flows.find_issues_along import MOST_RADIUS_M
from geo_service.flows.find_tasks import (
    OwnTasks,
    find_tasks,
    find_tasks_along,
    find_tasks_on_ride,
)
from geo_service.flows.ride_between import Ride, ride_between
from geo_service.geometry.datum import Datum, to_wgs84
from geo_service.streets.profile import Profile
from geo_service.web.answers import GEOJSON, json_answer
from geo_service.web.auth import SHOWS_KEY, key_of
from geo_service.web.bodies import FEATURE_TYPES, JSON_TYPES, read_content, read_object
from geo_service.web.descriptions import (
    IDEMPOTENCY_KEY,
    SENDING,
    WITH_A_KEY,
    describe_answer,
    describe_body,
    describe_problems,
    describe_rules,
)
from geo_service.web.members import Members, read_members
from geo_service.web.parameters import (
    NoParameters,
    Number,
    Parameters,
    describe_parameters,
    read_parameters,
)
from geo_service.web.path_parts import TaskId
from geo_service.web.problems import Fault, WrongParameters
from geo_service.web.routes import LINE_EXAMPLE, MOST_BYTES, RouteParameters, read_route
from geo_service.web.schemas import issues, sent
from geo_service.web.service import Service, service_of

ENDS = ("lat", "lon", "to_lat", "to_lon")


class TaskParameters(Parameters):
    """Of a rider's tasks; without a destination the usual way at this hour is meant."""

    lat: Annotated[
        Number | None,
        Field(
            ge=-90, le=90, description="Where the ride begins, decimal degrees.", examples=[32.04]
        ),
    ] = None
    lon: Annotated[
        Number | None, Field(ge=-180, le=180, description="The same.", examples=[112.14])
    ] = None
    to_lat: Annotated[
        Number | None,
        Field(ge=-90, le=90, description="Where it ends; all four, or none.", examples=[32.045]),
    ] = None
    to_lon: Annotated[
        Number | None, Field(ge=-180, le=180, description="The same.", examples=[112.146])
    ] = None
    profile: Annotated[Profile, Field(description="How one moves.")] = Profile.EBIKE
    radius_m: Annotated[
        Number | None,
        Field(
            gt=0,
            le=MOST_RADIUS_M,
            description="How near to the way, in metres. None: the workspace's setting.",
            examples=[25],
        ),
    ] = None
    datum: Annotated[Datum, Field(description="Of the positions; answers are in WGS-84.")] = (
        Datum.WGS84
    )

    def ends(self) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """Return the longitude and latitude of both ends, in WGS-84; None: none was given.

        Raises
        ------
        WrongParameters
            If some are given and others are not.
        """
        missing = [name for name in ENDS if getattr(self, name) is None]
        if len(missing) == len(ENDS):
            return None
        if self.lat is None or self.lon is None or self.to_lat is None or self.to_lon is None:
            told = "It is required where another end of the way is given."
            raise WrongParameters([Fault(name, told) for name in missing])
        return (
            to_wgs84(self.lon, self.lat, self.datum),
            to_wgs84(self.to_lon, self.to_lat, self.datum),
        )


class AnswerBody(Members):
    """What a rider says."""

    answer: Annotated[Answer, WithJsonSchema({"type": "string", "enum": list(Answer)})]


TASKS: dict[int | str, dict[str, Any]] = {
    200: describe_answer(
        issues.TASKS,
        "A FeatureCollection of Points, one a task, with its `question` and until when it can be "
        "answered; along a way also `along_m` and `off_m`; and `notes`.",
        media_type=GEOJSON,
    )
}

router = APIRouter(tags=["tasks"], dependencies=[SHOWS_KEY])


@router.get(
    "/tasks",
    summary="Questions about issues on your way (rider's key)",
    response_class=Response,
    responses={**TASKS, **describe_problems(*WITH_A_KEY)},
    openapi_extra={
        **describe_parameters(TaskParameters),
        **describe_rules(
            **dict.fromkeys(ENDS, "All four ends together, or none."),
            coordinates="The way is no longer than a route may be.",
        ),
    },
)
def list_own_tasks(request: Request) -> Response:
    """Those on the way that you usually ride at this hour or the next.

    With both ends of a ride: those along the way by the streets, in riding order, whatever the
    hour. The ends are neither kept nor written down anywhere.
    """
    service = service_of(request)
    rider = require_rider(key_of(service, request))
    asked = read_parameters(TaskParameters, request.query_params.multi_items())
    ends, now = asked.ends(), service.clock()
    if ends is None:
        return _told(service, find_tasks(service.workspace, rider, now))
    ride = _ride(service, asked.profile, *ends)
    found = find_tasks_on_ride(service.workspace, rider, ride, asked.radius_m, now)
    return _told(service, found)


@router.post(
    "/tasks/along",
    summary="Questions about issues along a planned route (rider's key)",
    response_class=Response,
    responses={**TASKS, **describe_problems(*WITH_A_KEY, *SENDING)},
    openapi_extra={
        **describe_parameters(RouteParameters),
        **describe_rules(coordinates=sent.NOT_LONGER),
        **describe_body(FEATURE_TYPES, sent.ROUTE, {"A line": LINE_EXAMPLE}),
    },
)
async def list_tasks_along_route(request: Request) -> Response:
    """In riding order, each where the route comes nearest to its issue.

    The route is neither kept nor written down anywhere.
    """
    service = service_of(request)
    rider = require_rider(await run_in_threadpool(key_of, service, request))
    asked = read_parameters(RouteParameters, request.query_params.multi_items())
    _, content = await read_content(request, FEATURE_TYPES, MOST_BYTES)
    return await service.routes.do(request, partial(_answer_along, service, rider, asked, content))


def _answer_along(service: Service, rider: str, asked: RouteParameters, content: bytes) -> Response:
    question = read_route(content, asked)
    found = find_tasks_along(service.workspace, rider, question, service.clock())
    return _told(service, found)


@router.post(
    "/tasks/{task_id}/answer",
    summary="Say whether an issue is still there (rider's key)",
    response_class=Response,
    responses={
        200: describe_answer(issues.ANSWERED, "What was said, and the `points` for it."),
        **describe_problems(*WITH_A_KEY, *SENDING, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    },
    openapi_extra={
        "parameters": [IDEMPOTENCY_KEY],
        **describe_body(JSON_TYPES, AnswerBody, {"It is gone": {"answer": "gone"}}),
    },
)
async def answer_own_task(task_id: TaskId, request: Request) -> Response:
    """Once enough riders who pass say the same, the issue moves on.

    Sent again, the same answer does nothing more. Who is `unsure` gets no points.
    """
    service = service_of(request)
    key = await run_in_threadpool(key_of, service, request)
    require_rider(key)
    read_parameters(NoParameters, request.query_params.multi_items())
    said = read_members(AnswerBody, await read_object(request, JSON_TYPES)).answer
    done = await run_in_threadpool(
        answer_task, service.workspace, key, task_id, said, service.clock()
    )
    return json_answer(
        {
            "task_id": done.task_id,
            "issue_id": done.issue_id,
            "answer": done.answer,
            "answered_at": iso(done.answered_at),
            "points": done.points,
        }
    )


def _ride(
    service: Service, profile: Profile, start: tuple[float, float], end: tuple[float, float]
) -> Ride:
    snap_m = service.workspace.settings.max_snap_m
    try:
        streets = service.kept_facilities.current(profile).streets
    except NotReady:
        return ride_between(None, start, end, snap_m)
    return ride_between(streets, start, end, snap_m)


def _told(service: Service, own: OwnTasks) -> Response:
    points = service.workspace.settings.points_check
    features = [
        task_feature(
            one.task,
            one.case,
            one.category,
            points=points,
            along_m=one.along_m,
            off_m=one.off_m,
        )
        for one in own.found
    ]
    return json_answer(collection(features, notes=list(own.notes)), media_type=GEOJSON)

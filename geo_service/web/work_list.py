"""``GET /issues``: the staff's work list, the most urgent first."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, WithJsonSchema

from geo_service.domain.lifecycle import OPEN, Stage
from geo_service.domain.role import Role
from geo_service.export.case_json import case_summary
from geo_service.export.features import collection
from geo_service.flows.list_work import list_work
from geo_service.store.work_list import Place, Work, place_of, read_place
from geo_service.web.answers import GEOJSON, json_answer
from geo_service.web.auth import SHOWS_KEY, require_key
from geo_service.web.descriptions import (
    WITH_A_KEY,
    describe_answer,
    describe_problems,
    describe_rules,
)
from geo_service.web.parameters import (
    LONGEST_LIST,
    Box,
    Flag,
    Parameters,
    WholeNumber,
    describe_parameters,
    read_parameters,
)
from geo_service.web.problems import Fault, WrongParameters
from geo_service.web.schemas import issues
from geo_service.web.service import service_of

MOST_ON_A_PAGE = 500


Name = Annotated[str, Field(max_length=200)]
Names = Annotated[frozenset[Name], Field(max_length=LONGEST_LIST)]
AStage = Annotated[Stage, WithJsonSchema({"type": "string", "enum": list(Stage)})]


class WorkParameters(Parameters):
    """Of the work list."""

    stage: Annotated[
        frozenset[AStage],
        Field(max_length=len(Stage), description="May be repeated. None: all that are open."),
    ] = OPEN
    category: Annotated[
        Names, Field(description="May be repeated. None: all.", examples=[["standing_water"]])
    ] = frozenset()
    body_id: Annotated[
        Names,
        Field(
            description="Who answers for it; may be repeated. None: all.",
            examples=[["body-liulin"]],
        ),
    ] = frozenset()
    overdue: Annotated[Flag, Field(description="Only what is overdue.")] = False
    approved: Annotated[
        Flag | None, Field(description="Only what is, or is not, shown to everybody. None: both.")
    ] = None
    bbox: Annotated[Box | None, Field(description="west,south,east,north. None: all.")] = None
    limit: Annotated[
        WholeNumber, Field(ge=1, le=MOST_ON_A_PAGE, description="How many at most.")
    ] = 100
    after: Annotated[
        str, Field(max_length=300, description="`next` of the page before. None: the first page.")
    ] = ""


router = APIRouter(tags=["issues"], dependencies=[SHOWS_KEY])


@router.get(
    "/issues",
    summary="The work list (staff's key)",
    response_class=Response,
    responses={
        200: describe_answer(
            issues.WORK_LIST,
            "A FeatureCollection; `next`, if there may be more, is what `after` takes for the "
            "next page.",
            media_type=GEOJSON,
        ),
        **describe_problems(*WITH_A_KEY),
    },
    openapi_extra={
        **describe_parameters(WorkParameters),
        **describe_rules(
            after="As it stood in the page before.", bbox="South below north, on earth."
        ),
    },
)
def list_issues(request: Request) -> Response:
    """Issues in order of their deadlines, those without one last.

    A key of some areas lists those that were given to them.
    """
    service = service_of(request)
    key = require_key(service, request, Role.STAFF)
    asked = read_parameters(WorkParameters, request.query_params.multi_items())
    now = service.clock()
    wanted = Work(
        stages=asked.stage,
        categories=asked.category,
        body_ids=asked.body_id,
        overdue_at=now if asked.overdue else None,
        approved=asked.approved,
        box=asked.bbox,
    )
    after = read_after(asked.after)
    found = list_work(service.workspace, key, wanted, after=after, limit=asked.limit)
    features = [case_summary(one.case, one.category, one.body, now) for one in found]
    more = str(place_of(found[-1].case)) if len(found) == asked.limit else None
    return json_answer(collection(features, next=more), media_type=GEOJSON)


def read_after(text: str) -> Place | None:
    """Read where the page before ended; WrongParameters if it says something else."""
    try:
        return read_place(text) if text else None
    except (ValueError, OverflowError):
        fault = Fault("after", "It must be the next of a page before.")
        raise WrongParameters([fault]) from None

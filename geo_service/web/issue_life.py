"""``GET /issues/{id}``: one issue with its life, as far as whoever asks may see."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from geo_service.export.case_json import case_feature
from geo_service.flows.show_issue import show_issue
from geo_service.web.answers import GEOJSON, json_answer
from geo_service.web.auth import SHOWS_KEY, key_of
from geo_service.web.descriptions import KEY_OPTIONAL, describe_answer, describe_problems
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.path_parts import IssueId
from geo_service.web.schemas import issues
from geo_service.web.service import service_of

router = APIRouter(tags=["issues"])


@router.get(
    "/issues/{issue_id:path}",
    summary="One issue and its life",
    response_class=Response,
    responses={
        200: describe_answer(
            issues.ISSUE,
            "A Feature. Everybody sees an approved issue, its stages and approved photos; its "
            "reporter sees it always, and why it was moved; staff see all, but of riders only "
            "how many.",
            media_type=GEOJSON,
        ),
        **describe_problems(
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
    dependencies=[SHOWS_KEY],
    openapi_extra=KEY_OPTIONAL,
)
def read_issue(issue_id: IssueId, request: Request) -> Response:
    """Answer by the rights of the key that is shown, if one is."""
    read_parameters(NoParameters, request.query_params.multi_items())
    service = service_of(request)
    key = key_of(service, request, cookie=True)
    file, reader = show_issue(service.workspace, key, issue_id)
    return json_answer(case_feature(file, reader, service.clock()), media_type=GEOJSON)

"""``GET /photos/{photo_id}`` and ``PUT /photos/{photo_id}/approved``: pictures of issues."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from geo_service.domain.role import Role
from geo_service.errors import NotFound
from geo_service.flows.keep_photo import approve_photo
from geo_service.flows.show_photo import show_photo
from geo_service.store.photo_files import is_photo_id
from geo_service.web.answers import NOT_KEPT, json_answer
from geo_service.web.auth import SHOWS_KEY, key_of, require_key
from geo_service.web.bodies import JSON_TYPES, read_object
from geo_service.web.descriptions import (
    IDEMPOTENCY_KEY,
    KEY_OPTIONAL,
    SENDING,
    WITH_A_KEY,
    describe_answer,
    describe_body,
    describe_bytes,
    describe_problems,
)
from geo_service.web.members import ApprovedBody, read_members
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.path_parts import PhotoId
from geo_service.web.schemas import issues
from geo_service.web.service import service_of

JPEG = "image/jpeg"
KEPT_A_LITTLE = {"Cache-Control": "public, max-age=300"}
"""Staff may take a photo back; whoever has seen it forgets it minutes later."""
INLINE = {"Content-Disposition": "inline"}
EXAMPLES = {"Everybody may see it": {"approved": True}, "No longer": {"approved": False}}

router = APIRouter(tags=["photos"], dependencies=[SHOWS_KEY])


@router.get(
    "/photos/{photo_id}",
    summary="A picture of an issue",
    response_class=Response,
    responses={
        200: describe_bytes(JPEG, "The picture."),
        **describe_problems(
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
    openapi_extra=KEY_OPTIONAL,
)
def read_photo(photo_id: PhotoId, request: Request) -> Response:
    """Everybody sees it once staff have approved it and its issue; before, staff and its sender.

    To anybody else it is as if there were none.
    """
    service = service_of(request)
    key = key_of(service, request, cookie=True)
    read_parameters(NoParameters, request.query_params.multi_items())
    _check_id(photo_id)
    shown = show_photo(service.workspace, photo_id, key)
    kept = KEPT_A_LITTLE if shown.is_public else NOT_KEPT
    return Response(shown.data, media_type=JPEG, headers={**INLINE, **kept})


@router.put(
    "/photos/{photo_id}/approved",
    summary="Let everybody see a picture, or no longer (staff's key)",
    response_class=Response,
    responses={
        200: describe_answer(
            issues.PHOTO_APPROVAL, "`id`, `issue_id`, and `approved` as it is now."
        ),
        **describe_problems(*WITH_A_KEY, *SENDING, HTTPStatus.NOT_FOUND),
    },
    openapi_extra={
        "parameters": [IDEMPOTENCY_KEY],
        **describe_body(JSON_TYPES, ApprovedBody, EXAMPLES),
    },
)
async def set_photo_approval(photo_id: PhotoId, request: Request) -> Response:
    """Everybody sees an approved picture as far as its issue is approved too."""
    service = service_of(request)
    key = await run_in_threadpool(require_key, service, request, Role.STAFF)
    read_parameters(NoParameters, request.query_params.multi_items())
    body = read_members(ApprovedBody, await read_object(request, JSON_TYPES))
    _check_id(photo_id)
    done = await run_in_threadpool(
        approve_photo, service.workspace, key, photo_id, approved=body.approved
    )
    return json_answer({"id": done.photo_id, "issue_id": done.issue_id, "approved": done.approved})


def _check_id(photo_id: str) -> None:
    if not is_photo_id(photo_id):
        raise NotFound("There is no photo with this id.")

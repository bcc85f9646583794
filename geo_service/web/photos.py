"""``GET /photos/{photo_id}`` and ``PUT /photos/{photo_id}/approved``: pictures of issues."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from geo_service.domain.role import Role
from geo_service.errors import NotFound, RefusedFields
from geo_service.flows.keep_photo import approve_photo
from geo_service.flows.show_photo import show_photo
from geo_service.store.photo_files import is_photo_id
from geo_service.web.answers import JSON, NOT_KEPT, json_answer
from geo_service.web.auth import SHOWS_KEY, key_of, require_key
from geo_service.web.bodies import JSON_TYPES, read_object
from geo_service.web.descriptions import IDEMPOTENCY_KEY, describe_body, describe_problems
from geo_service.web.parameters import LONGEST_NAME, NoParameters, read_parameters
from geo_service.web.service import service_of

JPEG = "image/jpeg"
KEPT_A_LITTLE = {"Cache-Control": "public, max-age=300"}
"""Staff may take a photo back; whoever has seen it forgets it minutes later."""
INLINE = {"Content-Disposition": "inline"}
APPROVED = "approved"
BODY = {
    "type": "object",
    "required": [APPROVED],
    "additionalProperties": False,
    "properties": {APPROVED: {"type": "boolean"}},
}
EXAMPLES = {"Everybody may see it": {APPROVED: True}, "No longer": {APPROVED: False}}

router = APIRouter(tags=["photos"], dependencies=[SHOWS_KEY])


@router.get(
    "/photos/{photo_id}",
    summary="A picture of an issue",
    response_class=Response,
    responses={
        200: {"content": {JPEG: {}}, "description": "The picture."},
        **describe_problems(
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
)
def photo(photo_id: str, request: Request) -> Response:
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
        200: {
            "content": {JSON: {}},
            "description": "`id`, `issue_id`, and `approved` as it is now.",
        },
        **describe_problems(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
    openapi_extra={
        "parameters": [IDEMPOTENCY_KEY],
        **describe_body(JSON_TYPES, BODY, EXAMPLES),
    },
)
async def put_approved(photo_id: str, request: Request) -> Response:
    """Everybody sees an approved picture as far as its issue is approved too."""
    service = service_of(request)
    await run_in_threadpool(require_key, service, request, Role.STAFF)
    read_parameters(NoParameters, request.query_params.multi_items())
    approved = _read_approved(await read_object(request, JSON_TYPES))
    _check_id(photo_id)
    done = await run_in_threadpool(approve_photo, service.workspace, photo_id, approved=approved)
    return json_answer({"id": done.photo_id, "issue_id": done.issue_id, APPROVED: done.approved})


def _check_id(photo_id: str) -> None:
    if not is_photo_id(photo_id):
        raise NotFound("There is no photo with this id.")


def _read_approved(members: dict[str, Any]) -> bool:
    approved = members.get(APPROVED)
    if not isinstance(approved, bool):
        raise RefusedFields({APPROVED: "It must be true or false."})
    strangers = {name[:LONGEST_NAME] for name in members if name != APPROVED}
    if strangers:
        unknown = f"There is no such member. Known: {APPROVED}."
        raise RefusedFields(dict.fromkeys(sorted(strangers), unknown))
    return approved

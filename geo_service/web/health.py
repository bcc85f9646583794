"""``GET /health/...``: whether the process is alive, and whether it can answer."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from geo_service.streets.profile import Profile
from geo_service.web.answers import json_answer
from geo_service.web.descriptions import describe_answer, describe_problems
from geo_service.web.schemas import pages
from geo_service.web.service import service_of

router = APIRouter(prefix="/health", tags=["health"])


@router.get(
    "/live",
    summary="Is the process alive?",
    response_class=Response,
    responses={200: describe_answer(pages.HEALTH["live"], "It is.")},
)
async def check_live() -> Response:
    """Answer without touching anything, even when all threads are busy."""
    return json_answer({"status": "live"})


@router.get(
    "/ready",
    summary="Can it answer questions?",
    response_class=Response,
    responses={
        200: describe_answer(pages.HEALTH["ready"], "It can."),
        **describe_problems(HTTPStatus.SERVICE_UNAVAILABLE),
    },
)
def check_ready(request: Request) -> Response:
    """Answer 200 once the database can be read and the streets are open, else 503."""
    service_of(request).kept_facilities.current(Profile.EBIKE)
    return json_answer({"status": "ready"})

"""``GET /health/...``: whether the process is alive, and whether it can answer."""

from fastapi import APIRouter, Request, Response

from geo_service.streets.profile import Profile
from geo_service.web.answers import json_answer
from geo_service.web.service import service_of

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", summary="Is the process alive?", response_class=Response)
async def live() -> Response:
    """Answer without touching anything, even when all threads are busy."""
    return json_answer({"status": "live"})


@router.get("/ready", summary="Can it answer questions?", response_class=Response)
def ready(request: Request) -> Response:
    """Answer 200 once the database can be read and the streets are open, else 503."""
    service_of(request).districts.current(Profile.EBIKE)
    return json_answer({"status": "ready"})

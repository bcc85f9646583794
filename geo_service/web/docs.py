"""``GET /docs`` and ``/problems/...``: the API described, without any outside host."""

from functools import cache
from http import HTTPStatus
from importlib.resources import files

from fastapi import APIRouter, Response
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from geo_service.errors import NotFound
from geo_service.web.answers import json_answer, page_answer
from geo_service.web.assets import static_address
from geo_service.web.descriptions import describe_answer, describe_problems
from geo_service.web.page_policies import policy_for_inline
from geo_service.web.path_parts import ProblemCode
from geo_service.web.problems import known_problems
from geo_service.web.schemas import pages

TITLE = "geo_service"
SWAGGER = "/assets/swagger"

router = APIRouter(tags=["problems"])


def swagger_files() -> StaticFiles:
    """Return the app that serves Swagger UI, out of the wheel ``fastapi-offline``."""
    return StaticFiles(directory=str(files("fastapi_offline") / "static"))


@router.get("/docs", include_in_schema=False)
def docs() -> HTMLResponse:
    """Show what can be asked, and let it be tried."""
    return swagger_answer("/openapi.json")


def swagger_answer(address: str) -> HTMLResponse:
    """Answer with a page on which the API that an address describes can be read and tried."""
    page = _page(address)
    return page_answer(page, policy_for_inline(page))


@router.get(
    "/problems/{code}",
    summary="What a problem's type means",
    response_class=Response,
    responses={
        200: describe_answer(pages.PROBLEM_TYPE, "One kind of problem."),
        **describe_problems(HTTPStatus.NOT_FOUND),
    },
)
def read_problem_type(code: ProblemCode) -> Response:
    """Describe one kind of problem."""
    known = known_problems()
    if code not in known:
        raise NotFound("There is no such kind of problem.")
    return json_answer(known[code])


@cache
def _page(address: str) -> str:
    page = get_swagger_ui_html(
        openapi_url=address,
        title=TITLE,
        swagger_js_url=f"{SWAGGER}/swagger-ui-bundle.js",
        swagger_css_url=f"{SWAGGER}/swagger-ui.css",
        swagger_favicon_url=static_address("sign.svg"),
    )
    return bytes(page.body).decode()

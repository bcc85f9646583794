"""``GET /teams/figures``: what volunteer teams did in a month."""

import re
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator, Field, WithJsonSchema

from geo_service.domain.role import Role
from geo_service.export.team_figures import figures_record
from geo_service.flows.check_keys import require_whole_city
from geo_service.flows.manage_teams import team_figures
from geo_service.web.answers import json_answer
from geo_service.web.auth import SHOWS_KEY, require_key
from geo_service.web.descriptions import WITH_A_KEY, describe_answer, describe_problems
from geo_service.web.parameters import Parameters, describe_parameters, read_parameters
from geo_service.web.schemas import figures
from geo_service.web.service import service_of

MONTH = re.compile(r"(19[7-9]|[2-8][0-9]{2})[0-9]-(0[1-9]|1[0-2])")


def _month(text: object) -> str:
    if not isinstance(text, str) or not MONTH.fullmatch(text):
        raise ValueError("It must be a month, as 2026-10.")
    return text


class FigureParameters(Parameters):
    """Of the figures of teams."""

    month: Annotated[
        Annotated[
            str,
            BeforeValidator(_month),
            WithJsonSchema(
                {"type": "string", "pattern": f"^{MONTH.pattern}$", "examples": ["2026-10"]}
            ),
        ]
        | None,
        Field(description="In the city's time zone. None: the present one, so far."),
    ] = None


router = APIRouter(tags=["teams"], dependencies=[SHOWS_KEY])


@router.get(
    "/teams/figures",
    summary="What volunteer teams did in a month (staff's or an analyst's key)",
    response_class=Response,
    responses={
        200: describe_answer(
            figures.TEAM_FIGURES,
            "`teams`, each with its `members` in the `month`, the issues they reported, the "
            "questions they answered, and those of their issues that were closed.",
        ),
        **describe_problems(*WITH_A_KEY),
    },
    openapi_extra=describe_parameters(FigureParameters),
)
def count_team_figures(request: Request) -> Response:
    """Count what riders did for a team while they belonged to it; nobody is named.

    They are of the whole city, so a key of some areas does not open them.
    """
    service = service_of(request)
    require_whole_city(require_key(service, request, Role.STAFF, Role.ANALYST))
    asked = read_parameters(FigureParameters, request.query_params.multi_items())
    found = team_figures(service.workspace, asked.month, service.clock())
    told = [figures_record(one) for one in found.figures]
    return json_answer({"month": found.month, "teams": told})

"""``GET /stations/use``: at which hours riders visit stations, for analysts."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from geo_service.export.features import iso_if_any
from geo_service.export.station_use import use_record
from geo_service.flows.count_check_ins import count_check_ins
from geo_service.web.answers import json_answer
from geo_service.web.auth import SHOWS_KEY, require_analyst
from geo_service.web.descriptions import (
    WITH_A_KEY,
    describe_answer,
    describe_problems,
    describe_rules,
)
from geo_service.web.parameters import Moment, Parameters, describe_parameters, read_parameters
from geo_service.web.schemas import figures
from geo_service.web.service import service_of


class UseParameters(Parameters):
    """Of the question how much stations are used."""

    since: Annotated[Moment | None, Field(description="Only visits then or later, ISO 8601.")] = (
        None
    )
    until: Annotated[Moment | None, Field(description="Only visits before then, ISO 8601.")] = None


router = APIRouter(tags=["stations"])


@router.get(
    "/stations/use",
    summary="How much stations are used, by hour (analyst's key)",
    response_class=Response,
    dependencies=[SHOWS_KEY],
    responses={
        200: describe_answer(
            figures.STATION_USE,
            "`stations`, each with its visits, distinct riders, visits by the 24 `hours` of the "
            "day and by the seven `weekdays` from Monday on, in `time_zone`.",
        ),
        **describe_problems(*WITH_A_KEY),
    },
    openapi_extra={
        **describe_parameters(UseParameters),
        **describe_rules(since="A time of the years 1970 to 2200.", until="After `since`."),
    },
)
def count_station_use(request: Request) -> Response:
    """Every station, without a visit too, and whatever else riders have checked in at."""
    service = service_of(request)
    require_analyst(service, request)
    asked = read_parameters(UseParameters, request.query_params.multi_items())
    found = count_check_ins(service.workspace, asked.since, asked.until)
    return json_answer(
        {
            "since": iso_if_any(asked.since),
            "until": iso_if_any(asked.until),
            "time_zone": service.workspace.calendar().time_zone,
            "stations": [use_record(use) for use in found],
        }
    )

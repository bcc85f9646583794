"""``GET /overlay/...``: exposure of issues, cells and streets, for analysts."""

from typing import Annotated, Any, Literal

import shapely
from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator, Field, WithJsonSchema

from geo_service.arrays import Flags, Shapes
from geo_service.domain.slots import Per
from geo_service.export.features import iso_if_any
from geo_service.export.table import geojson_text
from geo_service.flows.look_at_trips import MOST_RADIUS_M, OverlayQuestion
from geo_service.flows.overlay_tables import TableQuestion, overlay_table, settled
from geo_service.web.answers import GEOJSON, NOT_KEPT
from geo_service.web.auth import SHOWS_KEY, require_analyst
from geo_service.web.descriptions import (
    WITH_A_KEY,
    describe_answer,
    describe_problems,
    describe_rules,
)
from geo_service.web.parameters import (
    WHOLE,
    Box,
    Flag,
    Moment,
    Number,
    Parameters,
    describe_parameters,
    read_parameters,
)
from geo_service.web.schemas import figures
from geo_service.web.schemas.shapes import Schema
from geo_service.web.service import Service, service_of
from geo_service.web.threads import at_length

USUAL: Literal["true"] = "true"


def _riders(text: object) -> int | Literal["true"]:
    if text == USUAL:
        return USUAL
    if not isinstance(text, str) or not WHOLE.fullmatch(text) or int(text) < 1:
        raise ValueError("It must be a whole number of 1 or more, or true for the usual number.")
    return int(text)


Riders = Annotated[
    int | Literal["true"],
    BeforeValidator(_riders),
    WithJsonSchema({"anyOf": [{"const": USUAL}, {"type": "integer", "minimum": 1}]}),
]


class OverlayParameters(Parameters):
    """Of every question of the analyst's."""

    since: Annotated[
        Moment | None, Field(description="Only trips that start then or later, ISO 8601.")
    ] = None
    until: Annotated[
        Moment | None, Field(description="Only trips that start before then, ISO 8601.")
    ] = None
    radius_m: Annotated[
        Number | None,
        Field(
            gt=0,
            le=MOST_RADIUS_M,
            description="How close is a pass; else the setting.",
            examples=[25],
        ),
    ] = None
    bbox: Annotated[
        Box | None, Field(description="Only what lies in west,south,east,north, decimal degrees.")
    ] = None
    per: Annotated[
        Per | None,
        Field(
            description="A feature for each hour of the day (0 to 23), day of the week (1 is "
            "Monday), or both, too, in the city's time zone; only those that saw any."
        ),
    ] = None

    @property
    def trips(self) -> OverlayQuestion:
        """Which trips are asked about."""
        return OverlayQuestion(since=self.since, until=self.until, radius_m=self.radius_m)


class IssueParameters(OverlayParameters):
    """Of the question by issue."""

    unconfirmed: Annotated[
        Riders | None,
        Field(
            description="Only issues still open that so many riders or more passed since they "
            "were last confirmed, most riders first; `true`: as many as the setting says.",
            examples=["true"],
        ),
    ] = None


class PlaceParameters(OverlayParameters):
    """Of the questions by street and cell."""

    blind_spots: Annotated[
        Flag,
        Field(description="The streets, or cells with streets, that no trip was in, instead."),
    ] = False


router = APIRouter(tags=["overlay"], dependencies=[SHOWS_KEY])


def _describe_door(row: str, parameters: type[Parameters], schema: Schema) -> dict[str, Any]:
    return {
        "summary": f"Where trips pass issues: a feature for each {row} (analyst's key)",
        "response_class": Response,
        "responses": {
            200: describe_answer(schema, "A FeatureCollection.", media_type=GEOJSON),
            **describe_problems(*WITH_A_KEY),
        },
        "openapi_extra": {
            **describe_parameters(parameters),
            **describe_rules(
                since="A time of the years 1970 to 2200; not before a change of riders' names of "
                "which there are trips from before and after.",
                until="After `since`.",
                bbox="South below north, on earth.",
                per="Not together with `blind_spots` or `unconfirmed`.",
                blind_spots="Not together with `per`.",
                unconfirmed="Not together with `per`.",
            ),
        },
    }


def _require_analyst(request: Request) -> None:
    """Look at the key before anything else: who may not see is not told what is wrong."""
    require_analyst(service_of(request), request)


counted_at_length = at_length(lambda service: service.tables, first=_require_analyst)


@router.get("/overlay/issues", **_describe_door("issue", IssueParameters, figures.ISSUES))
@counted_at_length
def find_issue_exposure(request: Request) -> Response:
    """Every issue, also those nobody passes, with passes, riders, first and last pass."""
    service = service_of(request)
    asked = read_parameters(IssueParameters, request.query_params.multi_items())
    usual = service.workspace.settings.confirm_riders
    riders = usual if asked.unconfirmed == USUAL else asked.unconfirmed
    question = TableQuestion("issue", asked.trips, asked.per, unconfirmed=riders)
    return _answer(service, question, asked.bbox)


@router.get("/overlay/cells", **_describe_door("cell", PlaceParameters, figures.CELLS))
@counted_at_length
def find_cell_exposure(request: Request) -> Response:
    """Every H3 cell that saw a trip or an issue, with its exposure, and whether it is hot."""
    return _answer_by_place(request, "cell")


@router.get("/overlay/streets", **_describe_door("street", PlaceParameters, figures.STREETS))
@counted_at_length
def find_street_exposure(request: Request) -> Response:
    """Every stretch of street that saw a trip or an issue, with its exposure, likewise."""
    return _answer_by_place(request, "street")


def _answer_by_place(request: Request, by: str) -> Response:
    service = service_of(request)
    asked = read_parameters(PlaceParameters, request.query_params.multi_items())
    question = TableQuestion(by, asked.trips, asked.per, blind_spots=asked.blind_spots)
    return _answer(service, question, asked.bbox)


def _answer(
    service: Service, asked: TableQuestion, box: tuple[float, float, float, float] | None
) -> Response:
    question = settled(service.workspace, asked)
    frame = overlay_table(service.workspace, question)
    if box is not None:
        frame = frame[_meets(frame.geometry.to_numpy(), box)]
    trips = question.trips
    counted = {"since": iso_if_any(trips.since), "until": iso_if_any(trips.until)}
    return Response(geojson_text(frame, counted), media_type=GEOJSON, headers=NOT_KEPT)


def _meets(shapes: Shapes, box: tuple[float, float, float, float]) -> Flags:
    """Say which shapes meet a box; where its west is east of its east, it crosses 180 degrees."""
    west, south, east, north = box
    if west <= east:
        return shapely.intersects(shapes, shapely.box(west, south, east, north))
    return shapely.intersects(shapes, shapely.box(west, south, 180, north)) | shapely.intersects(
        shapes, shapely.box(-180, south, east, north)
    )

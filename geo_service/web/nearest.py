"""``GET /facilities/nearest``: the rider's question over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from geo_service.export.step_words import Language
from geo_service.export.ways import way_properties
from geo_service.flows.find_nearest import (
    MOST_OPEN_FOR_MIN,
    NearestAnswer,
    NearestQuestion,
    answer_nearest,
    find_ways,
)
from geo_service.geometry.datum import Datum, to_wgs84
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile
from geo_service.web.answers import GEOJSON, NOT_KEPT
from geo_service.web.descriptions import describe_answer, describe_problems, describe_rules
from geo_service.web.parameters import (
    NOW,
    Flag,
    MomentOrNow,
    Number,
    Parameters,
    Slugs,
    WholeNumber,
    describe_parameters,
    read_query,
)
from geo_service.web.problems import Fault, WrongParameters
from geo_service.web.schemas import facilities
from geo_service.web.service import Service, service_of

PATH = "/facilities/nearest"
LARGEST_K = 50
MOST_WAYS = 10
"""Each takes a search and some hundred sentences; nobody reads more of them."""


class NearestParameters(Parameters):
    """Of the rider's question."""

    lat: Annotated[
        Number, Field(ge=-90, le=90, description="Latitude, decimal degrees.", examples=[32.04])
    ]
    lon: Annotated[
        Number, Field(ge=-180, le=180, description="Longitude, decimal degrees.", examples=[112.14])
    ]
    kind: Annotated[
        Slugs,
        Field(
            description="Any of these kinds; may be repeated. None: all kinds.",
            examples=[["charging_cabinet"]],
        ),
    ] = frozenset()
    k: Annotated[
        WholeNumber, Field(ge=1, le=LARGEST_K, description="How many facilities at most.")
    ] = 3
    by: Annotated[
        Measure, Field(description="Least seconds, least metres, or the straight line.")
    ] = Measure.TIME
    profile: Annotated[Profile, Field(description="How one moves.")] = Profile.EBIKE
    amenity: Annotated[
        Slugs,
        Field(description="All of these must be there; may be repeated.", examples=[["roof"]]),
    ] = frozenset()
    open_at: Annotated[
        MomentOrNow | None,
        Field(description="Only what is open then: `now`, or an ISO 8601 time.", examples=["now"]),
    ] = None
    open_for: Annotated[
        Number,
        Field(
            ge=0,
            le=MOST_OPEN_FOR_MIN,
            description="Only what stays open for so many minutes more, from `open_at` or now.",
        ),
    ] = 0.0
    usable: Annotated[Flag, Field(description="Only what is certainly usable.")] = False
    max_distance_m: Annotated[
        Number | None,
        Field(gt=0, description="Only what is no farther than this, in metres.", examples=[1500]),
    ] = None
    way: Annotated[
        Flag, Field(description=f"Whether to tell the way to each, of {MOST_WAYS} at most.")
    ] = False
    lang: Annotated[Language, Field(description="Of the steps of the way.")] = "zh"
    datum: Annotated[Datum, Field(description="Of `lat` and `lon`; answers are in WGS-84.")] = (
        Datum.WGS84
    )

    def question(self, now: datetime) -> NearestQuestion:
        """Put the question, its position in WGS-84."""
        lon, lat = to_wgs84(self.lon, self.lat, self.datum)
        return NearestQuestion(
            lat=lat,
            lon=lon,
            kinds=self.kind,
            k=self.k,
            by=self.by,
            profile=self.profile,
            amenities=self.amenity,
            open_at=now if self.open_at == NOW else self.open_at,
            open_for_min=self.open_for,
            usable=self.usable,
            max_distance_m=self.max_distance_m,
        )


router = APIRouter(tags=["facilities"])


@router.get(
    PATH,
    summary="The nearest facilities, by the streets",
    response_class=Response,
    responses={
        200: describe_answer(
            facilities.NEAREST,
            "A FeatureCollection, nearest first; with `way=true` each has its `way` and `steps`.",
            media_type=GEOJSON,
        ),
        **describe_problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    },
    openapi_extra={
        **describe_parameters(NearestParameters),
        **describe_rules(
            kind="At least one facility is of each kind.",
            k=f"With `way=true` at most {MOST_WAYS}.",
            open_at="A time of the years 1970 to 2200.",
        ),
    },
)
def find_nearest_facilities(request: Request) -> Response:
    """Nearest first; `notes` says why there are fewer than `k`, or none by street.

    Answers change with the clock and with every report of a state, so they are not kept.
    """
    asked = read_query(NearestParameters, request.scope["query_string"])
    if asked.way and asked.k > MOST_WAYS:
        raise WrongParameters([Fault("k", f"With way=true it must be at most {MOST_WAYS}.")])
    service = service_of(request)
    now = service.clock()
    question = asked.question(now)
    placed = service.kept_facilities.current(asked.profile)
    answer = answer_nearest(placed, question, now)
    ways: list[dict[str, Any]] = []
    if asked.way:
        found = find_ways(placed, question, answer, now)
        riding = asked.profile is Profile.EBIKE
        ways = [
            way_properties(way, near.facility, placed.streets.network, asked.lang, riding=riding)
            for near, way in zip(answer.found, found, strict=True)
        ]
    body = write_answer(service, asked.profile, answer, ways)
    return Response(body, media_type=GEOJSON, headers=NOT_KEPT)


def write_answer(
    service: Service,
    profile: Profile,
    answer: NearestAnswer,
    ways: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """Write an answer as GeoJSON.

    Parameters
    ----------
    service : Service
        Whose writers remember the facilities they have met.
    profile : Profile
        How one moves.
    answer : NearestAnswer
        What was found.
    ways : sequence of mapping
        More properties of each facility. Raises nothing.
    """
    writer = service.near_writers[profile]
    return writer.write(answer.found, by=answer.by, notes=answer.notes, ways=ways).encode()

"""``GET /facilities/nearest``: the rider's question over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from geo_service.export.features import answer_collection
from geo_service.flows.find_nearest import NearestQuestion, answer_nearest
from geo_service.geometry.datum import Datum, convert
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile
from geo_service.web.answers import GEOJSON, json_answer
from geo_service.web.parameters import (
    Flag,
    MomentOrNow,
    Number,
    Parameters,
    Slugs,
    WholeNumber,
    describe_parameters,
    read_parameters,
)
from geo_service.web.service import service_of

LARGEST_K = 50


class NearestParameters(Parameters):
    """Of the rider's question."""

    lat: Annotated[Number, Field(ge=-90, le=90, description="Latitude, decimal degrees.")]
    lon: Annotated[Number, Field(ge=-180, le=180, description="Longitude, decimal degrees.")]
    kind: Annotated[
        Slugs, Field(description="Any of these kinds; may be repeated. None: all kinds.")
    ] = frozenset()
    k: Annotated[
        WholeNumber, Field(ge=1, le=LARGEST_K, description="How many facilities at most.")
    ] = 3
    by: Annotated[
        Measure, Field(description="Least seconds, least metres, or the straight line.")
    ] = Measure.TIME
    profile: Annotated[Profile, Field(description="How one moves.")] = Profile.EBIKE
    amenity: Annotated[Slugs, Field(description="All of these must be there; may be repeated.")] = (
        frozenset()
    )
    open_at: Annotated[
        MomentOrNow | None, Field(description="Only what is open then: `now`, or an ISO 8601 time.")
    ] = None
    usable: Annotated[Flag, Field(description="Only what is certainly usable.")] = False
    max_distance_m: Annotated[
        Number | None, Field(gt=0, description="Only what is no farther than this, in metres.")
    ] = None
    datum: Annotated[Datum, Field(description="Of `lat` and `lon`; answers are in WGS-84.")] = (
        Datum.WGS84
    )

    def question(self, now: datetime) -> NearestQuestion:
        """Put the question, its position in WGS-84."""
        lon, lat = convert(self.lon, self.lat, source=self.datum, target=Datum.WGS84)
        return NearestQuestion(
            lat=float(lat),
            lon=float(lon),
            kinds=self.kind,
            k=self.k,
            by=self.by,
            profile=self.profile,
            amenities=self.amenity,
            open_at=now if self.open_at == "now" else self.open_at,
            usable=self.usable,
            max_distance_m=self.max_distance_m,
        )


router = APIRouter(tags=["facilities"])


@router.get(
    "/facilities/nearest",
    summary="The nearest facilities, by the streets",
    response_class=Response,
    responses={200: {"content": {GEOJSON: {}}, "description": "A FeatureCollection."}},
    openapi_extra=describe_parameters(NearestParameters),
)
def nearest(request: Request) -> Response:
    """Nearest first; `notes` says why there are fewer than `k`, or none by street."""
    asked = read_parameters(NearestParameters, request.query_params.multi_items())
    service = service_of(request)
    now = service.clock()
    district = service.districts.current(asked.profile)
    answer = answer_nearest(district, asked.question(now), now)
    return json_answer(
        answer_collection(
            answer.found,
            by=answer.by,
            notes=answer.notes,
            riding=asked.profile is Profile.EBIKE,
        ),
        media_type=GEOJSON,
    )

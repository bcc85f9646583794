"""``GET /places.json``: the facilities as a short list, for phones that lose their network."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Request, Response
from pydantic import Field

from geo_service.domain.facility import Facility
from geo_service.export.navigate import amap_link
from geo_service.geometry.metric import wrap_degrees
from geo_service.streets.profile import Profile
from geo_service.web.answers import JSON, json_answer
from geo_service.web.descriptions import (
    describe_answer,
    describe_held,
    describe_problems,
    describe_rules,
)
from geo_service.web.etags import tagged_answer
from geo_service.web.parameters import Number, Parameters, describe_parameters, read_parameters
from geo_service.web.problems import Fault, WrongParameters
from geo_service.web.schemas import facilities
from geo_service.web.service import service_of

PATH = "/places.json"
MOST_LISTED = 2_000
DECIMALS = 2
"""A hundredth of a degree, about a kilometre: nearer than that nobody need tell a position."""

router = APIRouter(tags=["rider"])


class PlaceParameters(Parameters):
    """Where the list is from; what is more exact than a hundredth of a degree is not looked at."""

    lat: Annotated[
        Number | None, Field(ge=-90, le=90, description="WGS-84, with `lon`.", examples=[32.04])
    ] = None
    lon: Annotated[
        Number | None, Field(ge=-180, le=180, description="WGS-84, with `lat`.", examples=[112.14])
    ] = None


@router.get(
    PATH,
    summary="The facilities near, as a short list to keep",
    response_class=Response,
    responses={
        200: describe_answer(
            facilities.PLACES,
            f"`places`: at most {MOST_LISTED:,}, the nearest ones; `all`: whether these are all.",
            headers=["ETag"],
        ),
        **describe_held(),
        **describe_problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    },
    openapi_extra={
        **describe_parameters(PlaceParameters),
        **describe_rules(lat="Together with `lon`.", lon="Together with `lat`."),
    },
)
def list_places(request: Request) -> Response:
    """List what a phone needs to find places by itself; states change too fast to be in it."""
    asked = read_parameters(PlaceParameters, request.query_params.multi_items())
    if (asked.lat is None) != (asked.lon is None):
        missing = "lat" if asked.lat is None else "lon"
        raise WrongParameters([Fault(missing, "lat and lon are needed both, or neither.")])
    known = service_of(request).kept_facilities.current(Profile.EBIKE).facilities
    place = None if asked.lat is None or asked.lon is None else (asked.lon, asked.lat)
    listed = nearest_listed(known, place)
    told = {"all": len(listed) == len(known), "places": [_told(one) for one in listed]}
    return tagged_answer(request, bytes(json_answer(told).body), JSON)


def nearest_listed(
    facilities: Sequence[Facility], place: tuple[float, float] | None, most: int = MOST_LISTED
) -> list[Facility]:
    """Choose what is listed: all, or the nearest to a place.

    Parameters
    ----------
    facilities : sequence of Facility
        All there are.
    place : tuple of float or None
        Longitude and latitude, WGS-84, of which two decimals count; None: the middle of all.
    most : int
        How many are listed.

    Returns
    -------
    list of Facility
        By their ids. Raises nothing.
    """
    chosen = list(facilities)
    if len(chosen) > most:
        lon = np.array([one.lon for one in chosen])
        lat = np.array([one.lat for one in chosen])
        if place is None:
            middle = lon[0] + np.median(wrap_degrees(lon - lon[0]))
            place = float(wrap_degrees(middle)), float(np.median(lat))
        here_lon, here_lat = (round(degrees, DECIMALS) for degrees in place)
        east = wrap_degrees(lon - here_lon) * np.cos(np.radians(here_lat))
        nearest = np.argsort(east**2 + (lat - here_lat) ** 2, kind="stable")[:most]
        chosen = [chosen[n] for n in nearest]
    return sorted(chosen, key=lambda one: one.facility_id)


def _told(facility: Facility) -> dict[str, object]:
    return {
        "id": facility.facility_id,
        "kind": facility.kind,
        "name": facility.name,
        "name_en": facility.name_en,
        "lat": round(facility.lat, 6),
        "lon": round(facility.lon, 6),
        "hours": facility.opening_hours,
        "link": amap_link(facility, riding=True),
    }

"""``GET /releases``: what everybody may know of trips."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from geo_service.domain.release import Release
from geo_service.errors import NotFound
from geo_service.export.features import collection, iso
from geo_service.overlay.cells import cell_boundary
from geo_service.store import releases as stored_releases
from geo_service.web.answers import GEOJSON, json_answer
from geo_service.web.descriptions import describe_answer, describe_problems
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.path_parts import Period
from geo_service.web.schemas import figures
from geo_service.web.service import service_of

KEPT_A_DAY = {"Cache-Control": "public, max-age=86400"}
"""A release never changes."""


router = APIRouter(tags=["releases"])


@router.get(
    "/releases",
    summary="The periods that have been released",
    response_class=Response,
    responses={
        200: describe_answer(figures.RELEASES, "Newest first."),
        **describe_problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    },
)
def list_releases(request: Request) -> Response:
    """Newest first, each with the address of its cells."""
    read_parameters(NoParameters, request.query_params.multi_items())
    with service_of(request).workspace.database.reading() as connection:
        periods = sorted(stored_releases.periods(connection), reverse=True)
        held = [stored_releases.read(connection, period) for period in periods]
    return json_answer({"releases": [_summary(release) for release in held if release]})


@router.get(
    "/releases/{period}",
    summary="The cells of one period",
    response_class=Response,
    responses={
        200: describe_answer(figures.RELEASE, "A FeatureCollection.", media_type=GEOJSON),
        **describe_problems(
            HTTPStatus.NOT_FOUND,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
)
def read_release(period: Period, request: Request) -> Response:
    """H3 cells with trips and riders, rounded down, where enough riders were."""
    read_parameters(NoParameters, request.query_params.multi_items())
    with service_of(request).workspace.database.reading() as connection:
        found = stored_releases.read(connection, period)
    if found is None:
        raise NotFound("This period has not been released.", remedy="See /releases.")
    return json_answer(_cells(found), media_type=GEOJSON, headers=KEPT_A_DAY)


def _summary(release: Release) -> dict[str, object]:
    return {
        **_period(release),
        "cells": len(release.rows),
        "href": f"/releases/{release.period}",
    }


def _period(release: Release) -> dict[str, object]:
    return {
        "period": release.period,
        "since": iso(release.since),
        "until": iso(release.until),
        "resolution": release.resolution,
    }


def _cells(release: Release) -> dict[str, object]:
    rings = cell_boundary([row.cell for row in release.rows])
    features = [
        {
            "type": "Feature",
            "id": row.cell,
            "geometry": {"type": "Polygon", "coordinates": [[list(point) for point in ring]]},
            "properties": {"cell": row.cell, "trips": row.trips, "riders": row.riders},
        }
        for row, ring in zip(release.rows, rings, strict=True)
    ]
    return collection(features, **_period(release))

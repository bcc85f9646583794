"""Geometries as filters write them, brought to WGS-84."""

import json
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import shapely

from geo_service.features.filters.refusals import refusal
from geo_service.features.filters.written import WellKnownText, Written

ToWgs84: TypeAlias = Callable[[shapely.Geometry], shapely.Geometry]
"""Turns a geometry of the filter's coordinate system into WGS-84, longitude first."""

_TYPES = {
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
}
_HALF_TURN = 180.0
_LARGEST = 1e300
"""Of a coordinate: beyond it calculation ends."""


@np.errstate(all="ignore")
def geometry_of(
    written: WellKnownText | Mapping[str, Written], to_wgs84: ToWgs84
) -> shapely.Geometry:
    """Return a geometry that is written as WKT or as GeoJSON.

    Heights are dropped.

    Raises
    ------
    WrongUsage
        It is no geometry, crosses itself, is empty, or lies outside WGS-84.
    """
    try:
        if isinstance(written, WellKnownText):
            shape = shapely.from_wkt(written.text)
        elif written.get("type") in _TYPES:
            shape = shapely.from_geojson(json.dumps(written))
        else:
            raise _bad_geometry("its type is unknown")
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        raise _bad_geometry("it can't be read") from None
    return _ready(shapely.force_2d(shape), to_wgs84)


@np.errstate(all="ignore")
def box_of(corners: Written, to_wgs84: ToWgs84) -> shapely.Geometry:
    """Return a bounding box; two boxes where it crosses the 180th meridian.

    Parameters
    ----------
    corners : Written
        Four numbers: the lower corner, the upper corner; or six, with heights. It crosses the 180th
        meridian where its west is east of its east, whichever axis comes first.
    to_wgs84 : callable

    Raises
    ------
    WrongUsage
        It is no box, or lies outside WGS-84.
    """
    if (
        not isinstance(corners, list)
        or len(corners) not in (4, 6)
        or not all(map(_number, corners))
    ):
        raise _bad_geometry("a box is four numbers: west, south, east, north")
    half = len(corners) // 2
    lower, upper = corners[:2], corners[half : half + 2]
    turned = [axis for axis in (0, 1) if lower[axis] > upper[axis]]
    if not turned:
        return _ready(_box(lower, upper), to_wgs84)
    axis = turned[0]
    if len(turned) > 1 or max(abs(lower[axis]), abs(upper[axis])) > _HALF_TURN:
        raise _bad_geometry("a box's lower corner comes first")
    ends, begins = list(upper), list(lower)
    ends[axis], begins[axis] = _HALF_TURN, -_HALF_TURN
    return _ready(shapely.union_all([_box(lower, ends), _box(begins, upper)]), to_wgs84)


def _box(lower: list[float], upper: list[float]) -> shapely.Geometry:
    """Return a box; a line or a point where it has no width or height."""
    (west, south), (east, north) = lower, upper
    if lower == upper:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([lower, upper])
    return shapely.box(west, south, east, north)


def _ready(shape: shapely.Geometry, to_wgs84: ToWgs84) -> shapely.Geometry:
    if shapely.is_missing(shape) or shapely.is_empty(shape):
        raise _bad_geometry("it is empty")
    shape = to_wgs84(shape)
    lon, lat = shapely.get_coordinates(shape).T
    # What is no number is refused here too.
    if not (np.all(np.abs(lon) <= _HALF_TURN) and np.all(np.abs(lat) <= _HALF_TURN / 2)):
        raise _bad_geometry("longitudes go from -180 to 180, latitudes from -90 to 90")
    if not shapely.is_valid(shape):
        raise _bad_geometry("its rings cross themselves or each other")
    shapely.prepare(shape)
    return shape


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _bad_geometry(why: str) -> Exception:
    return refusal(
        f"A geometry in the filter is none: {why}.",
        "Longitude comes first: POINT(112.1 32.0), BBOX(112.1, 32.0, 112.2, 32.1).",
    )

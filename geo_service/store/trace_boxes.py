"""The box of longitudes and latitudes that each trip lies in, and which trips a box may meet."""

import math
from typing import NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, and_, or_

from geo_service.arrays import Integers
from geo_service.store.schema import trips
from geo_service.store.trace_packing import STEPS_A_DEGREE, PackedTrips

HALF_TURN = int(180 * STEPS_A_DEGREE)
FULL_TURN = 2 * HALF_TURN


class Box(NamedTuple):
    """WGS-84 degrees; across the 180th meridian if ``west > east``."""

    west: float
    south: float
    east: float
    north: float


def boxes_of(packed: PackedTrips) -> Integers:
    """Return each trip's box, consecutive fixes joined the short way round the earth.

    Returns
    -------
    ndarray, shape (trips, 4)
        West, south, east, north; WGS-84, 1e-7 degree. West is greater than east if the trip
        crosses the 180th meridian; a trip round the earth has all longitudes.
    """
    firsts = packed.offsets[:-1]
    lon = packed.lon.astype(np.int64)
    steps = np.diff(lon, prepend=lon[:1])
    steps[firsts] = 0
    turns = np.cumsum((steps < -HALF_TURN).astype(np.int64) - (steps > HALF_TURN))
    # Turns of the trips before are taken off, so that every trip begins where it says.
    unrolled = lon + FULL_TURN * (turns - np.repeat(turns[firsts], np.diff(packed.offsets)))
    west = np.minimum.reduceat(unrolled, firsts)
    east = np.maximum.reduceat(unrolled, firsts)
    around = east - west >= FULL_TURN
    return np.column_stack(
        (
            np.where(around, -HALF_TURN, _rolled(west)),
            np.minimum.reduceat(packed.lat, firsts),
            np.where(around, HALF_TURN, _rolled(east)),
            np.maximum.reduceat(packed.lat, firsts),
        )
    ).astype(np.int64)


def may_meet(box: Box) -> ColumnElement[bool]:
    """Return the condition for a trip whose box meets this one, or whose box is not known."""
    spans = [(box.west, box.east)] if box.west <= box.east else [(box.west, 180), (-180, box.east)]
    # The 180th meridian has two longitudes.
    if box.west == -180 or (box.west <= box.east and box.east == 180) or box.west > box.east:
        spans += [(180, 180), (-180, -180)]
    beside = [
        _meets_span(math.floor(west * STEPS_A_DEGREE), math.ceil(east * STEPS_A_DEGREE))
        for west, east in spans
    ]
    return or_(
        trips.c.west.is_(None),
        and_(
            trips.c.south <= math.ceil(box.north * STEPS_A_DEGREE),
            trips.c.north >= math.floor(box.south * STEPS_A_DEGREE),
            or_(*beside),
        ),
    )


def _meets_span(west: int, east: int) -> ColumnElement[bool]:
    """Return the condition for longitudes in common with a span that crosses no 180th meridian."""
    begins, ends = trips.c.west <= east, trips.c.east >= west
    across = trips.c.west > trips.c.east
    return or_(and_(begins, ends), and_(across, or_(begins, ends)))


def _rolled(lon: Integers) -> Integers:
    """Bring longitudes back to the earth; those on it already stay as they are."""
    turned = np.mod(lon + HALF_TURN, FULL_TURN) - HALF_TURN
    return np.where(np.abs(lon) <= HALF_TURN, lon, turned)

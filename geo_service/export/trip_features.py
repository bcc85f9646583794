"""Trips as lines with their times: as features, as rows of fixes, and as tracks of GPX."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import shapely

from geo_service.arrays import Shapes
from geo_service.domain.trace import Fixes
from geo_service.export.feature_cells import iso_texts
from geo_service.export.feature_layer import Layer
from geo_service.export.gpx import Track, timed_points
from geo_service.features.columns import Column, Features, Field, Kind

TRIPS = Layer("traces", "LineString", "trip_id")
FIELDS = (
    Field("rider_id", Kind.TEXT, "Whose trip it is, a pseudonym."),
    Field("starts_at", Kind.MOMENT, "When its first fix was recorded."),
    Field("ends_at", Kind.MOMENT, "When its last fix was recorded."),
    Field("fixes", Kind.INTEGER, "How many fixes it has.", "fixes"),
    Field("times", Kind.TEXTS, "When each position of the line was recorded."),
)
FIX_COLUMNS = ("trip_id", "rider_id", "t", "lon", "lat")


def trip_features(fixes: Fixes) -> Features:
    """Take trips as lines.

    Parameters
    ----------
    fixes : Fixes
        Whole trips. One of a single fix becomes a line from there to there, with its time twice;
        one across the 180th meridian leaps there, so that every position keeps its time.

    Returns
    -------
    Features
        In order of the trips' ids. Raises nothing.
    """
    order = np.argsort(np.array(fixes.trip_ids, dtype=np.object_), kind="stable")
    first, last = fixes.offsets[:-1][order], fixes.offsets[1:][order] - 1
    times = iso_texts(fixes.t)
    held = np.empty(fixes.trips, dtype=np.object_)
    held[:] = [
        tuple(times[start : end + 1] if end > start else times[start : end + 1] * 2)
        for start, end in zip(first.tolist(), last.tolist(), strict=True)
    ]
    riders = np.array(fixes.rider_ids, dtype=np.object_)[fixes.rider[order]]
    none = np.zeros(fixes.trips, dtype=np.bool_)
    columns = {
        "rider_id": Column(Kind.TEXT, riders, none),
        "starts_at": Column(Kind.MOMENT, fixes.t[first], none),
        "ends_at": Column(Kind.MOMENT, fixes.t[last], none),
        "fixes": Column(Kind.INTEGER, last - first + 1, none),
        "times": Column(Kind.TEXTS, held, none),
    }
    ids = np.array(fixes.trip_ids, dtype=np.object_)[order]
    return Features(ids, _lines(fixes)[order], FIELDS, columns)


def fix_rows(fixes: Fixes) -> Iterator[tuple[str, str, str, float, float]]:
    """Yield a row of ``FIX_COLUMNS`` for each fix. Raises nothing."""
    trip = fixes.trip_of_fix()
    for number, time, lon, lat in zip(
        trip.tolist(), iso_texts(fixes.t), fixes.lon.tolist(), fixes.lat.tolist(), strict=True
    ):
        yield fixes.trip_ids[number], fixes.rider_ids[fixes.rider[number]], time, lon, lat


def trip_tracks(fixes: Fixes) -> Iterator[Track]:
    """Yield a track for each trip. Raises nothing."""
    lon, lat, times = fixes.lon.tolist(), fixes.lat.tolist(), iso_texts(fixes.t)
    for trip, (start, end) in enumerate(pairwise(fixes.offsets.tolist())):
        points = timed_points(lon[start:end], lat[start:end], times[start:end])
        rider = fixes.rider_ids[fixes.rider[trip]]
        yield Track(fixes.trip_ids[trip], f"rider_id: {rider}" if rider else "", "", [points])


def _lines(fixes: Fixes) -> Shapes:
    trip = fixes.trip_of_fix()
    alone = np.diff(fixes.offsets)[trip] == 1
    rows = np.repeat(np.arange(len(fixes)), np.where(alone, 2, 1))
    positions = np.column_stack((fixes.lon[rows], fixes.lat[rows]))
    lines: Shapes = np.empty(fixes.trips, dtype=np.object_)
    if fixes.trips:
        lines[:] = shapely.linestrings(positions, indices=trip[rows])
    return lines

"""Trips as lines, rows and tracks."""

import numpy as np
import pytest
import shapely

from geo_service.domain.trace import Fixes, no_fixes
from geo_service.export.trip_features import FIELDS, fix_rows, trip_features, trip_tracks

BEGIN = 1_790_000_000_000_000


@pytest.fixture
def fixes() -> Fixes:
    """Return a trip of three fixes across the 180th meridian, and one of a single fix."""
    return Fixes(
        ("b", "a"),
        ("x", ""),
        np.array([0, 1]),
        np.array([0, 3, 4]),
        np.array([BEGIN, BEGIN + 250, BEGIN + 1_000_000, BEGIN + 5]),
        np.array([179.9, 180.0, -179.9, 112.14]),
        np.array([1.0, 2.0, 3.0, 32.04]),
    )


def test_trips_are_lines_in_order_of_id_that_keep_every_position_and_time(fixes: Fixes) -> None:
    features = trip_features(fixes)
    assert features.ids.tolist() == ["a", "b"]
    assert [shapely.get_coordinates(line).tolist() for line in features.shapes] == [
        [[112.14, 32.04], [112.14, 32.04]],
        [[179.9, 1.0], [180.0, 2.0], [-179.9, 3.0]],
    ]
    assert tuple(features.columns) == tuple(one.name for one in FIELDS)
    told = [
        {name: column.value(row) for name, column in features.columns.items()} for row in range(2)
    ]
    alone = "2026-09-21T14:13:20.000005Z"
    assert told[0]["times"] == (alone, alone)
    assert told[0]["fixes"] == 1
    assert told[0]["starts_at"] == told[0]["ends_at"]
    assert told[1]["times"] == (
        "2026-09-21T14:13:20Z",
        "2026-09-21T14:13:20.000250Z",
        "2026-09-21T14:13:21Z",
    )
    assert (told[1]["rider_id"], told[1]["fixes"]) == ("x", 3)
    assert (told[1]["ends_at"] - told[1]["starts_at"]).total_seconds() == 1


def test_every_fix_is_a_row(fixes: Fixes) -> None:
    assert list(fix_rows(fixes)) == [
        ("b", "x", "2026-09-21T14:13:20Z", 179.9, 1.0),
        ("b", "x", "2026-09-21T14:13:20.000250Z", 180.0, 2.0),
        ("b", "x", "2026-09-21T14:13:21Z", -179.9, 3.0),
        ("a", "", "2026-09-21T14:13:20.000005Z", 112.14, 32.04),
    ]


def test_every_trip_is_a_track(fixes: Fixes) -> None:
    first, second = trip_tracks(fixes)
    assert (first.name, first.desc) == ("b", "rider_id: x")
    assert [len(part) for part in first.parts] == [3]
    assert (second.name, second.desc) == ("a", "")
    assert second.parts[0] == [
        '<trkpt lat="32.04" lon="112.14"><time>2026-09-21T14:13:20.000005Z</time></trkpt>'
    ]


def test_no_trips_are_no_lines() -> None:
    assert len(trip_features(no_fixes())) == 0
    assert list(fix_rows(no_fixes())) == list(trip_tracks(no_fixes())) == []

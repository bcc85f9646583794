import json
from collections.abc import Callable, Sequence

import pytest

from geo_service.ingest.files.geojson import parse_geojson
from geo_service.ingest.traces.fix_table import TraceBatch, TraceRule
from geo_service.ingest.traces.lines import holds_lines, take_lines

LINE = [[112.0, 32.0], [112.001, 32.0, 70.0], [112.002, 32.0]]
TIMES = ["2025-01-01T00:00:00Z", "2025-01-01T00:01:00Z", "2025-01-01T00:02:00Z"]


@pytest.fixture
def take(collection: Callable[[Sequence[object]], str]) -> Callable[..., TraceBatch]:
    """Return a function that reads features as trips."""

    def _take(*features: object, **rule: object) -> TraceBatch:
        rows = parse_geojson(collection(features).encode(), file="ride.geojson")
        return take_lines(rows, TraceRule(**rule))

    return _take


@pytest.mark.parametrize(
    "properties",
    [
        {"times": TIMES},
        {"coordTimes": TIMES},
        {"coordinateProperties": {"times": TIMES}},
        {"times": [1735689600, 1735689660, 1735689720.0]},
        {"times": json.dumps(TIMES)},
    ],
)
def test_a_line_with_times_is_a_trip(
    take: Callable[..., TraceBatch],
    feature: Callable[..., dict[str, object]],
    properties: dict[str, object],
) -> None:
    batch = take(feature("LineString", LINE, trip_id="x", rider_id="r", **properties))
    fixes = batch.fixes
    assert (fixes.trip_ids, fixes.rider_ids) == (("x",), ("r",))
    assert fixes.t.tolist() == [1735689600000000, 1735689660000000, 1735689720000000]
    assert fixes.lon.tolist() == [112.0, 112.001, 112.002]
    assert (batch.read, batch.fixes_read) == (1, 3)


def test_the_parts_of_a_line_follow_one_another(
    take: Callable[..., TraceBatch], feature: Callable[..., dict[str, object]]
) -> None:
    batch = take(
        feature(
            "MultiLineString",
            [LINE[:2], [*LINE[2:], [112.003, 32.0]]],
            times=[TIMES[:2], [TIMES[2], "2025-01-01T00:03:00Z"]],
        )
    )
    assert len(batch.fixes) == 4


def test_a_trip_without_id_is_named_for_file_and_number(
    take: Callable[..., TraceBatch], feature: Callable[..., dict[str, object]]
) -> None:
    batch = take(
        feature("LineString", LINE, times=TIMES),
        {**feature("LineString", LINE, times=TIMES), "id": 9},
    )
    assert batch.fixes.trip_ids == ("ride-1", "9")


def test_the_users_columns_count(
    take: Callable[..., TraceBatch], feature: Callable[..., dict[str, object]]
) -> None:
    batch = take(
        feature("LineString", LINE, ride=5, zeit=TIMES),
        columns={"trip_id": "ride", "t": "zeit"},
        rider="r",
    )
    assert batch.fixes.trip_ids == ("5",)
    assert batch.fixes.rider_ids == ("r",)


@pytest.mark.parametrize(
    ("kind", "coordinates", "times", "reason"),
    [
        (
            "LineString",
            LINE,
            None,
            (
                "None of its 3 fixes bears a time; give the times of its positions in a list, the "
                "property 'times'."
            ),
        ),
        ("LineString", LINE, TIMES[:2], "It has 3 positions and 2 times."),
        ("LineString", LINE, "[" * 100_000, "None of its 3 fixes bears a time"),
        ("LineString", LINE, "[1, 2", "None of its 3 fixes bears a time"),
        ("LineString", [], TIMES, "Its geometry is empty."),
        (None, None, TIMES, "It has no geometry."),
        ("Point", [1, 2], TIMES, "Its geometry is a Point, where a LineString is needed."),
        ("LineString", [[1, "x"], [2, 3]], TIMES, "Its coordinates make no LineString: [[1, 'x']"),
    ],
)
def test_what_is_no_trip_is_refused(
    take: Callable[..., TraceBatch],
    feature: Callable[..., dict[str, object]],
    kind: str | None,
    coordinates: object,
    times: object,
    reason: str,
) -> None:
    batch = take(
        feature("LineString", LINE, trip_id="good", times=TIMES),
        feature(kind, coordinates, trip_id="bad", times=times),
    )
    assert batch.fixes.trip_ids == ("good",)
    (refusal,) = batch.refusals
    assert (refusal.file, refusal.row, refusal.record_id) == ("ride.geojson", 2, "bad")
    assert refusal.reason.startswith(reason)
    assert batch.read == 2


def test_the_second_trip_of_one_id_is_refused(
    take: Callable[..., TraceBatch], feature: Callable[..., dict[str, object]]
) -> None:
    line = feature("LineString", LINE, trip_id="x", times=TIMES)
    batch = take(line, line)
    assert batch.fixes.trip_ids == ("x",)
    assert [one.reason for one in batch.refusals] == [
        "Its id 'x' is already that of record 1 in this file."
    ]


def test_a_fix_of_no_use_names_its_trips_number(
    take: Callable[..., TraceBatch], feature: Callable[..., dict[str, object]]
) -> None:
    line = [[112.0, 32.0], [112.0, float("nan")], *[[112.0, 32.0]] * 8]
    times = [1735689600 + 60 * step for step in range(10)]
    batch = take(feature("LineString", LINE, times=TIMES), feature("LineString", line, times=times))
    (refusal,) = batch.refusals
    assert refusal.row == 2
    assert "Its position is NaN" in refusal.reason
    assert len(batch.fixes) == 3 + 9


def test_points_are_no_lines(
    collection: Callable[[Sequence[object]], str], feature: Callable[..., dict[str, object]]
) -> None:
    rows = parse_geojson(collection([feature("Point", [1, 2], t=0)]).encode(), file="a")
    assert not holds_lines(rows)

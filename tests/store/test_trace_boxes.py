"""Boxes hold their trips, and a box asked for leaves out only trips that lie beside it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import text

from geo_service.domain.trace import Fixes
from geo_service.store.database import Database
from geo_service.store.trace_boxes import Box, boxes_of
from geo_service.store.trace_lake import TraceLake
from geo_service.store.trace_packing import pack

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]


def along(*positions: tuple[float, float]) -> Trip:
    return "r", [(second * 1_000_000, lon, lat) for second, (lon, lat) in enumerate(positions)]


@pytest.mark.parametrize(
    ("positions", "box"),
    [
        ([(1.5, 2.0)], (1.5, 2.0, 1.5, 2.0)),
        ([(1.0, 5.0), (-2.0, 4.0), (0.5, 7.0)], (-2.0, 4.0, 1.0, 7.0)),
        ([(179.9, 0.0), (-179.8, 1.0)], (179.9, 0.0, -179.8, 1.0)),
        ([(-179.8, 0.0), (179.9, 1.0), (-179.9, 0.0)], (179.9, 0.0, -179.8, 1.0)),
        ([(179.0, 0.0), (180.0, 1.0)], (179.0, 0.0, 180.0, 1.0)),
        ([(-180.0, 0.0), (-179.0, 1.0)], (-180.0, 0.0, -179.0, 1.0)),
        ([(lon, 89.0) for lon in (0.0, 100.0, -160.0, -60.0, 0.0)], (-180.0, 89.0, 180.0, 89.0)),
    ],
)
def test_boxes_of_trips(
    make_fixes: Make, positions: list[tuple[float, float]], box: tuple[float, ...]
) -> None:
    # Trips before and after, so that one trip's turns are not another's.
    trips = {"0": along((179.0, 0.0), (-179.0, 0.0)), "1": along(*positions), "2": along((3, 3))}
    found = boxes_of(pack(make_fixes(trips))) / 1e7
    assert found.tolist() == [[179.0, 0.0, -179.0, 0.0], [*box], [3.0, 3.0, 3.0, 3.0]]


def covers(west: float, east: float, lon: float) -> bool:
    return (lon - west) % 360 <= (east - west) % 360 or (west, east) == (-180, 180)


@pytest.mark.parametrize("seed", range(4))
def test_a_box_leaves_out_only_trips_beside_it(
    lake: TraceLake, make_fixes: Make, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    trips = {}
    for number in range(60):
        lon = chance.choice([0, 178, -179]) + np.cumsum(chance.integers(-9, 10, 4)) / 8
        lat = chance.integers(-3, 4) + np.cumsum(chance.integers(-3, 4, 4)) / 8
        rolled = np.where(np.abs(lon) > 180, (lon + 180) % 360 - 180, lon)
        trips[f"{number:02}"] = along(*zip(rolled.tolist(), lat.tolist(), strict=True))
    lake.add(make_fixes(trips))
    left_out = 0
    for _ in range(40):
        west, east = chance.choice([-180, -179.5, -178, -1, 0, 0.5, 177, 179.5, 180], 2).tolist()
        south, north = sorted(chance.integers(-24, 25, 2) / 8)
        box = Box(west, float(south), east, float(north))
        found = {name for fixes in lake.read(box=box) for name in fixes.trip_ids}
        for name, (_, fixes) in trips.items():
            inside = any(covers(west, east, lon) and south <= lat <= north for _, lon, lat in fixes)
            assert name in found or not inside
        left_out += len(trips) - len(found)
    assert left_out > 600


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (Box(-1, -1, 1, 1), ""),
        (Box(9, 9, 10, 10), "a"),
        (Box(11.5, 9, 9, 10), ""),
        (Box(10.5, 10.5, 20, 20), "a"),
        (Box(10.5, 12, 20, 20), ""),
        (Box(179.95, 0, -179.95, 1), "me"),
        (Box(-180, 0, -179.99, 1), "me"),
        (Box(179.99, 0, 180, 1), "me"),
        (Box(-180, -90, 180, 90), "ame"),
        (Box(170, 0, -179.95, 1), "me"),
        (Box(-179, 0, 179, 20), "a"),
    ],
)
def test_boxes_meet_across_the_180th_meridian(
    lake: TraceLake, make_fixes: Make, box: Box, expected: str
) -> None:
    lake.add(
        make_fixes(
            {
                "a": along((10, 10), (11, 11)),
                "m": along((179.9, 0), (-179.9, 1)),
                "e": along((179.985, 0.5), (180, 0.5)),
            }
        )
    )
    found = {name for fixes in lake.read(box=box) for name in fixes.trip_ids}
    assert found == set(expected)


def test_trips_whose_box_is_not_known_are_read(
    lake: TraceLake, make_fixes: Make, database: Database
) -> None:
    lake.add(make_fixes({"a": along((10, 10)), "b": along((10, 10))}))
    with database.writing() as connection:
        connection.execute(
            text(
                "UPDATE trips SET west = NULL, south = NULL, east = NULL, north = NULL "
                "WHERE trip_id = 'a'"
            )
        )
    far = Box(50, 50, 51, 51)
    assert [fixes.trip_ids for fixes in lake.read(box=far)] == [("a",)]
    assert list(lake.read(since=datetime(1980, 1, 1, tzinfo=UTC), box=far)) == []

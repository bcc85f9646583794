import itertools
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import h3
import numpy as np
import pytest
import shapely

SHANGHAI = ZoneInfo("Asia/Shanghai")
TRIM_M = 200.0
RIDERS = 10


@pytest.fixture(scope="module")
def trips(layer: Callable[[str], Any]) -> Any:  # noqa: ANN401 - geopandas ships no types
    return layer("traces")


@pytest.fixture(scope="module")
def local_starts(trips: Any) -> list[datetime]:  # noqa: ANN401 - as above
    return [datetime.fromtimestamp(int(times[0]), SHANGHAI) for times in trips["times"]]


def steps(line: Any) -> Any:  # noqa: ANN401 - shapes and arrays of metres
    return np.hypot(*np.diff(np.asarray(line.coords), axis=0).T)


def test_sixty_riders_make_hundreds_of_trips(trips: Any) -> None:  # noqa: ANN401 - as above
    assert trips["rider_id"].nunique() == 60
    assert 350 <= len(trips) <= 600
    assert trips["trip_id"].is_unique
    assert trips.groupby("rider_id").size().min() >= 5


def test_they_span_five_weeks(local_starts: list[datetime]) -> None:
    days = {start.date().isoformat() for start in local_starts}
    assert min(days) == "2026-09-28"
    assert max(days) == "2026-11-01"
    assert len(days) == 35


def test_they_ride_at_meal_times(local_starts: list[datetime]) -> None:
    hours = [start.hour + start.minute / 60 for start in local_starts]
    peak = sum(11.0 <= hour <= 13.0 or 17.0 <= hour <= 19.6 for hour in hours)
    assert 0.6 < peak / len(hours) < 0.95


def test_each_fix_has_its_time_and_times_only_grow(trips: Any) -> None:  # noqa: ANN401 - as above
    for line, times in zip(trips.geometry, trips["times"], strict=True):
        assert len(line.coords) == len(times) >= 10
        assert (np.diff(times) > 0).all()


def test_no_rider_is_on_two_trips_at_once(trips: Any) -> None:  # noqa: ANN401 - as above
    spans = defaultdict(list)
    for rider, times in zip(trips["rider_id"], trips["times"], strict=True):
        spans[rider].append((times[0], times[-1]))
    for rides in spans.values():
        for (_, end), (start, _) in itertools.pairwise(sorted(rides)):
            assert end < start


def test_fixes_come_every_five_to_ten_seconds(trips: Any) -> None:  # noqa: ANN401 - as above
    middles = [median(np.diff(times)) for times in trips["times"]]
    assert min(middles) >= 5
    assert np.mean([middle <= 10 for middle in middles]) > 0.97


def test_some_trips_have_a_gap(trips: Any) -> None:  # noqa: ANN401 - as above
    longest = np.array([np.diff(times).max() for times in trips["times"]])
    assert 20 <= (longest > 120).sum() <= 120, "too long to be joined"
    assert 40 <= ((longest > 25) & (longest <= 120)).sum() <= 250, "short enough to be joined"
    assert longest.max() <= 330


def test_riders_ride_at_the_pace_of_an_electric_bike(trips: Any) -> None:  # noqa: ANN401 - as above
    moving = np.concatenate(
        [
            (steps(line) / np.diff(times))[np.diff(times) <= 10]
            for line, times in zip(trips.geometry, trips["times"], strict=True)
        ]
    )
    riding = 3.6 * moving[moving > 2.0]
    assert 15.0 < np.median(riding) < 21.0
    assert np.mean((riding > 10.0) & (riding < 26.0)) > 0.9
    # Faster than this a fix would be dropped at the door.
    assert moving.max() < 40.0


def test_they_stop(trips: Any) -> None:  # noqa: ANN401 - as above
    stops = 0
    for line, times in zip(trips.geometry, trips["times"], strict=True):
        apart = np.diff(times)
        resting = apart[(steps(line) / apart < 1.0) & (apart <= 20)].sum()
        stops += resting > 60
    assert stops > 0.8 * len(trips)


def test_fixes_lie_some_metres_off_the_streets(
    layer: Callable[[str], Any],
    trips: Any,  # noqa: ANN401 - as above
) -> None:
    streets = layer("streets")
    network = streets[~streets["bicycle"].eq("no")].geometry.union_all()
    spots = np.concatenate([np.asarray(line.coords) for line in trips.geometry[::10]])
    off = shapely.distance(network, shapely.points(spots))
    # An error of 5 to 8 m, of which the part across the street shows.
    assert 2.0 < np.sqrt(np.mean(off**2)) < 7.0
    assert off.max() < 35.0


def test_the_error_fades_slowly(
    layer: Callable[[str], Any],
    trips: Any,  # noqa: ANN401 - as above
) -> None:
    """Neighbouring fixes err alike: white noise would give steps twice as ragged."""
    streets = layer("streets").geometry.union_all()
    pairs = []
    for line in trips.geometry[::20]:
        off = shapely.distance(streets, shapely.points(np.asarray(line.coords)))
        pairs.append(np.stack([off[:-1], off[1:]]))
    here, there = np.concatenate(pairs, axis=1)
    assert np.corrcoef(here, there)[0, 1] > 0.4


@pytest.mark.parametrize(("resolution", "cells"), [(9, 24), (10, 100)])
def test_october_has_enough_riders_for_a_release(
    resolution: int,
    cells: int,
    trips: Any,  # noqa: ANN401 - as above
) -> None:
    since = datetime(2026, 10, 1, tzinfo=SHANGHAI).timestamp()
    until = datetime(2026, 11, 1, tzinfo=SHANGHAI).timestamp()
    riders: dict[str, set[str]] = defaultdict(set)
    for rider, line, degrees, times in zip(
        trips["rider_id"], trips.geometry, trips.to_crs(4326).geometry, trips["times"], strict=True
    ):
        along = np.concatenate([[0.0], np.cumsum(steps(line))])
        kept = (along >= TRIM_M) & (along <= along[-1] - TRIM_M)
        kept &= (times >= since) & (times < until)
        for lon, lat in np.asarray(degrees.coords)[kept]:
            riders[h3.latlng_to_cell(lat, lon, resolution)].add(rider)
    # The issue asks for 20 at least; a few more leave room for other ways to trim.
    assert sum(len(found) >= RIDERS for found in riders.values()) >= cells

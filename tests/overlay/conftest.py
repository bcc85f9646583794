"""Trips and issues drawn by hand, and a slow, plain oracle of passes."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
import pytest
from pyproj import Geod, Proj

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2024, 5, 1, tzinfo=UTC)
START_US = (START - EPOCH) // timedelta(microseconds=1)
GEOD = Geod(ellps="WGS84")

Fix: TypeAlias = tuple[float, float, float]
"""Seconds since the start, longitude, latitude."""
Trip: TypeAlias = tuple[str, Sequence[Fix]]
"""The rider, and the fixes."""
Interval: TypeAlias = tuple[float, float | None]
"""Seconds since the start."""


FixesFrom: TypeAlias = Callable[..., Fixes]
"""Called with trips."""
Seconds: TypeAlias = Callable[[int], float]
"""Microseconds UTC to seconds since the start."""


@dataclass(frozen=True)
class Plan:
    """A sheet of squared paper laid on the earth: metres east and north of a place."""

    lon: float
    lat: float

    def at(self, east: float, north: float) -> tuple[float, float]:
        """Return longitude and latitude, by geodesics."""
        bearing = math.degrees(math.atan2(east, north))
        lon, lat, _ = GEOD.fwd(self.lon, self.lat, bearing, math.hypot(east, north))
        return lon, lat

    def trip(self, rider: str, rows: Sequence[Fix]) -> Trip:
        """Draw a trip from rows of seconds, metres east, metres north."""
        return rider, [(t, *self.at(east, north)) for t, east, north in rows]

    def issue(self, east: float, north: float, *intervals: Interval) -> Issue:
        """Draw an issue; without intervals it is open since long before, and for good."""
        lon, lat = self.at(east, north)
        return issue_at(lon, lat, *intervals)


def issue_at(lon: float, lat: float, *intervals: Interval) -> Issue:
    """Make an issue that is open in intervals of seconds since the start."""
    (first, *later) = [
        (moment(start), None if end is None else moment(end))
        for start, end in intervals or [(-1e6, None)]
    ]
    return Issue("i", "standing_water", lon, lat, first[0], first[1], reopened=tuple(later))


def moment(seconds: float) -> datetime:
    """Return a time so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def fixes_of(*trips: Trip) -> Fixes:
    """Put trips into columns."""
    riders = tuple(dict.fromkeys(rider for rider, _ in trips))
    rows = [fix for _, fixes in trips for fix in fixes]
    return Fixes(
        trip_ids=tuple(f"t{number}" for number in range(len(trips))),
        rider_ids=riders,
        rider=np.array([riders.index(rider) for rider, _ in trips], dtype=np.int64),
        offsets=np.cumsum([0, *(len(fixes) for _, fixes in trips)]).astype(np.int64),
        t=np.array([START_US + round(t * 1e6) for t, _, _ in rows], dtype=np.int64),
        lon=np.array([lon for _, lon, _ in rows], dtype=np.float64),
        lat=np.array([lat for _, _, lat in rows], dtype=np.float64),
    )


@dataclass(frozen=True)
class SlowPass:
    """What the oracle finds."""

    trip: int
    issue: int
    t: float
    """Seconds since the start."""
    distance_m: float


Oracle: TypeAlias = Callable[
    [Sequence[Trip], Sequence[Issue], PassRule], tuple[list[SlowPass], set[tuple[int, int]]]
]


def slow_passes(
    trips: Sequence[Trip], issues: Sequence[Issue], rule: PassRule
) -> tuple[list[SlowPass], set[tuple[int, int]]]:
    """Find passes by plain loops, each issue on an azimuthal equidistant map of its own.

    The second answer names the pairs of trip and issue for which either answer is right: some
    distance is within 0.1 % of the radius, or a moment within 20 ms of an interval's end.
    """
    found: list[SlowPass] = []
    unsure: set[tuple[int, int]] = set()
    for trip, (_, fixes) in enumerate(trips):
        runs_of = stretches(fixes, rule)
        for issue, one in enumerate(issues):
            chart = Proj(proj="aeqd", lon_0=one.lon, lat_0=one.lat, ellps="WGS84")
            flat = [(t, *chart(lon, lat)) for t, lon, lat in fixes]
            for stretch in runs_of:
                run: list[tuple[float, float]] = []
                for here, there in stretch:
                    distance, t = nearest_moment(flat[here], flat[there])
                    if abs(distance - rule.radius_m) <= 0.001 * rule.radius_m:
                        unsure.add((trip, issue))
                    if distance <= rule.radius_m:
                        run.append((distance, t))
                    else:
                        note(run, trip, issue, one, found, unsure)
                        run = []
                note(run, trip, issue, one, found, unsure)
    return found, unsure


def stretches(fixes: Sequence[Fix], rule: PassRule) -> list[list[tuple[int, int]]]:
    """Part a trip at its gaps; a stretch is a list of segments, each from fix to fix."""
    parts: list[list[int]] = []
    for row, (t, lon, lat) in enumerate(fixes):
        if parts:
            before = fixes[row - 1]
            away = GEOD.inv(before[1], before[2], lon, lat)[2]
            if t - before[0] <= rule.max_gap_s and away <= rule.max_gap_m:
                parts[-1].append(row)
                continue
        parts.append([row])
    return [
        [(part[0], part[0])] if len(part) == 1 else list(itertools.pairwise(part)) for part in parts
    ]


def nearest_moment(start: Fix, end: Fix) -> tuple[float, float]:
    """Return how near a flat segment comes to the origin, and when."""
    (t, x, y), (t_end, x_end, y_end) = start, end
    square = (x_end - x) ** 2 + (y_end - y) ** 2
    share = 0.0
    if square > 0.0:
        share = max(0.0, min(1.0, -(x * (x_end - x) + y * (y_end - y)) / square))
    return math.hypot(x + share * (x_end - x), y + share * (y_end - y)), t + share * (t_end - t)


def note(
    run: Sequence[tuple[float, float]],
    trip: int,
    number: int,
    issue: Issue,
    found: list[SlowPass],
    unsure: set[tuple[int, int]],
) -> None:
    """Judge a finished run."""
    if not run:
        return
    nearest = min(distance for distance, _ in run)
    distance, t = next(row for row in run if row[0] <= nearest + 1e-6)
    if issue.is_open(moment(t)):
        found.append(SlowPass(trip, number, t, distance))
    for start, end in issue.open_intervals:
        for border in (start, end):
            if border is not None and abs((border - moment(t)).total_seconds()) < 0.02:
                unsure.add((trip, number))


@pytest.fixture
def plan() -> Plan:
    """Return squared paper laid on Xiangyang."""
    return Plan(112.15, 32.04)


@pytest.fixture
def plan_at() -> type[Plan]:
    """Return a way to lay squared paper anywhere."""
    return Plan


@pytest.fixture
def fixes_from() -> FixesFrom:
    """Return what puts trips into columns."""
    return fixes_of


@pytest.fixture
def seconds() -> Seconds:
    """Return what turns microseconds UTC into seconds since the start."""
    return lambda us: (int(us) - START_US) / 1e6


@pytest.fixture
def oracle() -> Oracle:
    """Return the slow, plain finder of passes."""
    return slow_passes

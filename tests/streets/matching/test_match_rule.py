"""Where the matcher's numbers turn one answer into another, and what lies just on either side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
import pytest

from geo_service.domain.trace import Fixes
from geo_service.streets.assemble import build_network
from geo_service.streets.matching.match import DEFAULT_RULE, Matched, MatchRule, match
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import build_grid
from geo_service.streets.ways import Ways

STREET = {"highway": "residential"}
PLACES = {1: (0.0, 0.0), 2: (500.0, 0.0), 3: (1000.0, 0.0), 4: (500.0, 200.0)}
"""Metres east and north: a street of two parts, and a lane that leaves it in the middle."""


def degrees(metres: Sequence[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    at = np.array(metres)
    return at[:, 0] / 111_319.491, at[:, 1] / 110_574.276


@dataclass(frozen=True)
class Lane:
    """The street and its lane."""

    network: Network

    def ride(self, *at: tuple[float, float], rule: MatchRule = DEFAULT_RULE) -> Matched:
        """Match a trip with a fix every 15 s."""
        lon, lat = degrees(at)
        t = 15_000_000 * np.arange(len(at))
        offsets = np.array([0, len(at)])
        fixes = Fixes(("trip",), ("rider",), np.zeros(1, np.int64), offsets, t, lon, lat)
        return match(self.network, build_grid(self.network), fixes, rule)

    def ways(self, matched: Matched) -> list[int]:
        return [int(way) for way in self.network.edge_way[matched.edge]]


@pytest.fixture(scope="module")
def lane(draw_ways: Callable[..., Ways]) -> Lane:
    places = dict(zip(PLACES, zip(*degrees(list(PLACES.values())), strict=True), strict=True))
    ways = draw_ways(places, ([1, 2], STREET), ([2, 3], STREET), ([2, 4], STREET))
    return Lane(build_network(ways, Profile.EBIKE).network)


@pytest.mark.parametrize(("off_m", "ways"), [(29.0, [100, 101]), (30.0, [100, 102, 102, 101])])
def test_a_fix_beside_the_street_is_noise_until_a_ride_into_the_lane_is_likelier(
    lane: Lane, off_m: float, ways: list[int]
) -> None:
    # A normal deviate of 8 m on a way shorter than the straight lines, against a way into the
    # lane and back, with 60 m for the turn. For fixes 15 s apart the mean difference is 15 m.
    straight_m = hypot(100.0, off_m)
    noise = 0.5 * (off_m / 8.0) ** 2 + 2 * (straight_m - 100.0) / 15.0
    ride = (2 * (100.0 + off_m - straight_m) + 60.0) / 15.0
    assert (noise < ride) is (len(ways) == 2)
    trip = [(300.0, 0.0), (400.0, 0.0), (500.0, off_m), (600.0, 0.0), (700.0, 0.0)]
    assert lane.ways(lane.ride(*trip)) == ways


@pytest.mark.parametrize(("most_m", "rows"), [(900.45, 2), (899.55, 0)])
def test_a_way_is_believed_up_to_so_many_times_the_straight_lines_and_one_turn(
    lane: Lane, most_m: float, rows: int
) -> None:
    trip = [(50.0 + 100.0 * fix, 0.0) for fix in range(10)]
    rule = MatchRule(stray=(most_m - DEFAULT_RULE.turn_m) / 900.0)
    matched = lane.ride(*trip, rule=rule)
    assert len(matched.edge) == rows
    assert matched.metres.sum() == pytest.approx(900.0 if rows else 0.0, abs=0.01)

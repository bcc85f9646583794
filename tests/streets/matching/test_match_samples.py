"""Which fixes the matcher looks at, with what it knows of the steps between them."""

from collections.abc import Callable

import numpy as np
import pytest

from geo_service.streets.assemble import build_network
from geo_service.streets.matching.candidates import Samples, Thinning, take_samples
from geo_service.streets.matching.match import MatchRule
from geo_service.streets.profile import Profile
from geo_service.streets.snap import build_grid
from geo_service.streets.ways import Ways

DrawWays = Callable[..., Ways]
SECOND_US = 1_000_000
METRE = 1 / 111_319.49
"""Degrees of longitude on the equator."""


@pytest.fixture
def take(draw_ways: DrawWays) -> Callable[..., Samples]:
    """Return a function that takes samples on a kilometre of the equator, trip after trip."""
    places = {1: (0.0, 0.0), 2: (1000 * METRE, 0.0)}
    ways = draw_ways(places, ([1, 2], {"highway": "residential"}))
    grid = build_grid(build_network(ways, Profile.EBIKE).network)

    def _take(
        *trips: list[tuple[int, float]], north_m: float = 0.0, rule: Thinning | None = None
    ) -> Samples:
        offsets = np.cumsum([0, *(len(trip) for trip in trips)]).astype(np.int64)
        t, east_m = np.array([fix for trip in trips for fix in trip], dtype=np.float64).T
        lat = np.full(len(t), north_m * METRE)
        micros = (t * SECOND_US).astype(np.int64)
        known = rule or MatchRule().thinning()
        return take_samples(grid, offsets, micros, east_m * METRE, lat, known)

    return _take


def test_fixes_close_to_the_last_sample_follow_it(take: Callable[..., Samples]) -> None:
    samples = take([(0, 0), (1, 10), (13, 20), (14, 100), (15, 150)])
    assert samples.fix.tolist() == [0, 3, 4]
    assert samples.of_fix.tolist() == [0, 0, 0, 1, 2]
    assert samples.straight_mm.tolist() == pytest.approx([-1, 100_000, 50_000], abs=20)


def test_the_longest_wait_since_the_last_sample_is_kept(take: Callable[..., Samples]) -> None:
    samples = take([(0, 0), (1, 10), (13, 20), (14, 100), (15, 150)])
    assert samples.wait_us.tolist() == [0, 12 * SECOND_US, SECOND_US]


def test_the_last_fix_before_a_gap_is_looked_at(take: Callable[..., Samples]) -> None:
    samples = take([(0, 0), (5, 50), (10, 60), (500, 70), (505, 75)], [(0, 80), (5, 130)])
    assert samples.fix.tolist() == [0, 1, 2, 3, 4, 5, 6]
    joined = [metres >= 0 for metres in samples.straight_mm.tolist()]
    assert joined == [False, True, True, False, True, False, True]


def test_fixes_without_a_street_in_the_radius_are_no_samples(take: Callable[..., Samples]) -> None:
    assert take([(0, 0), (5, 50)], north_m=49.0).fix.size == 2
    refused = take([(0, 0), (5, 50)], north_m=51.0)
    assert refused.fix.size == refused.edge.size == 0
    assert refused.of_fix.tolist() == [-1, -1]


def test_only_so_many_candidates_are_kept(draw_ways: DrawWays) -> None:
    places = {i: (i * 5 * METRE, 0.0) for i in range(20)}
    drawn = [([i, i + 1], {"highway": "residential"}) for i in range(19)]
    grid = build_grid(build_network(draw_ways(places, *drawn), Profile.EBIKE).network)
    one, at = np.array([0, 1]), np.array([47.5 * METRE])
    rule = MatchRule(most_candidates=3).thinning()
    samples = take_samples(grid, one, np.zeros(1, np.int64), at, np.zeros(1), rule)
    assert sorted(samples.edge.tolist()) == [8, 9, 10]
    assert samples.off_mm.tolist() == sorted(samples.off_mm.tolist())


def test_a_way_is_straighter_between_fixes_that_follow_closely() -> None:
    beta_mm = MatchRule().beta_mm(np.array([1, 5, 10, 15, 60]) * SECOND_US)
    assert beta_mm.tolist() == [6000.0, 6000.0, 10_500.0, 15_000.0, 15_000.0]

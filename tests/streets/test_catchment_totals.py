"""Sums over catchments, against walking along every piece."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from geo_service.streets.catchment_totals import length_beyond_mm, sum_up
from geo_service.streets.catchments import Catchments, find_catchments
from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import place_sites
from geo_service.streets.tables import make_table

RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
Prepared: TypeAlias = Callable[[Network], Streets]
Found: TypeAlias = Callable[[int, int | None], Catchments]
SITES = 5


@pytest.fixture
def found(random_network: RandomNetwork, prepared: Prepared) -> Found:
    """Return a function that finds the catchments of five sites, the last far from all streets."""

    def _found(seed: int, limit: int | None) -> Catchments:
        streets = prepared(random_network(seed, Profile.EBIKE))
        network, random = streets.network, np.random.default_rng(seed)
        row = random.integers(0, len(network.shape_lon), SITES)
        lat = network.shape_lat[row] + np.array([0, 0, 0, 0, 1.0])
        ids = [f"s{number}" for number in range(SITES)]
        sites = place_sites(network, streets.grid, ids, network.shape_lon[row], lat, 100.0)
        table = make_table(streets, sites, np.ones(SITES, np.bool_), Measure.TIME)
        return find_catchments(streets, sites, table, limit=limit)

    return _found


@pytest.mark.parametrize("seed", range(5))
def test_sums_are_those_of_the_pieces(found: Found, seed: int) -> None:
    catchments = found(seed, 6_000)
    within, beyond = [0] * SITES, [0] * SITES
    for row, site in enumerate(catchments.site.tolist()):
        length = int(catchments.end_mm[row] - catchments.start_mm[row])
        (beyond if catchments.beyond[row] else within)[site] += length
    coverage = sum_up(catchments, SITES)
    assert coverage.within_mm.tolist() == within
    assert coverage.beyond_mm.tolist() == beyond
    assert (within[-1], beyond[-1], coverage.unreached_mm) == (0, 0, 0)
    assert (coverage.near_mm, coverage.hole_mm) == (sum(within), sum(beyond))
    assert coverage.total_mm == sum(within) + sum(beyond) > 0
    assert coverage.share == pytest.approx(sum(within) / coverage.total_mm)
    most = max(catchments.cost_start.max(), catchments.cost_end.max())
    assert coverage.farthest.cost.tolist() == [most]


@pytest.mark.parametrize("seed", range(5))
def test_length_beyond_any_limit_is_that_of_catchments_cut_there(found: Found, seed: int) -> None:
    limits = np.array([0, 1_000, 5_000, 9_999, 60_000])
    cut = [sum_up(found(seed, int(limit)), SITES).hole_mm for limit in limits]
    assert cut[0] > cut[2] > cut[4] == 0
    for other in (None, 7_000):
        catchments = found(seed, other)
        # A rounded millisecond is some millimetres, on each piece that a limit cuts.
        slack = 8 * len(catchments.edge)
        assert length_beyond_mm(catchments, limits).tolist() == pytest.approx(cut, abs=slack)


@pytest.mark.parametrize(
    ("cost_start", "cost_end", "beyond"),
    [(5, 5, [700, 0, 0]), (5, 6, [700, 700, 0]), (7, 5, [700, 700, 350])],
)
def test_piece_is_beyond_a_limit_as_far_as_its_cost_is_above_it(
    cost_start: int, cost_end: int, beyond: list[int]
) -> None:
    one = np.ones(1, np.int64)
    piece = Catchments(
        0 * one, 0 * one, 700 * one, 0 * one, cost_start * one, cost_end * one,
        np.zeros(1, np.bool_), by_time=True,
    )  # fmt: skip
    assert length_beyond_mm(piece, np.array([4, 5, 6])).tolist() == beyond


def test_what_reaches_no_site_is_beyond_any_limit() -> None:
    one = np.ones(1, np.int64)
    lonely = Catchments(
        0 * one, 0 * one, 700 * one, -one, -one, -one, np.ones(1, np.bool_), by_time=True
    )
    coverage = sum_up(lonely, 2)
    assert (coverage.unreached_mm, coverage.hole_mm, coverage.share) == (700, 700, 0.0)
    assert length_beyond_mm(lonely, np.array([0, 10**9])).tolist() == [700, 700]


def test_no_street_has_no_share() -> None:
    none = np.zeros(0, np.int64)
    empty = Catchments(none, none, none, none, none, none, none.astype(np.bool_), by_time=True)
    coverage = sum_up(empty, 0)
    assert (coverage.total_mm, coverage.share) == (0, 0.0)

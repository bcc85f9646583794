"""The way laid through the states chosen rides whole what lies between two fixes."""

from collections.abc import Callable

import numpy as np
import pytest

from geo_service.domain.trace import Fixes
from geo_service.streets.matching.match import MatchRule, match
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import build_grid

# So wide that no trip falls into pieces and none is refused.
RULE = MatchRule(
    radius_m=35.0, max_gap_m=1e6, detour=100.0, slack_m=1e5, beam=1e9, off_m=1e6, stray=1e6
)


@pytest.mark.parametrize("seed", range(30))
def test_edges_ridden_between_others_are_ridden_whole(
    random_network: Callable[[int, Profile], Network], seed: int
) -> None:
    network, random = random_network(seed, Profile.EBIKE), np.random.default_rng(seed)
    fixes = 8
    points = random.integers(0, len(network.shape_lon), fixes)
    trip = Fixes(
        trip_ids=("trip",),
        rider_ids=("rider",),
        rider=np.zeros(1, dtype=np.int64),
        offsets=np.array([0, fixes]),
        t=np.arange(fixes) * 30_000_000,
        lon=(network.shape_lon[points] + random.normal(0, 5e-5, fixes) + 180.0) % 360.0 - 180.0,
        lat=network.shape_lat[points] + random.normal(0, 5e-5, fixes),
    )
    matched = match(network, build_grid(network), trip, RULE)
    edge, metres = matched.edge, matched.metres
    between = np.flatnonzero((edge[1:-1] != edge[:-2]) & (edge[1:-1] != edge[2:])) + 1
    assert metres[between].tolist() == (network.edge_length_mm[edge[between]] / 1000.0).tolist()
    assert (metres <= network.edge_length_mm[edge] / 1000.0).all()

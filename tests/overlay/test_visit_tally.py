"""Trips, riders, metres and visits of places, added up over partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from geo_service.overlay.visit_tally import VisitTally
from geo_service.overlay.visits import Visits

if TYPE_CHECKING:
    from tests.overlay.conftest import FixesFrom


@pytest.mark.parametrize("seed", range(6))
def test_figures_are_those_of_plain_sets(fixes_from: FixesFrom, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tally = VisitTally()
    trips, riders, metres = set(), set(), dict.fromkeys(range(100, 140), 0.0)
    count = dict.fromkeys(range(100, 140), 0)
    for partition in range(4):
        names = [f"r{rng.integers(9)}" for _ in range(int(rng.integers(1, 8)))]
        fixes = fixes_from(*((name, [(0, 0.0, 0.0)]) for name in names))
        size = int(rng.integers(0, 40))
        visits = Visits(
            rng.integers(0, len(names), size),
            rng.integers(100, 140, size),
            rng.uniform(0, 9, size),
            np.zeros(size, dtype=np.int64),
        )
        tally.add(fixes, visits)
        for trip, place, ridden in zip(visits.trip, visits.place, visits.metres, strict=True):
            trips.add((place, partition, trip))
            riders.add((place, names[trip]))
            metres[place] += ridden
            count[place] += 1
    visited = tally.visited()
    places = sorted({place for place, _ in riders})
    assert visited.place.tolist() == places
    assert visited.trips.tolist() == [sum(its == one for its, *_ in trips) for one in places]
    assert visited.riders.tolist() == [sum(its == one for its, _ in riders) for one in places]
    assert visited.metres.tolist() == pytest.approx([metres[one] for one in places])
    assert visited.visits.tolist() == [count[one] for one in places]


def test_nothing_visited_is_no_rows() -> None:
    visited = VisitTally().visited()
    assert (visited.place.tolist(), visited.trips.tolist(), visited.riders.tolist()) == ([], [], [])

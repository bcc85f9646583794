"""Releases tell of many riders only, in round numbers, and never where a trip ends."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import h3
import numpy as np
import pytest

from geo_service.overlay.released_cells import count_released_cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_service.domain.trace import Fixes
    from geo_service.overlay.released_cells import ReleasedCells
    from tests.overlay.conftest import FixesFrom, Plan


def release(
    partitions: Iterable[Fixes], trim_m: float = 200.0, resolution: int = 9
) -> ReleasedCells:
    return count_released_cells(
        partitions, resolution=resolution, riders=10, step=10, trim_m=trim_m
    )


def rides(plan: Plan, count: int, riders: int, metres: float = 3000.0) -> list[tuple]:
    rows = [(t * 10, t * 50 - metres / 2, 0) for t in range(int(metres / 50) + 1)]
    return [plan.trip(f"r{number % riders}", rows) for number in range(count)]


def cell_at(plan: Plan, east: float, resolution: int = 9) -> str:
    lon, lat = plan.at(east, 0)
    return h3.latlng_to_cell(lat, lon, resolution)


@pytest.mark.parametrize(
    ("trips", "riders", "shown"),
    [(9, 9, None), (40, 9, None), (10, 10, (10, 10)), (19, 19, (10, 10)), (39, 20, (30, 20))],
)
def test_only_many_riders_are_told_of_and_in_round_numbers(
    plan: Plan, fixes_from: FixesFrom, trips: int, riders: int, shown: tuple[int, int] | None
) -> None:
    released = release([fixes_from(*rides(plan, trips, riders))])
    if shown is None:
        assert len(released) == 0
    else:
        row = released.cell.index(cell_at(plan, 0))
        assert (released.trips[row], released.riders[row]) == shown


def test_riders_are_counted_once_over_all_partitions(plan: Plan, fixes_from: FixesFrom) -> None:
    day = rides(plan, 9, 9)
    assert len(release([fixes_from(*day)] * 5)) == 0
    tenth = fixes_from(plan.trip("another", [(t * 10, t * 50 - 1500, 0) for t in range(61)]))
    released = release([*[fixes_from(*day)] * 5, tenth])
    row = released.cell.index(cell_at(plan, 0))
    assert (released.trips[row], released.riders[row]) == (40, 10)


def test_the_ends_of_trips_are_left_out(plan: Plan, fixes_from: FixesFrom) -> None:
    partition = fixes_from(*rides(plan, 30, 30, metres=3000.0))
    shown = set(release([partition], resolution=11).cell)
    kept = {cell_at(plan, east, 11) for east in np.arange(-1300, 1300.5, 0.5)}
    ends = {cell_at(plan, sign * east, 11) for sign in (-1, 1) for east in (1500, 1420, 1350)}
    assert shown == kept
    assert not ends & kept
    assert set(release([partition], trim_m=0.0, resolution=11).cell) >= kept | ends


def test_short_trips_are_not_told_of(plan: Plan, fixes_from: FixesFrom) -> None:
    assert len(release([fixes_from(*rides(plan, 30, 30, metres=400.0 - 50.0))])) == 0


def test_random_rides_are_counted_as_sets_count_them(plan: Plan, fixes_from: FixesFrom) -> None:
    rng = np.random.default_rng(8)
    partitions, trips, riders = [], defaultdict(set), defaultdict(set)
    for day in range(3):
        drawn = []
        for number in range(25):
            way = np.cumsum(rng.uniform(-60, 100, (60, 2)), axis=0)
            name = f"r{rng.integers(30)}"
            drawn.append(plan.trip(name, [(t * 10, *at) for t, at in enumerate(way)]))
            away = np.hypot(*(way - way[0]).T) >= 200.0
            back = np.hypot(*(way - way[-1]).T) >= 200.0
            first, last = int(np.argmax(away)), 59 - int(np.argmax(back[::-1]))
            for start, end in zip(way[first:last], way[first + 1 : last + 1], strict=True):
                for share in np.linspace(0.0, 1.0, 30):
                    lon, lat = plan.at(*(start + share * (end - start)))
                    cell = h3.latlng_to_cell(lat, lon, 9)
                    trips[cell].add((day, number))
                    riders[cell].add(name)
        partitions.append(fixes_from(*drawn))

    released = release(partitions)

    found = {
        cell: (int(some), int(who))
        for cell, some, who in zip(released.cell, released.trips, released.riders, strict=True)
    }
    assert len(found) > 5
    # The cut at the very metre adds a little to what whole fixes show; counts agree within it.
    for cell, who in riders.items():
        if len(who) >= 11:
            assert found[cell][1] in (len(who) // 10 * 10, (len(who) + 1) // 10 * 10)
    for cell, (some, who) in found.items():
        assert some % 10 == who % 10 == 0
        assert len(riders[cell]) >= who - 1
        assert len(trips[cell]) >= some - 2

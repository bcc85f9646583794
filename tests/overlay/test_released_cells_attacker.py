"""What somebody who holds every release can tell of one rider; the figures of decision 0018.

A thousand riders ride half a year in a small city. Nothing in a release is drawn by chance, so
"can be told with certainty" is the counterfactual: would it be other bytes, or could it not be?
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cell_visits import cell_visits
from geo_service.overlay.cells import cell_names
from geo_service.overlay.released_cells import count_released_cells
from geo_service.overlay.trimmed_trips import trim_ends

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIDERS, MONTHS, FIXES = 1_000, 6, 12
K = STEP = 10
TRIM_M = 200.0
WEST, SOUTH, WIDE = 112.10, 32.00, 0.06
MONTH_US = 30 * 86_400_000_000
RULE = PassRule()
PRESENT_TOLD = 984
"""Of 1,000 riders: so many change a release by having ridden; told by who knows all others."""
ABSENT_TOLD = 5
"""Of 1,000 riders: had they never been counted, who knows their tracks would be told so."""


class Visits(NamedTuple):
    """One row a month, cell and rider: how many of the rider's trips were there."""

    month: NDArray[np.int64]
    cell: NDArray[np.int64]
    rider: NDArray[np.int64]
    trips: NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """What happened, and what of it has been released."""

    months: list[Fixes]
    visits: Visits
    all_trips: NDArray[np.int64]
    """Of the cell of each row in its month, all riders'."""
    all_riders: NDArray[np.int64]


def ride(seed: int) -> list[Fixes]:
    """Ride: everybody has a home and a haunt; most ride a little, some a great deal."""
    rng = np.random.default_rng(seed)
    home, haunt = rng.uniform(0.0, WIDE, (2, RIDERS, 2))
    often = rng.lognormal(1.3, 1.0, RIDERS)
    months = []
    for month in range(MONTHS):
        present = rng.random(RIDERS) < 0.8
        rider = np.repeat(np.arange(RIDERS), rng.poisson(often) * present)
        trips = len(rider)
        begin = home[rider] + rng.normal(0.0, 0.002, (trips, 2))
        end = haunt[rider] + rng.normal(0.0, 0.006, (trips, 2))
        share = np.linspace(0.0, 1.0, FIXES)[None, :, None]
        way = begin[:, None] + share * (end - begin)[:, None]
        start = month * MONTH_US + rng.integers(0, MONTH_US, trips)
        months.append(
            Fixes(
                trip_ids=tuple(f"t{month}-{trip}" for trip in range(trips)),
                rider_ids=tuple(f"r{number}" for number in range(RIDERS)),
                rider=rider.astype(np.int64),
                offsets=np.arange(trips + 1, dtype=np.int64) * FIXES,
                t=(start[:, None] + 60_000_000 * np.arange(FIXES)).ravel().astype(np.int64),
                lon=WEST + way[..., 0].ravel(),
                lat=SOUTH + way[..., 1].ravel(),
            )
        )
    return months


def released(fixes: Fixes) -> dict[str, tuple[int, int]]:
    """Release a month as the program does; what everybody gets."""
    cells = count_released_cells([fixes], resolution=9, riders=K, step=STEP, trim_m=TRIM_M)
    rows = zip(cells.cell, cells.trips.tolist(), cells.riders.tolist(), strict=True)
    return {cell: (trips, riders) for cell, trips, riders in rows}


def visits_of(months: list[Fixes]) -> Visits:
    finder, rows = CellFinder(9), []
    for month, fixes in enumerate(months):
        trimmed = trim_ends(fixes, RULE, TRIM_M)
        seen = cell_visits(trimmed, RULE, finder)
        trip_in_cell = np.unique(np.column_stack((seen.place, seen.trip)), axis=0)
        by_rider = np.column_stack((trip_in_cell[:, 0], fixes.rider[trip_in_cell[:, 1]]))
        pairs, trips = np.unique(by_rider, axis=0, return_counts=True)
        rows.append(np.column_stack((np.full(len(pairs), month), pairs, trips)))
    return Visits(*np.concatenate(rows).T)


@pytest.fixture(scope="module")
def world() -> World:
    months = ride(18)
    visits = visits_of(months)
    place = np.unique(np.column_stack((visits.month, visits.cell)), axis=0, return_inverse=True)[1]
    place = place.ravel()
    trips = np.bincount(place, weights=visits.trips).astype(np.int64)
    return World(months, visits, trips[place], np.bincount(place)[place])


def down(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return counts - counts % STEP


def riders_told(world: World, rows: NDArray[np.bool_]) -> int:
    """Count the riders of whom any row tells."""
    return len(np.unique(world.visits.rider[rows]))


def lacks_one_changes(
    trips: NDArray[np.int64], riders: NDArray[np.int64], own: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say where the release would be another without one rider."""
    shown, still = riders >= K, riders - 1 >= K
    other = (down(trips) != down(trips - own)) | (down(riders) != down(riders - 1))
    return shown & (~still | other)


def rules_out(
    trips: NDArray[np.int64], riders: NDArray[np.int64], own: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say where a released cell can't have held so many trips of one rider.

    ``trips`` and ``riders`` are as released. With the rider, at least ``riders - 1`` others made a
    trip each, and at most ``trips + STEP - 1`` trips were made.
    """
    return (riders >= K) & (own + riders - 1 > trips + STEP - 1)


def test_the_model_is_the_release(world: World) -> None:
    """So that what is reckoned below is reckoned of what the program publishes."""
    visits = world.visits
    for month, fixes in enumerate(world.months[:3]):
        shown = (visits.month == month) & (world.all_riders >= K)
        rows = zip(
            cell_names(visits.cell[shown]),
            down(world.all_trips)[shown].tolist(),
            down(world.all_riders)[shown].tolist(),
            strict=True,
        )
        assert released(fixes) == {cell: (trips, riders) for cell, trips, riders in rows}
    assert len(np.unique(visits.rider)) >= 0.98 * RIDERS
    assert (world.all_riders < K).mean() > 0.01, "some cells are left out"


def test_releases_alone_tell_of_nobody(world: World) -> None:
    """Whoever is taken for somebody else, the bytes are the same: 0 of 1,000 are told."""
    fixes = world.months[0]
    order = np.random.default_rng(1).permutation(RIDERS)
    others = tuple(f"stranger {number}" for number in range(RIDERS))
    swapped = replace(fixes, rider=order[fixes.rider], rider_ids=others)
    assert released(swapped) == released(fixes)


def test_nobody_alone_lifts_a_cell_over_the_threshold(world: World) -> None:
    """However often one rides: a hundred trips through a quiet cell are told by no release."""
    fixes = world.months[0]
    often = replace(fixes, rider=np.where(np.arange(fixes.trips) < 4_000, 0, fixes.rider))
    seen = visits_of([often])
    riders = dict(zip(*np.unique(seen.cell, return_counts=True), strict=True))
    few = cell_names(np.array([cell for cell, many in riders.items() if many < K]))
    shown = released(often)
    assert shown
    assert len(few) > 30
    assert shown.keys().isdisjoint(few)
    assert released(replace(fixes, rider=np.zeros_like(fixes.rider))) == {}


def test_own_track_tells_nobody_that_its_rider_is_in(world: World) -> None:
    """A stranger who rode the same would give the same bytes: 0 of 1,000 are told present."""
    fixes = world.months[0]
    most = int(np.bincount(fixes.rider).argmax())
    names = tuple("twin" if one == f"r{most}" else one for one in fixes.rider_ids)
    assert released(replace(fixes, rider_ids=names)) == released(fixes)


def test_own_track_tells_few_that_they_are_out(world: World) -> None:
    """Only of a rider with more trips in a cell than everybody released there together."""
    visits = world.visits
    trips, riders = world.all_trips - visits.trips, world.all_riders - 1
    told = rules_out(down(trips), down(riders), visits.trips)
    assert 0 < riders_told(world, told) <= ABSENT_TOLD
    # Were no more than ten trips of a rider counted in a cell, whatever is released rules out none.
    own = np.arange(1, 10 * STEP)
    lowest = np.full_like(own, K)
    assert rules_out(lowest, lowest, own).tolist() == (own > STEP).tolist()


def test_who_knows_everybody_else_tells_nearly_everybody(world: World) -> None:
    """Rounding alone can't stand against that; this says how little it does."""
    told = lacks_one_changes(world.all_trips, world.all_riders, world.visits.trips)
    assert 0.95 * PRESENT_TOLD < riders_told(world, told) <= PRESENT_TOLD
    assert 0.2 < told[world.all_riders >= K].mean() < 0.5, "a single cell tells of fewer"


def test_who_is_told_is_told_by_the_program_too(world: World) -> None:
    """The counterfactual itself, for some riders: the month released with them and without."""
    visits, fixes = world.visits, world.months[0]
    told = lacks_one_changes(world.all_trips, world.all_riders, visits.trips)
    changed = set(visits.rider[told & (visits.month == 0)].tolist())
    whole = released(fixes)
    rode = np.unique(fixes.rider).tolist()
    untold = [rider for rider in rode if rider not in changed]
    for rider in (*untold[:2], *[one for one in rode if one in changed][:2]):
        without = fixes.take(fixes.rider != rider)
        assert (released(without) != whole) is (rider in changed)

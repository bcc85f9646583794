"""Hot spots: exact chances, what is planted is found, what is not is not."""

from fractions import Fraction
from math import comb

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from geo_service.overlay.exposure import Exposure, rate_interval
from geo_service.overlay.hotspots import hot_cells, hot_streets, so_many_or_more

Q = 0.05
CELLS = tuple(sorted(h3.grid_disk(h3.latlng_to_cell(32.04, 112.15, 10), 7)))


def exposure_of(trips: list[int] | NDArray, issues: list[int] | NDArray, *keys: str) -> Exposure:
    trips, issues = np.array(trips), np.array(issues)
    names = keys or tuple(f"e{row}" for row in range(len(trips)))
    return Exposure(names, trips, trips, trips * 1.0, issues, issues, *rate_interval(issues, trips))


def slow_chance(seen: int, of: int, share: Fraction) -> Fraction:
    return sum(
        (comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(seen, of + 1)),
        Fraction(0),
    )


@given(st.integers(0, 60), st.data())
def test_chances_are_sums_of_exact_probabilities(of: int, data: st.DataObject) -> None:
    whole = data.draw(st.integers(1, 5000))
    part = data.draw(st.integers(0, whole))
    seen = data.draw(st.integers(0, of))
    found = so_many_or_more(np.array([seen]), of, np.array([part / whole]))
    expected = float(slow_chance(seen, of, Fraction(part, whole)))
    assert found[0] == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_q_values_are_those_of_benjamini_and_yekutieli() -> None:
    trips, issues = [100, 50, 0, 10, 40], [1, 9, 7, 0, 2]
    found = hot_streets(exposure_of(trips, issues), Q)
    ridden = [row for row, count in enumerate(trips) if count]
    chances = [slow_chance(issues[row], 12, Fraction(trips[row], 200)) for row in ridden]
    harmonic = sum(Fraction(1, n) for n in range(1, 5))
    ranked = sorted(zip(chances, ridden, strict=True))
    least = Fraction(1)
    expected = {}
    for rank in range(len(ranked), 0, -1):
        chance, row = ranked[rank - 1]
        least = min(least, chance * 4 * harmonic / rank)
        expected[row] = float(least)
    assert found.q_value[ridden] == pytest.approx([expected[row] for row in ridden])
    assert found.hot_spot.tolist() == [False, True, False, False, False]
    assert found.expected_issues[ridden] == pytest.approx([6.0, 3.0, 0.6, 2.4])


def test_without_trips_nothing_can_be_said() -> None:
    found = hot_streets(exposure_of([0, 5, 0], [90, 1, 0]), Q)
    assert np.isnan(found.expected_issues).tolist() == [True, False, True]
    assert np.isnan(found.q_value).tolist() == [True, False, True]
    assert not found.hot_spot.any()
    assert found.expected_issues[1] == 1.0, "issues where nobody rides take no part"


@pytest.mark.parametrize(
    ("trips", "issues"), [([], []), ([0, 0], [3, 4]), ([3, 4], [0, 0]), ([9], [5])]
)
def test_little_to_go_by_finds_nothing(trips: list[int], issues: list[int]) -> None:
    for found in (
        hot_streets(exposure_of(trips, issues), Q),
        hot_cells(exposure_of(trips, issues, *CELLS[: len(trips)]), Q)
        if trips
        else hot_cells(exposure_of([], []), Q),
    ):
        assert len(found.q_value) == len(found.expected_issues) == len(trips)
        assert not found.hot_spot.any()


def drawn(seed: int, hot: dict[int, float], issues: int = 400) -> Exposure:
    """Scatter issues over cells by their trips, in some times as many."""
    rng = np.random.default_rng(seed)
    trips = 1 + rng.geometric(0.01, len(CELLS))
    weight = trips * 1.0
    for row, times in hot.items():
        weight[row] *= times
    return exposure_of(trips, rng.multinomial(issues, weight / weight.sum()), *CELLS)


def around(rows: set[int]) -> set[int]:
    return {
        CELLS.index(cell) for row in rows for cell in h3.grid_disk(CELLS[row], 1) if cell in CELLS
    }


def test_issues_that_fall_on_trips_alike_make_hot_spots_hardly_ever() -> None:
    """The promise: with none to find, any is found in at most one of twenty cities."""
    seeds = 200
    for judge in (hot_cells, hot_streets):
        cities = sum(bool(judge(drawn(seed, {}), Q).hot_spot.any()) for seed in range(seeds))
        assert cities <= binom.ppf(0.999, seeds, Q)


@pytest.mark.parametrize("judge", [hot_cells, hot_streets])
def test_a_planted_hot_spot_is_found_and_few_false_ones_with_it(judge) -> None:  # noqa: ANN001
    planted = {20: 25.0, 90: 25.0}
    true = set(planted) if judge is hot_streets else around(set(planted))
    found, shares = 0, []
    for seed in range(60):
        hot = set(np.flatnonzero(judge(drawn(seed, planted), Q).hot_spot).tolist())
        found += len(hot & true) > 0
        shares.append(len(hot - true) / max(1, len(hot)))
    assert found >= 55
    assert np.mean(shares) <= Q


def test_a_cell_is_judged_with_its_neighbours() -> None:
    """Two issues where there should be a twelfth of one are little in a cell, much in seven."""
    trips, issues = np.full(len(CELLS), 100), np.zeros(len(CELLS), dtype=np.int64)
    middle = CELLS.index(h3.latlng_to_cell(32.04, 112.15, 10))
    disk = sorted(around({middle}))
    issues[disk] = 2
    found = hot_cells(exposure_of(trips, issues, *CELLS), Q)
    assert found.hot_spot[middle]
    assert not hot_streets(exposure_of(trips, issues, *CELLS), Q).hot_spot.any()
    assert found.expected_issues == pytest.approx(np.full(len(CELLS), 14 / len(CELLS)))
    far = CELLS.index(min(set(CELLS) - {CELLS[row] for row in around(set(disk))}))
    assert not found.hot_spot[far]

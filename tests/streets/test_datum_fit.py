"""A reading is said to be better only where chance can't explain it."""

import numpy as np
import pytest

from geo_service.streets.datum_fit import ENOUGH, NEAR_MM, better_share


def test_all_nearer_is_all() -> None:
    assert better_share(np.full(100, 50_000), np.full(100, 1_000)) == 1.0


def test_no_difference_says_nothing() -> None:
    assert better_share(np.full(100, 5_000), np.full(100, 5_000)) == 0.0


def test_ours_being_nearer_says_nothing() -> None:
    assert better_share(np.full(100, 1_000), np.full(100, 50_000)) == 0.0


@pytest.mark.parametrize(("count", "share"), [(ENOUGH - 1, 0.0), (ENOUGH, 1.0)])
def test_few_positions_say_nothing(count: int, share: float) -> None:
    assert better_share(np.full(count, 50_000), np.full(count, 1_000)) == share


@pytest.mark.parametrize(
    ("better", "worse", "share"),
    [(60, 40, 0.0), (27, 9, 0.75), (70, 30, 0.7), (5300, 4700, 0.0), (5600, 4400, 0.56)],
    ids=["two deviations", "just three", "four deviations", "clear of chance but small", "both"],
)
def test_share_must_be_clear_of_chance_and_not_small(better: int, worse: int, share: float) -> None:
    ours = np.repeat([9_000, 1_000], [better, worse])
    theirs = np.repeat([1_000, 9_000], [better, worse])
    assert better_share(ours, theirs) == share


def test_positions_near_no_street_in_either_reading_are_left_out() -> None:
    """-1 is far: nearer to a street than that is nearer."""
    far = np.full(1000, -1)
    ours = np.concatenate([far, np.full(30, -1)])
    theirs = np.concatenate([np.full(1000, NEAR_MM + 50_000), np.full(30, 1_000)])
    assert better_share(ours, theirs) == 1.0
    assert better_share(ours[:1000], theirs[:1000]) == 0.0
    assert better_share(theirs, ours) == 0.0

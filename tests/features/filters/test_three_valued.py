from itertools import product

import numpy as np
import pytest

from geo_service.features.filters.three_valued import Truth

ALL = (True, False, None)


def truth(value: bool | None) -> Truth:
    return Truth(np.array(value is True), np.array(value is False))


def plain(value: Truth) -> bool | None:
    return True if value.yes else False if value.no else None


@pytest.mark.parametrize(("one", "other"), list(product(ALL, ALL)))
def test_joined_as_sql_joins_them(one: bool | None, other: bool | None) -> None:
    both = False if False in (one, other) else None if None in (one, other) else True
    either = True if True in (one, other) else None if None in (one, other) else False
    assert plain(truth(one).both(truth(other))) is both
    assert plain(truth(one).either(truth(other))) is either


def test_the_opposite_of_the_unknown_is_unknown() -> None:
    assert [plain(truth(value).negated()) for value in ALL] == [False, True, None]


def test_what_is_missing_is_unknown() -> None:
    made = Truth.of(np.array([True, True, False, False]), np.array([False, True, False, True]))
    assert made.yes.tolist() == [True, False, False, False]
    assert made.no.tolist() == [False, False, True, False]

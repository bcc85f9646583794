import numpy as np
import pytest

from geo_service.features.filters.arithmetic import Numbers, calculate

NEVER = np.zeros((), np.bool_)


def told(op: str, one: float, other: float) -> float | None:
    result = calculate(op, Numbers(np.array(one), NEVER), Numbers(np.array(other), NEVER))
    return None if result.missing else float(result.values)


@pytest.mark.parametrize(
    ("op", "one", "other", "result"),
    [
        ("+", 1, 2, 3.0),
        ("-", 1, 2, -1.0),
        ("*", 3, 2.5, 7.5),
        ("/", 7, 2, 3.5),
        ("div", 7, 2, 3.0),
        ("div", -7, 2, -3.0),
        ("%", 7, 3, 1.0),
        ("%", -7, 3, -1.0),
        ("^", 2, 10, 1024.0),
        ("^", 2, -1, 0.5),
        ("/", 1, 0, None),
        ("div", 1, 0, None),
        ("%", 1, 0, None),
        ("/", 0, 0, None),
        ("^", 0, -1, None),
        ("^", -8, 0.5, None),
        ("*", 1e200, 1e200, None),
    ],
)
def test_results_are_sql_s_and_what_has_none_is_unknown(
    op: str, one: float, other: float, result: float | None
) -> None:
    assert told(op, one, other) == result


def test_whole_numbers_do_not_overflow() -> None:
    assert told("*", 2**62, 4) == 2.0**64


def test_what_is_missing_stays_missing() -> None:
    column = Numbers(np.array([1, 0, 3]), np.array([False, True, False]))
    result = calculate("+", column, Numbers(np.array(1), NEVER))
    assert result.missing.tolist() == [False, True, False]
    assert result.values[[0, 2]].tolist() == [2.0, 4.0]

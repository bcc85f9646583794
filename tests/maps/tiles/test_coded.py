from datetime import UTC, datetime

import numpy as np

from geo_service.maps.tiles.coded import LONGEST_TEXT, NOTHING, coded, total_sizes


def test_each_value_is_kept_once() -> None:
    field = coded("kind", "What it is.", ["a", "b", "a", None, "", "b"])
    assert field.values == ("a", "b")
    assert field.code.tolist() == [0, 1, 0, NOTHING, NOTHING, 1]
    assert field.of(np.array([1, 3])).code.tolist() == [1, NOTHING]


def test_what_tiles_cannot_hold_is_told_otherwise_or_not_at_all() -> None:
    moment = datetime(2026, 11, 18, 2, tzinfo=UTC)
    field = coded("x", "", [moment, float("nan"), 0.5, 0, None, "字" * (LONGEST_TEXT + 1)])
    assert field.values == ("2026-11-18T02:00:00Z", 0.5, 0, "字" * (LONGEST_TEXT - 1) + "…")
    assert field.code.tolist() == [0, NOTHING, 1, 2, NOTHING, 3]


def test_true_is_not_one_and_one_is_not_a_fraction() -> None:
    field = coded("x", "", [1, True, 1.0, False, 0])
    assert [type(field.values[code]) for code in field.code] == [int, bool, float, bool, int]


def test_sizes_are_about_those_of_the_values() -> None:
    texts, numbers = coded("a", "", ["字字", None]), coded("b", "", [1, 2.5])
    sizes = total_sizes([texts, numbers], 2)
    assert sizes[0] - sizes[1] == texts.sizes()[0] >= 6
    assert total_sizes([], 2).tolist() == [0, 0]

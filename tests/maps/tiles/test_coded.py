from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from geo_service.features.columns import Column, Field, Kind, Value
from geo_service.maps.tiles.coded import LONGEST_TEXT, NOTHING, Coded, coded, total_sizes


def field(kind: Kind, values: Sequence[Value]) -> Coded:
    return coded(Field("kind", kind, "What it is."), Column.of(kind, values))


def test_each_value_is_kept_once() -> None:
    found = field(Kind.TEXT, ["a", "b", "a", None, "", "b"])
    assert (found.name, found.meaning) == ("kind", "What it is.")
    assert found.values == ("a", "b")
    assert found.code.tolist() == [0, 1, 0, NOTHING, NOTHING, 1]
    assert found.of(np.array([1, 3])).code.tolist() == [1, NOTHING]


def test_what_tiles_cannot_hold_is_told_otherwise_or_not_at_all() -> None:
    late = datetime(2026, 11, 18, 2, tzinfo=UTC)
    moments = field(Kind.MOMENT, [late, None, late.replace(hour=1, microsecond=5)])
    assert moments.code.tolist() == [1, NOTHING, 0]
    assert moments.told(0) == "2026-11-18T01:00:00.000005Z"
    assert moments.told(1) == "2026-11-18T02:00:00Z"
    assert moments.sizes().tolist() == [28, 0, 28]
    texts = field(Kind.TEXTS, [("a", "b"), (), None, ("c",), ("a", "b")])
    assert texts.values == ("a;b", "c")
    assert texts.code.tolist() == [0, NOTHING, NOTHING, 1, 0]
    long = field(Kind.TEXT, ["字" * (LONGEST_TEXT + 1), "字" * LONGEST_TEXT])
    assert long.values == ("字" * (LONGEST_TEXT - 1) + "…", "字" * LONGEST_TEXT)


@pytest.mark.parametrize(
    ("kind", "values"),
    [(Kind.INTEGER, [1, 0]), (Kind.NUMBER, [1.0, 0.0]), (Kind.FLAG, [True, False])],
)
def test_true_is_not_one_and_one_is_not_a_fraction(kind: Kind, values: list[Value]) -> None:
    found = field(kind, [*values, None])
    told = [found.told(code) for code in found.code[:2]]
    assert told == values
    assert [type(value) for value in told] == [type(value) for value in values]
    assert found.code[2] == NOTHING


def test_sizes_are_about_those_of_the_values() -> None:
    texts, numbers = field(Kind.TEXT, ["字字", None]), field(Kind.NUMBER, [1.0, 2.5])
    sizes = total_sizes([texts, numbers], 2)
    assert sizes[0] - sizes[1] == texts.sizes()[0] >= 6
    assert total_sizes([], 2).tolist() == [0, 0]

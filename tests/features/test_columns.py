from datetime import UTC, datetime

import numpy as np
import pytest
import shapely

from geo_service.features.columns import Column, Features, Field, Kind, Value

MOMENT = datetime(2026, 3, 1, 8, 30, 0, 250, tzinfo=UTC)
FILLED: dict[Kind, Value] = {
    Kind.TEXT: "站",
    Kind.INTEGER: -3,
    Kind.NUMBER: 0.5,
    Kind.FLAG: True,
    Kind.MOMENT: MOMENT,
    Kind.TEXTS: ("seat", "water"),
}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_column_gives_back_what_was_put_in(kind: Kind) -> None:
    column = Column.of(kind, [None, FILLED[kind], None])
    assert [column.value(row) for row in range(3)] == [None, FILLED[kind], None]
    assert type(column.value(1)) is type(FILLED[kind])
    assert column.missing.tolist() == [True, False, True]


def test_moments_are_whole_microseconds() -> None:
    column = Column.of(Kind.MOMENT, [MOMENT])
    assert column.values[0] == int(np.datetime64("2026-03-01T08:30:00.000250", "us").astype(int))


def test_features_stand_in_order_of_their_ids_as_text() -> None:
    fields = (Field("kind", Kind.TEXT, "What it is."), Field("n", Kind.INTEGER, "How many."))
    rows = [
        ("b", shapely.Point(2, 2), ("second", None)),
        ("a10", shapely.Point(1, 1), ("first", 4)),
        ("a9", shapely.Point(3, 3), (None, 5)),
    ]
    features = Features.of(fields, rows)
    assert features.ids.tolist() == ["a10", "a9", "b"]
    assert [shape.x for shape in features.shapes] == [1, 3, 2]
    assert [features.columns["kind"].value(row) for row in range(3)] == ["first", None, "second"]
    assert features.columns["n"].missing.tolist() == [False, False, True]


def test_no_features_are_features_too() -> None:
    features = Features.of((Field("kind", Kind.TEXT, "What it is."),), [])
    assert len(features) == 0
    assert features.columns["kind"].values.dtype == np.object_

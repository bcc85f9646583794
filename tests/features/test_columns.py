from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.features.columns import Column, Features, Field, Kind, Row, Value

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


FIELDS = (Field("kind", Kind.TEXT, "What it is."), Field("n", Kind.INTEGER, "How many."))
names = st.sampled_from([f"f{number}" for number in range(12)])
rows = st.tuples(
    st.integers(-3, 3),
    st.none() | st.sampled_from(["a", "b"]),
    st.none() | st.integers(0, 3),
)


def row(name: str, held: tuple[int, str | None, int | None]) -> Row:
    return name, shapely.Point(held[0], 0), held[1:]


def table(features: Features) -> list[tuple[object, ...]]:
    return [
        (
            str(features.ids[at]),
            features.shapes[at].x,
            *(features.columns[one.name].value(at) for one in features.fields),
        )
        for at in range(len(features))
    ]


@settings(deadline=None)
@given(st.dictionaries(names, rows), st.dictionaries(names, st.none() | rows))
def test_after_changes_the_features_are_those_read_anew(
    before: dict[str, tuple[int, str | None, int | None]],
    changes: dict[str, tuple[int, str | None, int | None] | None],
) -> None:
    features = Features.of(FIELDS, [row(name, held) for name, held in before.items()])
    told = table(features)
    changed = features.with_changes(
        {name: None if held is None else row(name, held) for name, held in changes.items()}
    )
    after = {name: held for name, held in {**before, **changes}.items() if held is not None}
    anew = Features.of(FIELDS, [row(name, held) for name, held in after.items()])
    assert table(changed.features) == table(anew)
    assert table(features) == told, "what others hold was changed under them"
    same = [table(changed.features)[at] for at in changed.rows]
    assert same == [told[at] for at in changed.rows_before]
    assert {one[0] for one in same} == before.keys() - changes.keys()


def test_what_did_not_change_is_shared() -> None:
    held = [row(name, (1, "a", 1)) for name in ("a", "b", "c")]
    features = Features.of(FIELDS, held)
    after = features.with_changes({"b": row("b", (1, "a", 2))}).features
    assert after.ids is features.ids
    assert after.shapes is features.shapes
    assert after.columns["kind"] is features.columns["kind"]
    assert after.columns["n"].values.tolist() == [1, 2, 1]
    assert features.columns["n"].values.tolist() == [1, 1, 1]
    zero = features.with_changes({"b": row("b", (1, "a", 0))}).features
    none = zero.with_changes({"b": row("b", (1, "a", None))}).features
    assert none.columns["n"] is not zero.columns["n"]

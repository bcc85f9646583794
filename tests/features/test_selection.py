import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.arrays import Flags, Shapes
from geo_service.features.columns import ID, Features, Field, Kind, Value, microseconds
from geo_service.features.order import By
from geo_service.features.selection import Asked, Box, Selection, Times

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIELDS = (
    Field("kind", Kind.TEXT, "What it is."),
    Field("n", Kind.INTEGER, "How many."),
    Field("x", Kind.NUMBER, "How much."),
    Field("open", Kind.FLAG, "Whether it is."),
    Field("begins", Kind.MOMENT, "When it begins."),
    Field("ends", Kind.MOMENT, "When it ends."),
    Field("amenities", Kind.TEXTS, "What there is."),
)
TIMES = Times("begins", "ends")
Row = tuple[str, shapely.Geometry, tuple[Value, ...]]


def some(dice: random.Random, *values: Value) -> Value:
    return None if dice.random() < 0.15 else dice.choice(values)


def shape(dice: random.Random, *, points: bool) -> shapely.Geometry:
    lon, lat = dice.uniform(-180, 179), dice.uniform(-80, 79)
    if points or dice.random() < 0.5:
        return shapely.Point(round(lon), round(lat))
    return shapely.box(lon, lat, lon + dice.uniform(0, 1), lat + dice.uniform(0, 1))


def row(dice: random.Random, name: str, *, points: bool) -> Row:
    begins = NOON + timedelta(minutes=dice.randrange(60))
    values = (
        some(dice, "a", "b", "站"),
        some(dice, *range(5)),
        some(dice, -0.5, 0.0, 2.5, 1e9),
        some(dice, True, False),
        some(dice, begins),
        some(dice, begins + timedelta(minutes=dice.randrange(30))),
        some(dice, (), ("wifi",), ("seat", "wifi")),
    )
    return name, shape(dice, points=points), values


def rows(seed: int, count: int, *, points: bool = True) -> list[Row]:
    dice = random.Random(seed)  # noqa: S311 - no secret hangs on it
    names = dice.sample([f"f{number}" for number in range(4 * count)], count)
    return [row(dice, name, points=points) for name in names]


def asked(held: list[Row]) -> Asked:
    return Asked(Features.of(FIELDS, held), TIMES)


class Oracle:
    """Does what is asked row by row, in plain Python."""

    def __init__(self, held: list[Row]) -> None:
        self._held = held

    def ids(self, selection: Selection) -> list[str]:
        kept = [one for one in self._held if self._is_selected(one, selection)]
        kept.sort(key=lambda one: one[0])
        for by in reversed(selection.order):
            values = [one for one in kept if self._value(one, by.field) is not None]
            missing = [one for one in kept if self._value(one, by.field) is None]
            values.sort(key=lambda one: self._value(one, by.field), reverse=by.descending)
            kept = values + missing
        return [one[0] for one in kept]

    def _value(self, held: Row, field: str) -> Any:  # noqa: ANN401 - of any kind
        if field == ID:
            return held[0]
        return held[2][[one.name for one in FIELDS].index(field)]

    def _is_selected(self, held: Row, selection: Selection) -> bool:
        if selection.box is not None and not in_box(held[1], selection.box):
            return False
        begins, ends = self._value(held, "begins"), self._value(held, "ends")
        if begins is not None:
            if selection.until_us is not None and microseconds(begins) > selection.until_us:
                return False
            since = selection.since_us
            if since is not None and ends is not None and microseconds(ends) < since:
                return False
        for name, value in selection.equal:
            there = self._value(held, name)
            if name == "amenities":
                if there is None or value not in there:
                    return False
            elif there != value:
                return False
        return True


def in_box(one: shapely.Geometry, box: Box) -> bool:
    west, south, east, north = box
    parts = [(west, east)] if west <= east else [(west, 180), (-180, east)]
    return any(one.intersects(shapely.box(left, south, right, north)) for left, right in parts)


def walk(asked: Asked, selection: Selection) -> list[str]:
    """Go from page to page, and make sure that each tells the same of the whole."""
    found: list[str] = []
    counts = set()
    while True:
        page = asked.page(selection)
        counts.add(page.matched)
        found += [str(asked.features.ids[one]) for one in page.rows]
        assert len(page.rows) <= selection.limit
        if page.end is None:
            assert counts == {len(found)}
            return found
        assert len(page.rows) == selection.limit
        selection = Selection(
            **{name: getattr(selection, name) for name in Selection.__slots__} | {"after": page.end}
        )


boxes = st.tuples(
    st.integers(-180, 180), st.integers(-90, 0), st.integers(-180, 180), st.integers(0, 90)
)
moments = st.none() | st.integers(-5, 100).map(
    lambda minutes: microseconds(NOON + timedelta(minutes=minutes))
)
Equal = tuple[tuple[str, Value], ...]
EQUAL: list[Equal] = [
    (),
    (("kind", "a"),),
    (("n", 3),),
    (("open", False), ("kind", "站")),
    (("amenities", "wifi"),),
    (("begins", NOON + timedelta(minutes=7)),),
    (("x", 2.5),),
    ((ID, "f3"),),
    ((ID, "none"),),
]
orders = st.lists(
    st.builds(By, st.sampled_from(["kind", "n", "x", "open", "begins", ID]), st.booleans()),
    max_size=3,
    unique_by=lambda by: by.field,
).map(tuple)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 40), st.integers(0, 60), st.booleans(), st.none() | boxes, moments, moments,
    st.sampled_from(EQUAL), orders, st.integers(1, 12),
)  # fmt: skip
def test_all_pages_together_are_what_is_asked_for(
    seed: int, count: int, points: bool, box: Box | None, since: int | None, until: int | None,
    equal: Equal, order: tuple[By, ...], limit: int,
) -> None:  # fmt: skip
    held = rows(seed, count, points=points)
    selection = Selection(
        box=box, since_us=since, until_us=until, equal=equal, order=order, limit=limit
    )
    assert walk(asked(held), selection) == Oracle(held).ids(selection)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 40), orders, st.integers(1, 9), st.integers(0, 1000))
def test_what_is_removed_or_added_between_two_pages_moves_no_other(
    seed: int, order: tuple[By, ...], limit: int, change: int
) -> None:
    """The features that stay are met once each, in their order, whatever comes and goes."""
    held = rows(seed, 40)
    dice = random.Random(change)  # noqa: S311 - no secret hangs on it
    first = asked(held).page(Selection(order=order, limit=limit))
    seen = [asked(held).features.ids[one] for one in first.rows]
    gone = {one[0] for one in dice.sample(held, 15)}
    come = [row(dice, f"g{number}", points=True) for number in range(10)]
    later = [one for one in held if one[0] not in gone] + come
    rest = Selection(order=order, limit=limit, after=first.end)
    stay = [name for name in Oracle(held).ids(Selection(order=order)) if name not in gone]
    found = [name for name in [*seen, *walk_from(asked(later), rest)] if name in set(stay)]
    assert found == stay


def walk_from(asked: Asked, selection: Selection) -> list[str]:
    found: list[str] = []
    while True:
        page = asked.page(selection)
        found += [str(asked.features.ids[one]) for one in page.rows]
        if page.end is None:
            return found
        selection = Selection(order=selection.order, limit=selection.limit, after=page.end)


def test_a_shape_s_own_test_is_asked_only_in_the_box() -> None:
    held = rows(5, 50)
    looked: list[int] = []

    def meets(shapes: Shapes) -> Flags:
        looked.append(len(shapes))
        return shapely.get_x(shapes) > 0

    box = (-90.0, -90.0, 90.0, 90.0)
    page = asked(held).page(Selection(box=box, meets=meets, limit=100))
    inside = [one for one in held if in_box(one[1], box)]
    assert looked == [len(inside)]
    assert page.matched == len([one for one in inside if one[1].x > 0])


def test_a_condition_says_which_features() -> None:
    held = rows(6, 30)
    page = asked(held).page(
        Selection(condition=lambda features: features.columns["n"].values == 4, limit=100)
    )
    assert page.matched == len([one for one in held if one[2][1] == 4])


def test_a_feature_is_found_by_its_id() -> None:
    ready = asked(rows(7, 20))
    for number, name in enumerate(ready.features.ids):
        assert ready.row_of(name) == number
    assert ready.row_of("") is None
    assert ready.row_of("zzz") is None


def test_nothing_has_no_bounds_and_no_span() -> None:
    assert (asked([]).bounds(), asked([]).span_us()) == (None, None)


def test_bounds_and_span_hold_all() -> None:
    held: list[Row] = [
        ("a", shapely.Point(1, 2), (None, 1, 1.0, True, NOON, NOON + timedelta(1), ())),
        ("b", shapely.Point(-3, 5), (None, 1, 1.0, True, NOON - timedelta(2), NOON, ())),
    ]
    assert asked(held).bounds() == (-3, 2, 1, 5)
    assert asked(held).span_us() == (
        microseconds(NOON - timedelta(2)),
        microseconds(NOON + timedelta(1)),
    )
    going_on: Row = ("c", shapely.Point(0, 3), (None, 1, 1.0, True, NOON, None, ()))
    assert asked([*held, going_on]).span_us() == (microseconds(NOON - timedelta(2)), None)


def test_a_field_that_is_not_there_is_said_so() -> None:
    with pytest.raises(KeyError):
        asked(rows(1, 3)).page(Selection(equal=(("none", 1),)))

"""Which features are asked for, and which of them are on one page."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import NamedTuple, TypeAlias

import numpy as np
import shapely

from geo_service.arrays import Flags, Integers, Shapes
from geo_service.features.columns import ID, Column, Features, Kind, Value, microseconds
from geo_service.features.order import After, Arrangement, By, Ranks

Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north, WGS-84; where west is east of east, it crosses the 180th meridian."""
MOST_ARRANGEMENTS = 6
"""So many orders of a collection are remembered, those asked for last."""


@dataclass(frozen=True, slots=True)
class Times:
    """Which fields say when a feature is."""

    begins: str
    ends: str | None = None
    """None: it is at one moment. A feature without an end goes on."""


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """What is asked for; all of it must hold."""

    box: Box | None = None
    """Features that meet it."""
    meets: Callable[[Shapes], Flags] | None = None
    """Features of these shapes too; only those in the box are looked at."""
    since_us: int | None = None
    until_us: int | None = None
    """Features with a moment from the one to the other, both included; or that are at no time."""
    equal: tuple[tuple[str, Value], ...] = ()
    """Fields and the values they hold; of texts, one of them."""
    condition: Callable[[Features], Flags] | None = None
    order: tuple[By, ...] = ()
    """Ids come last, and alone if nothing is said."""
    after: After | None = None
    """Only what comes after the end of a page."""
    limit: int = 10


class Page(NamedTuple):
    """A page of features."""

    rows: Integers
    """In order, shape (at most limit,)."""
    matched: int
    """How many there are on all pages."""
    end: After | None
    """Where it ends; None: no page follows."""


class Asked:
    """A collection that can be asked; made ready as far as it is asked for.

    Parameters
    ----------
    features : Features
        They don't change.
    times : Times, optional
        Which fields say when a feature is; None: it is at no time.
    before : Asked, optional
        The collection as it was; what was made ready is taken from it where nothing moved.
    """

    def __init__(
        self, features: Features, times: Times | None = None, *, before: "Asked | None" = None
    ) -> None:
        self.features = features
        self.times = times
        self._ids: list[str] = features.ids.tolist()
        self._tree: shapely.STRtree | None = None
        if before is not None and before.features.shapes is features.shapes:
            self._tree = before._tree  # noqa: SLF001 - one of us
        self._lock = Lock()
        self._ranks: dict[str, Ranks] = {}
        self._arrangements: dict[tuple[By, ...], Arrangement] = {}

    def row_of(self, feature_id: str) -> int | None:
        """Return the row of a feature; None if there is none of this id."""
        row = bisect_right(self._ids, feature_id) - 1
        return row if row >= 0 and self._ids[row] == feature_id else None

    def page(self, selection: Selection) -> Page:
        """Return one page of what is selected.

        Raises
        ------
        KeyError
            If a field is named that the collection does not have.
        """
        rows = self._selected(selection)
        matched = len(self.features) if rows is None else len(rows)
        if selection.order:
            shown = self._arranged(rows, selection)
        else:
            shown = self._later_ids(rows, selection.after)[: selection.limit + 1]
        more = len(shown) > selection.limit
        shown = shown[: selection.limit]
        return Page(shown, matched, self._end(int(shown[-1]), selection.order) if more else None)

    def bounds(self) -> Box | None:
        """Return the box of all features; None: there is none. It never crosses 180 degrees."""
        if not len(self.features):
            return None
        west, south, east, north = shapely.total_bounds(self.features.shapes).tolist()
        return west, south, east, north

    def span_us(self) -> tuple[int | None, int | None] | None:
        """Return the first beginning and the last end; None: it is at no time, or goes on."""
        if self.times is None or not len(self.features):
            return None
        begins = self.features.columns[self.times.begins]
        first = begins.values[~begins.missing]
        ends = self.features.columns[self.times.ends or self.times.begins]
        goes_on = bool(ends.missing.any())
        return (
            int(first.min()) if len(first) else None,
            None if goes_on else int(ends.values.max()),
        )

    @property
    def tree(self) -> shapely.STRtree:
        """The features' shapes by where they are."""
        if self._tree is None:
            self._tree = shapely.STRtree(self.features.shapes)
        return self._tree

    @cached_property
    def _all_points(self) -> bool:
        kinds = shapely.get_type_id(self.features.shapes)
        return bool((kinds == shapely.GeometryType.POINT).all())

    def _selected(self, selection: Selection) -> Integers | None:
        """Return the rows that are selected, ascending; None: all."""
        rows = None if selection.box is None else self._in_box(selection.box)
        if selection.meets is not None:
            rows = self._all() if rows is None else rows
            rows = rows[selection.meets(self.features.shapes[rows])]
        flags = self._flags(selection)
        for one in flags:
            rows = np.flatnonzero(one) if rows is None else rows[one[rows]]
        return rows

    def _flags(self, selection: Selection) -> list[Flags]:
        flags = [self._equals(name, value) for name, value in selection.equal]
        if self.times is not None and (selection.since_us, selection.until_us) != (None, None):
            flags.append(self._at(self.times, selection.since_us, selection.until_us))
        if selection.condition is not None:
            flags.append(selection.condition(self.features))
        return flags

    def _in_box(self, box: Box) -> Integers:
        west, south, east, north = box
        parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        boxes = [shapely.box(left, south, right, north) for left, right in parts]
        if self._all_points:
            # Of a point the tree knows all there is to know.
            found = [self.tree.query(one) for one in boxes]
        else:
            found = [self.tree.query(one, predicate="intersects") for one in boxes]
        if len(found) == 1:
            return np.sort(found[0])
        return np.unique(np.concatenate(found))

    def _at(self, times: Times, since_us: int | None, until_us: int | None) -> Flags:
        begins = self.features.columns[times.begins]
        ends = begins if times.ends is None else self.features.columns[times.ends]
        at = np.ones(len(self.features), dtype=np.bool_)
        if until_us is not None:
            at &= begins.values <= until_us
        if since_us is not None:
            at &= (ends.values >= since_us) | ends.missing
        return at | begins.missing

    def _equals(self, name: str, value: Value) -> Flags:
        if name == ID:
            row = self.row_of(str(value))
            same = np.zeros(len(self.features), dtype=np.bool_)
            if row is not None:
                same[row] = True
            return same
        column = self.features.columns[name]
        if column.kind is Kind.TEXTS:
            return np.fromiter((value in held for held in column.values), np.bool_, len(self._ids))
        if isinstance(value, datetime):
            value = microseconds(value)
        equal: Flags = (column.values == value) & ~column.missing
        return equal

    def _later_ids(self, rows: Integers | None, after: After | None) -> Integers:
        start = 0 if after is None else bisect_right(self._ids, after.feature_id)
        if rows is None:
            return np.arange(start, len(self.features))
        return rows[np.searchsorted(rows, start) :]

    def _arranged(self, rows: Integers | None, selection: Selection) -> Integers:
        arrangement = self._arrangement(selection.order)
        rows = self._all() if rows is None else rows
        if selection.after is not None:
            up_to = bisect_right(self._ids, selection.after.feature_id)
            rows = rows[arrangement.is_after(selection.after, up_to)[rows]]
        places = arrangement.place_of_row[rows]
        wanted = selection.limit + 1
        if len(rows) > wanted:
            first = np.argpartition(places, wanted - 1)[:wanted]
            rows, places = rows[first], places[first]
        return rows[np.argsort(places)]

    def _end(self, row: int, order: Sequence[By]) -> After:
        values: list[Value | int] = []
        for one in order:
            column = self._column(one.field)
            value = column.value(row)
            values.append(microseconds(value) if isinstance(value, datetime) else value)
        return After(tuple(values), self._ids[row])

    def _column(self, field: str) -> Column:
        if field != ID:
            return self.features.columns[field]
        return Column(Kind.TEXT, self.features.ids, np.zeros(len(self._ids), dtype=np.bool_))

    def _arrangement(self, order: tuple[By, ...]) -> Arrangement:
        with self._lock:
            known = self._arrangements.pop(order, None)
            if known is None:
                ranks = [self._ranks_of(one.field) for one in order]
                known = Arrangement(order, ranks)
            self._arrangements[order] = known
            while len(self._arrangements) > MOST_ARRANGEMENTS:
                del self._arrangements[next(iter(self._arrangements))]
        return known

    def _ranks_of(self, field: str) -> Ranks:
        if field not in self._ranks:
            self._ranks[field] = Ranks(self._column(field))
        return self._ranks[field]

    def _all(self) -> Integers:
        return np.arange(len(self.features))

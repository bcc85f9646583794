"""What was written made a filter: every name known, every type fit, not too much asked."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from geo_service.features.columns import GEOMETRY, ID, Field, Kind
from geo_service.features.filters import signatures
from geo_service.features.filters.geometry import ToWgs84, box_of, geometry_of
from geo_service.features.filters.refusals import refusal, short, some_of
from geo_service.features.filters.signatures import Signature
from geo_service.features.filters.text_folds import FOLDS
from geo_service.features.filters.times import day_span, end_span, moment_span
from geo_service.features.filters.tree import Call, Literal, Node, Property, Sort
from geo_service.features.filters.written import Group, WellKnownText, Written

_SORTS: Mapping[Kind, Sort] = {
    Kind.TEXT: Sort.TEXT,
    Kind.INTEGER: Sort.NUMBER,
    Kind.NUMBER: Sort.NUMBER,
    Kind.FLAG: Sort.TRUTH,
    Kind.MOMENT: Sort.INSTANT,
    Kind.TEXTS: Sort.LIST,
}


class FilterTypes:
    """Makes the tree of one filter of what was written about the fields of a collection.

    Parameters
    ----------
    fields : sequence of Field
    zone : tzinfo
        Where days begin.
    to_wgs84 : callable
        Of the coordinate system that the filter's geometries have.
    """

    def __init__(self, fields: Sequence[Field], zone: tzinfo, to_wgs84: ToWgs84) -> None:
        self._sorts = {ID: Sort.TEXT, GEOMETRY: Sort.SHAPE}
        self._sorts |= {one.name: _SORTS[one.kind] for one in fields if one.name != GEOMETRY}
        self._zone = zone
        self._to_wgs84 = to_wgs84
        self._cost = 0
        self._folds: set[Node] = set()
        """Made once, however often they stand in the filter."""
        self._objects: Mapping[str, Callable[[Mapping[str, Written]], Node]] = {
            "op": self._call,
            "property": self._property,
            "type": self._geometry,  # before "bbox": GeoJSON may have both
            "bbox": self._box,
            "date": self._day,
            "timestamp": self._moment,
            "interval": self._interval,
        }
        self._special: Mapping[str, Callable[[str, list[Written]], Node]] = {
            "and": self._logical,
            "or": self._logical,
            "between": self._between,
            "in": self._among,
            "like": self._like,
            "isnull": self._null,
            **dict.fromkeys(signatures.COMPARISONS, self._comparison),
            **dict.fromkeys(signatures.TIMES, self._temporal),
        }

    def tree(self, written: Written) -> Node:
        """Return the tree of a filter, which is true or false of each feature.

        Raises
        ------
        WrongUsage
            A name is unknown, types don't fit, a literal is none, or too much is asked.
        """
        return self._wanted(written, Sort.TRUTH, "A filter")

    def _wanted(self, written: Written, sort: Sort, where: str) -> Node:
        node = self._list_of(written) if sort is Sort.LIST else self._node(written)
        if node.sort is not sort:
            raise refusal(
                f"{where} takes {sort}, but the filter has {node.sort} there.",
                _OF_MOMENTS if sort is Sort.INTERVAL else "",
            )
        return node

    def _node(self, written: Written) -> Node:
        match written:
            case bool():
                return Literal(Sort.TRUTH, written)
            case str():
                return Literal(Sort.TEXT, written)
            case int() | float():
                return _number(written)
            case list():
                return self._list_of(written)
            case Group(inner):
                return self._node(inner)
        return self._object(written)

    def _object(self, written: Written) -> Node:
        if isinstance(written, WellKnownText):
            return Literal(Sort.SHAPE, geometry_of(written, self._to_wgs84))
        if isinstance(written, dict):
            for member, make in self._objects.items():
                if member in written:
                    return make(written)
        raise _no_part()

    def _property(self, written: Mapping[str, Written]) -> Node:
        name = written["property"]
        if not isinstance(name, str):
            raise _no_part()
        if name not in self._sorts:
            raise refusal(
                f'There is no "{short(name)}" to filter by.',
                f"There are: {some_of(list(self._sorts))}.",
            )
        self._pay(signatures.ITEM_COST)
        return Property(self._sorts[name], name)

    def _geometry(self, written: Mapping[str, Written]) -> Node:
        return Literal(Sort.SHAPE, geometry_of(written, self._to_wgs84))

    def _box(self, written: Mapping[str, Written]) -> Node:
        return Literal(Sort.SHAPE, box_of(written["bbox"], self._to_wgs84))

    def _day(self, written: Mapping[str, Written]) -> Node:
        return Literal(Sort.INSTANT, day_span(written["date"], self._zone))

    def _moment(self, written: Mapping[str, Written]) -> Node:
        return Literal(Sort.INSTANT, moment_span(written["timestamp"]))

    def _call(self, written: Mapping[str, Written]) -> Node:
        op, args = written["op"], written.get("args", [])
        if not isinstance(op, str) or not isinstance(args, list):
            raise _no_part()
        lowered = op.lower()
        if special := self._special.get(lowered):
            self._pay(signatures.ITEM_COST)
            return special(lowered, args)
        known = signatures.FIXED.get(lowered)
        if known is None:
            raise refusal(
                f'The filter asks for "{short(op)}", which can\'t be done here.',
                "There are the operators and functions of OGC's Common Query Language (CQL2).",
            )
        return self._fixed(lowered, known, args)

    def _fixed(self, op: str, known: Signature, args: list[Written]) -> Node:
        _count(op, args, len(known.args))
        nodes = [self._wanted(arg, sort, op) for arg, sort in zip(args, known.args, strict=True)]
        if op in signatures.LISTS:
            self._alike_within(op, *nodes)
        if op in FOLDS and isinstance(nodes[0], Literal):
            return Literal(Sort.TEXT, FOLDS[op](nodes[0].value))
        call = Call(known.sort, op, tuple(nodes))
        if op not in FOLDS or call not in self._folds:
            self._pay(known.cost)
        if op in FOLDS:
            self._folds.add(call)
        return call

    def _logical(self, op: str, args: list[Written]) -> Node:
        if len(args) < 2:
            raise refusal(f"{op} takes two parts or more.")
        return Call(Sort.TRUTH, op, tuple(self._wanted(arg, Sort.TRUTH, op) for arg in args))

    def _comparison(self, op: str, args: list[Written]) -> Node:
        _count(op, args, 2)
        sorts = signatures.COMPARABLE if op in ("=", "<>") else signatures.ORDERED
        return Call(Sort.TRUTH, op, self._alike(op, args, sorts))

    def _between(self, op: str, args: list[Written]) -> Node:
        _count(op, args, 3)
        return Call(Sort.TRUTH, op, self._alike(op, args, signatures.ORDERED))

    def _among(self, op: str, args: list[Written]) -> Node:
        _count(op, args, 2)
        value, items = args
        if not isinstance(items, list) or not items:
            raise refusal("in takes a value and a list of one or more.")
        nodes = self._alike(op, [value, *items], signatures.COMPARABLE)
        return Call(Sort.TRUTH, op, nodes)

    def _like(self, op: str, args: list[Written]) -> Node:
        self._pay(signatures.TEXT_COST)
        _count(op, args, 2)
        value, pattern = (self._wanted(arg, Sort.TEXT, op) for arg in args)
        if not isinstance(pattern, Literal):
            raise refusal("like takes a pattern that is a text, not a property.")
        return Call(Sort.TRUTH, op, (value, pattern))

    def _null(self, op: str, args: list[Written]) -> Node:
        _count(op, args, 1)
        return Call(Sort.TRUTH, op, (self._node(args[0]),))

    def _temporal(self, op: str, args: list[Written]) -> Node:
        _count(op, args, 2)
        nodes = tuple(self._node(arg) for arg in args)
        for node in nodes:
            if node.sort not in (Sort.INSTANT, Sort.INTERVAL):
                raise refusal(f"{op} takes moments, days or intervals; not {node.sort}.")
        return Call(Sort.TRUTH, op, nodes)

    def _interval(self, written: Mapping[str, Written]) -> Node:
        ends = written["interval"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise refusal("An interval in the filter has not two ends.")
        begin, end = ends
        nodes = tuple(
            Literal(Sort.INSTANT, end_span(one, self._zone, first=first))
            if isinstance(one, str)
            else self._wanted(one, Sort.INSTANT, "interval")
            for one, first in ((begin, True), (end, False))
        )
        first, last = nodes
        if (
            isinstance(first, Literal)
            and isinstance(last, Literal)
            and first.value[0] > last.value[1]
        ):
            raise refusal("An interval in the filter ends before it begins.")
        return Call(Sort.INTERVAL, "interval", nodes)

    def _list_of(self, written: Written) -> Node:
        """Return a list; what stands alone in parentheses is a list of one."""
        if isinstance(written, Group):
            inner = self._node(written.inner)
            if inner.sort is Sort.LIST:
                return inner
            written = [written.inner]
        if not isinstance(written, list):
            return self._node(written)
        items = self._alike("A list", written, signatures.COMPARABLE)
        for item in items:
            if not isinstance(item, Literal):
                self._pay(signatures.TEXT_COST)
        return Call(Sort.LIST, "list", items)

    def _alike(self, op: str, args: list[Written], sorts: tuple[Sort, ...]) -> tuple[Node, ...]:
        nodes = tuple(self._node(arg) for arg in args)
        for node in nodes:
            if node.sort not in sorts:
                raise refusal(f"{op} can't be asked of {node.sort}.", _INSTEAD.get(node.sort, ""))
            if node.sort is not nodes[0].sort:
                raise refusal(
                    f"{op} takes what is alike, but the filter has {nodes[0].sort} and "
                    f"{node.sort}.",
                    "Texts stand in '...', moments in TIMESTAMP('...'), days in DATE('...').",
                )
        return nodes

    def _alike_within(self, op: str, one: Node, other: Node) -> None:
        sorts = {held for held in map(_held, (one, other)) if held}
        if len(sorts) > 1:
            raise refusal(
                f"{op} takes lists of what is alike, not of {' and '.join(sorted(sorts))}."
            )

    def _pay(self, cost: int) -> None:
        self._cost += cost
        if self._cost > signatures.MOST_COST:
            raise refusal(
                "The filter asks too much at once.",
                "Ask for many values with IN ('...', '...'), or in several requests.",
            )


_OF_MOMENTS = "Moments are compared by T_AFTER, T_BEFORE, T_EQUALS, T_DISJOINT and T_INTERSECTS."
_INSTEAD = {
    Sort.SHAPE: "Geometries are compared by S_INTERSECTS, S_EQUALS and the like.",
    Sort.INTERVAL: "Intervals are compared by T_INTERSECTS, T_EQUALS and the like.",
    Sort.LIST: "Lists are compared by A_CONTAINS, A_EQUALS and the like.",
}


def _held(node: Node) -> Sort | None:
    """Return what a list holds; None: nothing."""
    if isinstance(node, Call):
        return node.args[0].sort if node.args else None
    return Sort.TEXT  # Kind.TEXTS


def _no_part() -> Exception:
    return refusal(
        "A part of the filter is neither a value, a property nor an operator.",
        "Look it up in OGC's Common Query Language (CQL2).",
    )


def _count(op: str, args: list[Written], wanted: int) -> None:
    if len(args) != wanted:
        raise refusal(f"{op} takes {wanted}, but the filter gives it {len(args)}.")


def _number(value: float) -> Literal:
    try:
        finite = value if isinstance(value, int) and abs(value) < 2**63 else float(value)
    except OverflowError:
        finite = math.inf
    if not math.isfinite(finite):
        raise refusal("A number in the filter is too large.")
    return Literal(Sort.NUMBER, finite)

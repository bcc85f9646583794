"""Which features a filter lets through: those of which it is true, not false and not unknown."""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Flags, Shapes
from geo_service.features.columns import Features
from geo_service.features.filters.arithmetic import Numbers, calculate
from geo_service.features.filters.distinct_texts import alone, over_distinct
from geo_service.features.filters.list_relations import Lists, relate_lists
from geo_service.features.filters.signatures import INTERVALS, LISTS, SPATIAL, TIMES
from geo_service.features.filters.spatial_relations import relate
from geo_service.features.filters.temporal_relations import COMPARISONS, RELATIONS, Spans
from geo_service.features.filters.text_folds import FOLDS
from geo_service.features.filters.text_patterns import compile_pattern
from geo_service.features.filters.three_valued import Truth
from geo_service.features.filters.tree import Call, Filter, Literal, Node, Property, Sort

_NEVER = np.zeros((), np.bool_)
_COMPARE: Mapping[str, Callable[..., Any]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def matches(wanted: Filter, features: Features, tree: shapely.STRtree | None = None) -> Flags:
    """Say which features a filter lets through.

    Parameters
    ----------
    wanted : Filter
        Made for the fields of these features.
    features : Features
    tree : STRtree or None
        Of ``features.shapes``, if there is one: what is asked of few places is told sooner with it.

    Returns
    -------
    ndarray of bool, shape (features,)
        True where the filter is true. Raises nothing.
    """
    truth = _Evaluation(features, tree).truth(wanted.root)
    return np.array(np.broadcast_to(truth.yes, len(features)))


class _Texts(NamedTuple):
    values: NDArray[np.object_]
    missing: Flags


class _Evaluation:
    """What each part of a filter is of each feature; arrays of no dimension: the same for all."""

    def __init__(self, features: Features, tree: shapely.STRtree | None) -> None:
        self._features = features
        self._tree = tree
        self._folded: dict[Node, _Texts] = {}
        self._truths: Mapping[str, Callable[[Call], Truth]] = {
            "and": lambda call: reduce(Truth.both, map(self.truth, call.args)),
            "or": lambda call: reduce(Truth.either, map(self.truth, call.args)),
            "not": lambda call: self.truth(call.args[0]).negated(),
            "between": self._between,
            "in": self._among,
            "like": self._like,
            "isnull": self._null,
            **dict.fromkeys(_COMPARE, lambda call: self._compared(call.op, *call.args)),
            **dict.fromkeys((*TIMES, *INTERVALS), self._temporal),
            **dict.fromkeys(SPATIAL, self._spatial),
            **dict.fromkeys(LISTS, self._lists_related),
        }

    def truth(self, node: Node) -> Truth:
        match node:
            case Literal(value=value):
                return Truth.of(np.asarray(value, np.bool_), _NEVER)
            case Property(name=name):
                column = self._features.columns[name]
                return Truth.of(column.values, column.missing)
            case Call(op=op):
                return self._truths[op](node)

    def _compared(self, op: str, one: Node, other: Node) -> Truth:
        match one.sort:
            case Sort.INSTANT:
                spans = self._spans(one), self._spans(other)
                return Truth.of(COMPARISONS[op](*spans), spans[0].missing | spans[1].missing)
            case Sort.TRUTH:
                return self._same_truth(op, self.truth(one), self.truth(other))
            case Sort.NUMBER:
                numbers = self._numbers(one), self._numbers(other)
                result = _COMPARE[op](numbers[0].values, numbers[1].values)
                return Truth.of(result, numbers[0].missing | numbers[1].missing)
            case _:
                texts = self._texts(one), self._texts(other)
                result = np.asarray(_COMPARE[op](texts[0].values, texts[1].values), np.bool_)
                return Truth.of(result, texts[0].missing | texts[1].missing)

    def _same_truth(self, op: str, one: Truth, other: Truth) -> Truth:
        same = Truth(
            (one.yes & other.yes) | (one.no & other.no),
            (one.yes & other.no) | (one.no & other.yes),
        )
        return same if op == "=" else same.negated()

    def _between(self, call: Call) -> Truth:
        value, least, most = call.args
        return self._compared(">=", value, least).both(self._compared("<=", value, most))

    def _among(self, call: Call) -> Truth:
        value, *items = call.args
        literals = [item.value for item in items if isinstance(item, Literal)]
        if len(literals) == len(items) and value.sort is Sort.TEXT:
            texts = self._texts(value)
            held = map(frozenset(literals).__contains__, texts.values.ravel())
            found = np.fromiter(held, np.bool_, texts.values.size)
            return Truth.of(found.reshape(texts.values.shape), texts.missing)
        if len(literals) == len(items) and value.sort is Sort.NUMBER:
            numbers = self._numbers(value)
            return Truth.of(np.isin(numbers.values, np.array(literals)), numbers.missing)
        return reduce(Truth.either, (self._compared("=", value, item) for item in items))

    def _like(self, call: Call) -> Truth:
        value, pattern = call.args
        assert isinstance(pattern, Literal)  # noqa: S101 - filter_types made it so
        texts = self._texts(value)
        fits = compile_pattern(pattern.value)
        return Truth.of(over_distinct(texts.values, fits, np.bool_), texts.missing)

    def _null(self, call: Call) -> Truth:
        missing = self._missing(call.args[0])
        return Truth(missing, ~missing)

    def _missing(self, node: Node) -> Flags:
        match node.sort:
            case Sort.TRUTH:
                truth = self.truth(node)
                return ~(truth.yes | truth.no)
            case Sort.TEXT:
                return self._texts(node).missing
            case Sort.NUMBER:
                return self._numbers(node).missing
            case Sort.INSTANT | Sort.INTERVAL:
                return self._spans(node).missing
            case Sort.LIST:
                return self._lists(node).missing
            case Sort.SHAPE:
                return _NEVER

    def _temporal(self, call: Call) -> Truth:
        one, other = map(self._spans, call.args)
        instants = all(arg.sort is Sort.INSTANT for arg in call.args)
        # Of a moment and a day: equal if it is within the day.
        relation = COMPARISONS["="] if instants and call.op == "t_equals" else RELATIONS[call.op]
        return Truth.of(relation(one, other), one.missing | other.missing)

    def _spatial(self, call: Call) -> Truth:
        one, other = map(self._shapes, call.args)
        return Truth.of(relate(call.op, one, other, self._tree), _NEVER)

    def _lists_related(self, call: Call) -> Truth:
        one, other = map(self._lists, call.args)
        return Truth.of(relate_lists(call.op, one, other), one.missing | other.missing)

    def _texts(self, node: Node) -> _Texts:
        match node:
            case Literal(value=value):
                return _Texts(alone(value), _NEVER)
            case Property(name=name):
                if name not in self._features.columns:
                    return _Texts(self._features.ids, _NEVER)
                column = self._features.columns[name]
                return _Texts(column.values, column.missing)
            case Call():
                if node not in self._folded:
                    self._folded[node] = self._fold(node)
                return self._folded[node]

    def _fold(self, call: Call) -> _Texts:
        inner = self._texts(call.args[0])
        return _Texts(over_distinct(inner.values, FOLDS[call.op], np.object_), inner.missing)

    def _numbers(self, node: Node) -> Numbers:
        match node:
            case Literal(value=value):
                return Numbers(np.asarray(value), _NEVER)
            case Property(name=name):
                column = self._features.columns[name]
                return Numbers(column.values, column.missing)
            case Call(op=op, args=(one, other)):
                return calculate(op, self._numbers(one), self._numbers(other))
        raise AssertionError(node)

    def _spans(self, node: Node) -> Spans:
        match node:
            case Literal(value=(first, last)):
                return Spans(np.asarray(first), np.asarray(last), _NEVER)
            case Property(name=name):
                column = self._features.columns[name]
                return Spans(column.values, column.values, column.missing)
            case Call(args=(begin, end)):
                first, last = self._spans(begin), self._spans(end)
                # What would end before it begins is no interval.
                turned = first.first > last.last
                return Spans(first.first, last.last, first.missing | last.missing | turned)
        raise AssertionError(node)

    def _shapes(self, node: Node) -> Shapes | shapely.Geometry:
        return node.value if isinstance(node, Literal) else self._features.shapes

    def _lists(self, node: Node) -> Lists:
        match node:
            case Property(name=name):
                column = self._features.columns[name]
                return Lists(column.values, column.missing)
            case Call(args=items):
                return self._list(items)
        raise AssertionError(node)

    def _list(self, items: tuple[Node, ...]) -> Lists:
        """Return a list that stands in the filter; its items may be properties."""
        literals = [item.value for item in items if isinstance(item, Literal)]
        if len(literals) == len(items):
            return Lists(alone(frozenset(literals)), _NEVER)
        number = len(self._features)
        values = np.empty(number, np.object_)
        missing = np.zeros(number, np.bool_)
        columns = []
        for item in items:
            columns.append(self._objects(item))
            missing |= self._missing(item)
        for row, held in enumerate(zip(*columns, strict=True)):
            values[row] = frozenset(held)
        return Lists(values, missing)

    def _objects(self, node: Node) -> list[Any]:
        """Return a part of every feature as Python values that can be compared."""
        arrays: list[NDArray[Any]]
        match node.sort:
            case Sort.TRUTH:
                arrays = [self.truth(node).yes]
            case Sort.TEXT:
                arrays = [self._texts(node).values]
            case Sort.NUMBER:
                arrays = [self._numbers(node).values]
            case _:
                arrays = [*self._spans(node)[:2]]
        number = len(self._features)
        rows = [np.broadcast_to(array, number).tolist() for array in arrays]
        return rows[0] if len(rows) == 1 else list(zip(*rows, strict=True))

"""Random filters, in both languages, against a slow evaluator that goes row by row."""

import json
import math
import operator
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo_service.errors import WrongUsage
from geo_service.features.columns import Features, Field, Kind
from geo_service.features.filters.evaluation import matches
from geo_service.features.filters.reading import Language, parse_filter

Part: TypeAlias = Any
"""Of a filter in JSON, or what it is of a row."""

FIELDS = (
    Field("a", Kind.TEXT, "A text."),
    Field("b", Kind.TEXT, "Another."),
    Field("n", Kind.INTEGER, "A whole number."),
    Field("x", Kind.NUMBER, "A number."),
    Field("yes", Kind.FLAG, "A flag."),
    Field("t", Kind.MOMENT, "A moment."),
    Field("u", Kind.MOMENT, "Another."),
    Field("tags", Kind.TEXTS, "Some texts."),
    Field("more", Kind.TEXTS, "Others."),
)

# The text language can't write a backslash before a quote: there it is the quote's.
TEXTS = st.text(alphabet="aAbéÉß%_\\'.*\n站", max_size=4).filter(
    lambda text: not re.search(r"\\('|\Z)", text)
)
NUMBERS = st.sampled_from([-3, -2, -1, 0, 1, 2, 3, 0.5, 2.5, 1e-7, -0.25, 7, 1e300, 2**53])
MOMENTS = st.builds(
    lambda day, second, micro: (
        datetime(2026, 2, 26, tzinfo=UTC) + timedelta(days=day, seconds=second, microseconds=micro)
    ),
    st.integers(0, 4),
    st.sampled_from([0, 1, 43_200, 86_399]),
    st.sampled_from([0, 1, 999_999]),
)
SHAPES = st.one_of(
    st.builds(shapely.Point, st.integers(-3, 3), st.integers(-3, 3)),
    st.builds(shapely.Point, st.sampled_from([179, -179]), st.just(0)),
    st.builds(
        lambda west, south: shapely.box(west, south, west + 2, south + 2),
        st.integers(-3, 3),
        st.integers(-3, 3),
    ),
    st.builds(
        lambda west, south: shapely.LineString([(west, south), (west + 2, south + 1)]),
        st.integers(-3, 3),
        st.integers(-3, 3),
    ),
)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


TAGS = st.lists(st.sampled_from(["a", "b", "é"]), max_size=3).map(tuple)
ROWS = st.lists(
    st.tuples(
        SHAPES,
        st.tuples(
            maybe(TEXTS),
            maybe(TEXTS),
            maybe(st.integers(-3, 3)),
            maybe(NUMBERS.map(float)),
            maybe(st.booleans()),
            maybe(MOMENTS),
            maybe(MOMENTS),
            maybe(TAGS),
            maybe(TAGS),
        ),
    ),
    max_size=8,
)


def prop(*names: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([{"property": name} for name in names])


def op(names: list[str], *args: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda name, *given: {"op": name, "args": list(given)}, st.sampled_from(names), *args
    )


NUMBER = st.recursive(
    NUMBERS | prop("n", "x"),
    lambda inner: op(["+", "-", "*", "/", "%", "div", "^"], inner, inner),
    max_leaves=3,
)
TEXT = st.recursive(
    TEXTS | prop("a", "b", "id"), lambda inner: op(["casei", "accenti"], inner), max_leaves=2
)
DAYS = st.sampled_from(["2026-02-25", "2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01"])
STAMPS = MOMENTS.map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
INSTANT = (
    prop("t", "u")
    | st.builds(lambda day: {"date": day}, DAYS)
    | st.builds(lambda at: {"timestamp": at}, STAMPS)
)
ENDS = DAYS | STAMPS | st.just("..") | prop("t", "u")
INTERVAL = st.builds(lambda begin, end: {"interval": [begin, end]}, ENDS, ENDS)
LIST = prop("tags", "more") | st.lists(
    st.sampled_from(["a", "b", "é"]) | prop("a", "b"), min_size=0, max_size=3
)
GEOMETRY = st.one_of(
    st.just({"property": "geometry"}),
    SHAPES.map(lambda shape: json.loads(shapely.to_geojson(shape))),
    st.sampled_from([[-2, -2, 1, 1], [0, 0, 0, 0], [178, -1, -178, 1], [-1, -1, -5, 3, 3, 5]]).map(
        lambda corners: {"bbox": corners}
    ),
)
COMPARISON = ["=", "<>", "<", "<=", ">", ">="]
TIMES = ["t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"]
INTERVALS = ["t_contains", "t_during", "t_finishedBy", "t_finishes", "t_meets", "t_metBy"]
INTERVALS += ["t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts"]
SPATIAL = ["s_contains", "s_crosses", "s_disjoint", "s_equals", "s_intersects", "s_overlaps"]
SPATIAL += ["s_touches", "s_within"]

PREDICATE = st.one_of(
    op(COMPARISON, NUMBER, NUMBER),
    op(COMPARISON, TEXT, TEXT),
    op(COMPARISON, INSTANT, INSTANT),
    op(["=", "<>"], prop("yes"), st.booleans()),
    op(["between"], NUMBER, NUMBER, NUMBER),
    op(["like"], TEXT, TEXTS),
    op(["like"], op(["casei"], TEXT), op(["casei"], TEXTS)),
    op(["in"], TEXT, st.lists(TEXT, min_size=1, max_size=3)),
    op(["in"], TEXT, st.lists(TEXTS, min_size=1, max_size=3)),
    op(["in"], NUMBER, st.lists(NUMBERS, min_size=1, max_size=3)),
    op(["in"], INSTANT, st.lists(INSTANT, min_size=1, max_size=3)),
    op(["isNull"], st.one_of(NUMBER, TEXT, INSTANT, INTERVAL, LIST, GEOMETRY, prop("yes"))),
    op(TIMES, INSTANT | INTERVAL, INSTANT | INTERVAL),
    op(INTERVALS, INTERVAL, INTERVAL),
    op(["a_contains", "a_containedBy", "a_equals", "a_overlaps"], LIST, LIST),
    op(SPATIAL, GEOMETRY, GEOMETRY),
    prop("yes"),
    st.booleans(),
)
FILTER = st.recursive(
    PREDICATE,
    lambda inner: st.one_of(
        op(["not"], inner), op(["and", "or"], inner, inner), op(["isNull"], inner)
    ),
    max_leaves=4,
)


# The slow evaluator: of one row, with None for what is unknown.


def evaluate(part: Part, row: dict[str, Any]) -> Part:  # noqa: PLR0911 - one for each kind
    if isinstance(part, list):
        held = [evaluate(item, row) for item in part]
        return None if None in held else frozenset(held)
    if not isinstance(part, dict):
        return part
    if "property" in part:
        value = row[part["property"]]
        if isinstance(value, datetime):
            return value, value
        return frozenset(value) if isinstance(value, tuple) else value
    if "date" in part:
        return day(part["date"])
    if "timestamp" in part:
        return (datetime.fromisoformat(part["timestamp"]),) * 2
    if "interval" in part:
        return interval(part["interval"], row)
    if "bbox" in part:
        return box(part["bbox"])
    if "coordinates" in part:
        return shapely.from_geojson(json.dumps(part))
    return operate(part["op"], part["args"], row)


def day(text: str) -> tuple[datetime, datetime]:
    begin = datetime.combine(date.fromisoformat(text), time(), UTC)
    return begin, begin + timedelta(days=1, microseconds=-1)


def interval(ends: list[Any], row: dict[str, Any]) -> Part:
    told = []
    far = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    for end, none in zip(ends, far, strict=True):
        if end == "..":
            told.append((none, none))
        elif isinstance(end, str):
            told.append(day(end) if len(end) == 10 else (datetime.fromisoformat(end),) * 2)
        else:
            told.append(evaluate(end, row))
    if None in told or told[0][0] > told[1][1]:
        return None
    return told[0][0], told[1][1]


def box(corners: list[float]) -> shapely.Geometry:
    west, south, east, north = corners if len(corners) == 4 else corners[:2] + corners[3:5]
    if (west, south) == (east, north):
        return shapely.Point(west, south)
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.union(
        shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)
    )


def operate(name: str, args: list[Any], row: dict[str, Any]) -> Part:  # noqa: PLR0911 - as above
    if name in ("and", "or"):
        told = [evaluate(arg, row) for arg in args]
        decided = name == "or"
        if decided in told:
            return decided
        return None if None in told else not decided
    if name == "isNull":
        return evaluate(args[0], row) is None
    if name == "in":
        return among(args, row)
    values = [evaluate(arg, row) for arg in args]
    if name == "between":
        return operate("and", [order(">=", *values[:2]), order("<=", values[0], values[2])], row)
    if None in values:
        return None
    spans = any(isinstance(arg, dict) and "interval" in arg for arg in args)
    return simple(name, values, instants=not spans)


def among(args: list[Any], row: dict[str, Any]) -> bool | None:
    value = evaluate(args[0], row)
    told = [order("=", value, evaluate(item, row)) for item in args[1]]
    if True in told:
        return True
    return None if None in told else False


def order(sign: str, one: Part, other: Part) -> bool | None:
    if one is None or other is None:
        return None
    if isinstance(one, tuple):  # moments and days
        if one[1] < other[0]:
            one, other = 0, 1
        elif one[0] > other[1]:
            one, other = 1, 0
        else:
            one, other = 0, 0
    compare = {"=": operator.eq, "<>": operator.ne, "<": operator.lt}
    compare |= {"<=": operator.le, ">": operator.gt, ">=": operator.ge}
    return bool(compare[sign](one, other))


def simple(name: str, values: list[Any], *, instants: bool) -> Part:  # noqa: PLR0911 - as above
    one, other = values[0], values[-1]
    if name in COMPARISON:
        return order(name, one, other)
    if name == "not":
        return not one
    if name == "like":
        return like(one, other)
    if name == "casei":
        return unicodedata.normalize("NFC", one.casefold())
    if name == "accenti":
        return one.replace("é", "e").replace("É", "E")
    if name.startswith("s_"):
        return bool(getattr(one, name[2:])(other))
    if name.startswith("a_"):
        told = {"a_contains": one >= other, "a_containedBy": one <= other}
        return (told | {"a_equals": one == other, "a_overlaps": bool(one & other)})[name]
    if name.startswith("t_"):
        if name == "t_equals" and instants:
            return order("=", one, other)
        return relate(name, one, other)
    return calculate(name, float(one), float(other))


def relate(name: str, one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    (s1, e1), (s2, e2) = one, other
    return bool(
        {
            "t_after": s1 > e2,
            "t_before": e1 < s2,
            "t_disjoint": s1 > e2 or e1 < s2,
            "t_equals": s1 == s2 and e1 == e2,
            "t_intersects": s1 <= e2 and e1 >= s2,
            "t_contains": s1 < s2 and e1 > e2,
            "t_during": s1 > s2 and e1 < e2,
            "t_finishedBy": s1 < s2 and e1 == e2,
            "t_finishes": s1 > s2 and e1 == e2,
            "t_meets": e1 == s2,
            "t_metBy": s1 == e2,
            "t_overlappedBy": s2 < s1 < e2 < e1,
            "t_overlaps": s1 < s2 < e1 < e2,
            "t_startedBy": s1 == s2 and e1 > e2,
            "t_starts": s1 == s2 and e1 < e2,
        }[name]
    )


def calculate(name: str, one: float, other: float) -> float | None:
    try:
        told = {
            "+": lambda: one + other,
            "-": lambda: one - other,
            "*": lambda: one * other,
            "/": lambda: one / other,
            "%": lambda: math.fmod(one, other),
            "div": lambda: float(math.trunc(one / other)),
            "^": lambda: one**other,
        }[name]()
    except (ArithmeticError, ValueError):
        return None
    if isinstance(told, complex) or not math.isfinite(told):
        return None
    return float(told)


@cache
def like(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return like(text, pattern[1:]) or (bool(text) and like(text[1:], pattern))
    if pattern[0] == "\\" and len(pattern) > 1:
        return text[:1] == pattern[1] and like(text[1:], pattern[2:])
    return bool(text) and pattern[0] in ("_", text[0]) and like(text[1:], pattern[1:])


# The same filter in the text language.


def written(part: Part) -> str:  # noqa: PLR0911 - as above
    if isinstance(part, bool):
        return "TRUE" if part else "false"
    if isinstance(part, str):
        return "'" + part.replace("'", "''") + "'"
    if isinstance(part, int | float):
        return repr(part)
    if isinstance(part, list):
        return f"({', '.join(map(written, part))})"
    if "property" in part:
        return f'"{part["property"]}"'
    if "coordinates" in part:
        return str(shapely.to_wkt(shapely.from_geojson(json.dumps(part))))
    if "op" not in part:
        (name, value), *_ = part.items()
        return f"{name.upper()}({', '.join(map(written, value if name in BRACED else [value]))})"
    return f"({operation(part['op'], [written(arg) for arg in part['args']])})"


BRACED = ("bbox", "interval")


def operation(name: str, args: list[str]) -> str:
    if name == "not":
        return f"NOT {args[0]}"
    if name == "isNull":
        return f"{args[0]} IS NULL"
    if name == "between":
        return f"{args[0]} BETWEEN {args[1]} and {args[2]}"
    if name[1:2] == "_" or name in ("casei", "accenti"):
        return f"{name.upper()}({', '.join(args)})"
    return f" {name.upper()} ".join(args)


def features_of(rows: list[Any]) -> tuple[Features, list[dict[str, Any]]]:
    told = [(f"f{number}", shape, values) for number, (shape, values) in enumerate(rows)]
    plain = [
        {"id": name, "geometry": shape, **dict(zip([f.name for f in FIELDS], values, strict=True))}
        for name, shape, values in told
    ]
    return Features.of(FIELDS, told), plain


@settings(max_examples=400)
@given(ROWS, FILTER)
def test_filters_let_through_what_a_slow_evaluator_does(rows: list[Any], wanted: Part) -> None:
    features, plain = features_of(rows)
    text = written(wanted)
    try:
        read = parse_filter(json.dumps(wanted), Language.JSON, FIELDS)
    except WrongUsage as error:
        # What only a whole filter can be: an interval that ends before it begins, lists unlike.
        assert "ends before it begins" in error.what or "too much" in error.what  # noqa: PT017
        assume(False)
    expected = [evaluate(wanted, row) is True for row in plain]
    assert matches(read, features).tolist() == expected
    tree = shapely.STRtree(features.shapes)
    assert matches(read, features, tree).tolist() == expected
    in_text = parse_filter(text, Language.TEXT, FIELDS)
    assert matches(in_text, features).tolist() == expected


def test_an_answer_has_a_row_for_each_feature() -> None:
    features, _ = features_of([(shapely.Point(0, 0), (None,) * 9)] * 3)
    for text, told in (("1 = 1", [True] * 3), ("1 = 2", [False] * 3)):
        answer = matches(parse_filter(text, Language.TEXT, FIELDS), features)
        assert answer.dtype == np.bool_
        assert answer.tolist() == told

"""Whatever is sent as a filter is read or refused; nothing else happens."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.errors import WrongUsage
from geo_service.features.columns import Features, Field, Kind
from geo_service.features.filters.evaluation import matches
from geo_service.features.filters.reading import Language, parse_filter

FIELDS = (
    Field("s", Kind.TEXT, "A text."),
    Field("n", Kind.INTEGER, "A number."),
    Field("f", Kind.FLAG, "A flag."),
    Field("t", Kind.MOMENT, "A moment."),
    Field("l", Kind.TEXTS, "Texts."),
)
FEATURES = Features.of(
    FIELDS,
    [
        ("a", shapely.Point(1, 1), ("x", 1, True, None, ("x",))),
        ("b", shapely.box(0, 0, 1, 1), (None,) * 5),
    ],
)
# fmt: off
WORDS = [
    "s", "n", "f", "t", "l", "id", "geometry", "x", "AND", "OR", "NOT", "IS", "NULL", "LIKE",
    "BETWEEN", "IN", "TRUE", "FALSE", "(", ")", "(", ")", ",", "=", "<>", "<", ">=", "+", "-",
    "*", "/", "%", "DIV", "^", "'x'", "''", "'it''s'", "'%_'", "'..'", "'2026-03-01'",
    "'2026-03-01T00:00:00Z'", "1", "2.5", "1e400", ".5", '"s"', "casei(", "accenti(", "date(",
    "timestamp(", "interval(", "bbox(", "S_INTERSECTS(", "s_equals(", "T_AFTER(", "t_during(",
    "A_CONTAINS(", "a_equals(", "foo(", "POINT(1 1)", "POINT(1)", "POLYGON((0 0,1 0,1 1,0 0))",
    "GEOMETRYCOLLECTION(POINT(1 1))", "EMPTY", "'", '"', "\\", ";", "\0",
]
# fmt: on
SOUP = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join) | st.text(max_size=20)

OPS = ["and", "or", "not", "=", "<", "like", "between", "in", "isNull", "+", "div", "casei"]
OPS += ["s_within", "t_after", "t_meets", "a_equals", "list", "interval", "and ", ""]
MEMBERS = ["op", "args", "property", "date", "timestamp", "interval", "bbox", "type", "coordinates"]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from([*OPS, "..", "2026-03-01", "Point", "Polygon", "GeometryCollection"]),
    st.sampled_from(["s", "n", "f", "t", "l", "id", "geometry"]).map(
        lambda name: {"property": name}
    ),
    st.just({"type": "Point", "coordinates": [1, 1]}),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3),
        st.builds(
            lambda op, args: {"op": op, "args": args},
            st.sampled_from(OPS),
            st.lists(inner, max_size=3),
        ),
    ),
    max_leaves=12,
)


def read_or_refuse(text: str, language: Language) -> None:
    try:
        wanted = parse_filter(text, language, FIELDS)
    except WrongUsage:
        return
    assert matches(wanted, FEATURES).shape == (2,)


@settings(max_examples=500)
@given(SOUP)
def test_text_is_read_or_refused(text: str) -> None:
    read_or_refuse(text, Language.TEXT)


@settings(max_examples=500)
@given(JSON)
def test_json_is_read_or_refused(written: Any) -> None:  # noqa: ANN401 - whatever JSON has
    read_or_refuse(json.dumps(written), Language.JSON)


@given(st.text(alphabet='{}[]",:1truefalsn\\u ', max_size=30))
def test_what_is_hardly_json_is_read_or_refused(text: str) -> None:
    read_or_refuse(text, Language.JSON)


def test_many_threads_may_read_filters() -> None:
    texts = [f"n > {number} OR s LIKE 'a{number}%'" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: parse_filter(text, Language.TEXT, FIELDS), texts))
    assert together == [parse_filter(text, Language.TEXT, FIELDS) for text in texts]

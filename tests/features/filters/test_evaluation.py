"""What filters of every part of CQL2 let through, told by hand."""

from datetime import UTC, datetime

import numpy as np
import pytest
import shapely

from geo_service.features.columns import Column, Features, Field, Kind
from geo_service.features.filters.evaluation import matches
from geo_service.features.filters.reading import Language, parse_filter

FIELDS = (
    Field("name", Kind.TEXT, "What people call it."),
    Field("passes", Kind.INTEGER, "How many."),
    Field("rate", Kind.NUMBER, "How often."),
    Field("approved", Kind.FLAG, "Whether."),
    Field("opened", Kind.MOMENT, "Since when."),
    Field("closed", Kind.MOMENT, "Until when."),
    Field("amenities", Kind.TEXTS, "What it has."),
    Field("date", Kind.TEXT, "Named as a function is."),
)


def march(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


FEATURES = Features.of(
    FIELDS,
    [
        (
            "a",
            shapely.Point(112.1, 32.1),
            ("Rest Station", 5, 0.5, True, march(1, 8), march(3), ("seat", "water"), "x"),
        ),
        (
            "b",
            shapely.box(112.0, 32.0, 112.2, 32.2),
            ("Étape", 0, 2.0, False, march(2), march(2, 12), (), "y"),
        ),
        (
            "c",
            shapely.LineString([(112.15, 32.1), (112.3, 32.1)]),
            ("休息站_50%", 7, None, None, march(5), None, ("water",), None),
        ),
        ("d", shapely.Point(-179.5, 0), (None,) * 8),
    ],
)

TOLD = [
    # basic
    ("passes = 5", "a"),
    ("passes <> 5", "bc"),
    ("NOT passes = 5", "bc"),
    ("passes > 0 AND rate < 1", "a"),
    ("passes > 6 OR rate > 1", "bc"),
    ("rate IS NULL", "cd"),
    ("rate IS NOT NULL", "ab"),
    ("approved", "a"),
    ("NOT approved", "b"),
    ("approved = FALSE", "b"),
    ("approved IS NULL", "cd"),
    ("name < 'S'", "a"),
    ("\"date\" = 'x'", "a"),
    ("id >= 'c'", "cd"),
    ("geometry IS NOT NULL", "abcd"),
    ("TRUE", "abcd"),
    ("FALSE OR rate = 2.0", "b"),
    ("approved OR rate IS NULL", "acd"),
    ("opened = DATE('2026-03-01')", "a"),
    ("opened > DATE('2026-03-01')", "bc"),
    ("opened <= DATE('2026-03-02')", "ab"),
    ("opened = TIMESTAMP('2026-03-01T16:00:00+08:00')", "a"),
    ("opened <> DATE('2026-03-02')", "ac"),
    # advanced comparison
    ("name LIKE 'Rest%'", "a"),
    ("name NOT LIKE 'Rest%'", "bc"),
    (r"name LIKE '___\_%\%'", "c"),
    ("passes BETWEEN 5 AND 7", "ac"),
    ("passes NOT BETWEEN 5 AND 7", "b"),
    ("passes IN (0, 7)", "bc"),
    ("passes NOT IN (0, 7)", "a"),
    ("name IN ('Étape', 'nobody')", "b"),
    ("opened IN (DATE('2026-03-02'), DATE('2026-03-05'))", "bc"),
    # case and accents
    ("CASEI(name) = CASEI('rest STATION')", "a"),
    ("CASEI(name) LIKE casei('ÉT%')", "b"),
    ("ACCENTI(name) = 'Etape'", "b"),
    ("ACCENTI(CASEI(name)) IN (ACCENTI(CASEI('ÉTAPE')))", "b"),
    # spatial
    ("S_INTERSECTS(geometry, POINT(112.1 32.1))", "ab"),
    ("S_INTERSECTS(geometry, BBOX(112.05, 32.05, 112.12, 32.15))", "ab"),
    ("S_INTERSECTS(geometry, BBOX(112.05, 32.05, 0, 112.12, 32.15, 9))", "ab"),
    ("S_INTERSECTS(geometry, BBOX(179, -1, -179, 1))", "d"),
    ("S_INTERSECTS(geometry, LINESTRING(112.25 32, 112.25 33))", "c"),
    ("S_DISJOINT(geometry, POINT(112.1 32.1))", "cd"),
    ("S_WITHIN(geometry, POLYGON((112 32, 112.2 32, 112.2 32.2, 112 32.2, 112 32)))", "ab"),
    ("S_CONTAINS(geometry, POINT(112.15 32.15))", "b"),
    ("S_EQUALS(geometry, MULTIPOINT((112.1 32.1)))", "a"),
    ("S_TOUCHES(geometry, POINT(112.15 32.1))", "c"),
    ("S_CROSSES(geometry, MULTIPOLYGON(((112.2 32,112.25 32,112.25 33,112.2 33,112.2 32))))", "c"),
    ("S_OVERLAPS(geometry, BBOX(112.1, 32.1, 113, 33))", "b"),
    ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(112.1 32.1), POINT(-179.5 0)))", "abd"),
    ("S_INTERSECTS(geometry, MULTILINESTRING((112.1 32,112.1 33),(0 0,1 1)))", "ab"),
    ("S_CONTAINS(BBOX(112, 32, 112.2, 32.2), geometry)", "ab"),
    ("S_EQUALS(geometry, geometry)", "abcd"),
    # temporal
    ("T_AFTER(opened, DATE('2026-03-02'))", "c"),
    ("T_BEFORE(opened, TIMESTAMP('2026-03-02T00:00:00Z'))", "a"),
    ("T_EQUALS(opened, TIMESTAMP('2026-03-02T00:00:00Z'))", "b"),
    ("T_EQUALS(opened, DATE('2026-03-01'))", "a"),
    ("T_INTERSECTS(opened, INTERVAL('2026-03-01', '2026-03-02'))", "ab"),
    ("T_DISJOINT(opened, INTERVAL('2026-03-02', '..'))", "a"),
    ("T_INTERSECTS(INTERVAL(opened, closed), INTERVAL('..', '2026-03-01'))", "a"),
    ("T_INTERSECTS(INTERVAL(opened, '..'), INTERVAL('2026-03-04', '..'))", "abc"),
    ("T_DURING(INTERVAL(opened, closed), INTERVAL('2026-03-01', '2026-03-03'))", "ab"),
    ("T_CONTAINS(INTERVAL(opened, closed), INTERVAL('2026-03-02', '2026-03-02'))", "a"),
    ("T_STARTS(INTERVAL(opened, closed), INTERVAL('2026-03-02T00:00:00Z', '..'))", "b"),
    ("T_STARTEDBY(INTERVAL(opened, '..'), INTERVAL('2026-03-02T00:00:00Z', closed))", "b"),
    ("T_FINISHES(INTERVAL(opened, closed), INTERVAL('..', '2026-03-03T00:00:00Z'))", "a"),
    ("T_FINISHEDBY(INTERVAL('..', closed), INTERVAL(opened, '2026-03-03T00:00:00Z'))", "a"),
    ("T_MEETS(INTERVAL(opened, closed), INTERVAL('2026-03-03T00:00:00Z', '..'))", "a"),
    ("T_METBY(INTERVAL(opened, closed), INTERVAL('..', '2026-03-02T00:00:00Z'))", "b"),
    ("T_OVERLAPS(INTERVAL(opened, closed), INTERVAL('2026-03-02', '2026-03-04'))", "a"),
    ("T_OVERLAPPEDBY(INTERVAL(opened, closed), INTERVAL('..', '2026-03-01'))", "a"),
    ("T_INTERSECTS(opened, INTERVAL('2026-03-01T05:00:00Z', '2026-03-01'))", "a"),
    ("INTERVAL(opened, closed) IS NULL", "cd"),
    ("INTERVAL(closed, opened) IS NULL", "abcd"),
    # lists
    ("A_CONTAINS(amenities, ('water'))", "ac"),
    ("A_CONTAINS(amenities, ())", "abc"),
    ("A_CONTAINEDBY(amenities, ('water', 'toilet'))", "bc"),
    ("A_EQUALS(amenities, ('water', 'seat', 'seat'))", "a"),
    ("A_EQUALS((), amenities)", "b"),
    ("A_OVERLAPS(amenities, ('seat', 'toilet'))", "a"),
    ("NOT A_OVERLAPS(amenities, ('seat', 'toilet'))", "bc"),
    ("A_EQUALS(amenities, amenities)", "abc"),
    ("A_CONTAINS((id, 'b'), ('a'))", "a"),
    ("A_EQUALS((1, 2), (2, 1, 1))", "abcd"),
    ("A_CONTAINS((name, 'x'), ('x'))", "abc"),
    ("A_CONTAINS((rate, 1), (1))", "ab"),
    ("A_CONTAINS((opened, DATE('2026-03-09')), (DATE('2026-03-09')))", "abc"),
    ("A_EQUALS((approved), (TRUE))", "a"),
    ("A_EQUALS(amenities, (amenities))", "abc"),
    ("A_EQUALS((('seat')), ('seat'))", "abcd"),
    ("A_CONTAINS((passes, 1), (5))", "a"),
    ("amenities IS NULL", "d"),
    # properties on both sides, arithmetic
    ("rate < passes", "a"),
    ("5 = passes", "a"),
    ("name = name", "abc"),
    ("closed > opened", "ab"),
    ("passes * 2 + 1 = 11", "a"),
    ("passes - 5 > rate", ""),
    ("10 / passes = 2", "a"),
    ("NOT 10 / passes = 2", "c"),
    ("10 / passes IS NULL", "bd"),
    ("passes % 2 = 1", "ac"),
    ("passes div 2 = 2", "a"),
    ("rate ^ 2 = 4", "b"),
    ("-passes < -5", "c"),
    ("passes BETWEEN rate AND 2 * 3", "a"),
]


@pytest.mark.parametrize(("text", "ids"), TOLD)
def test_filters_let_through_what_they_say(text: str, ids: str) -> None:
    wanted = parse_filter(text, Language.TEXT, FIELDS)
    for tree in (None, shapely.STRtree(FEATURES.shapes)):
        assert "".join(FEATURES.ids[matches(wanted, FEATURES, tree)]) == ids


def test_whole_numbers_are_compared_exactly() -> None:
    fields = (Field("n", Kind.INTEGER, "A number."),)
    features = Features.of(fields, [("a", shapely.Point(0, 0), (2**53 + 1,))])
    for text, told in (("n = 9007199254740993", True), ("n = 9007199254740992", False)):
        assert matches(parse_filter(text, Language.TEXT, fields), features).tolist() == [told]


def test_numbers_beyond_64_bits_are_compared_too() -> None:
    for text, told in ((f"passes < {2**70}", "abc"), (f"passes > -{2**70}", "abc")):
        wanted = parse_filter(text, Language.TEXT, FIELDS)
        assert "".join(FEATURES.ids[matches(wanted, FEATURES)]) == told
    written = f'{{"op": "<", "args": [{{"property": "passes"}}, {2**70}]}}'
    wanted = parse_filter(written, Language.JSON, FIELDS)
    assert "".join(FEATURES.ids[matches(wanted, FEATURES)]) == "abc"


def test_geojson_may_tell_its_box() -> None:
    point = '{"type": "Point", "coordinates": [112.1, 32.1], "bbox": [0, 0, 1, 1]}'
    written = f'{{"op": "s_intersects", "args": [{{"property": "geometry"}}, {point}]}}'
    wanted = parse_filter(written, Language.JSON, FIELDS)
    assert "".join(FEATURES.ids[matches(wanted, FEATURES)]) == "ab"


def test_a_collection_without_features_has_nothing_to_let_through() -> None:
    nothing = Features.of(FIELDS, [])
    for text, _ in TOLD:
        assert matches(parse_filter(text, Language.TEXT, FIELDS), nothing).tolist() == []


def test_the_answer_is_the_caller_s_own() -> None:
    flag = Column.of(Kind.FLAG, [True])
    fields = (Field("f", Kind.FLAG, "A flag."),)
    shapes = np.array([shapely.Point(0, 0)], np.object_)
    features = Features(np.array(["a"], np.object_), shapes, fields, {"f": flag})
    matches(parse_filter("f", Language.TEXT, fields), features)[0] = False
    assert flag.values[0]

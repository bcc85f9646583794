import pytest

from geo_service.features.columns import Field, Kind
from geo_service.features.filters.conformance import CONFORMS
from geo_service.features.filters.reading import Language, parse_filter

FIELDS = (
    Field("s", Kind.TEXT, "A text."),
    Field("n", Kind.NUMBER, "A number."),
    Field("t", Kind.MOMENT, "A moment."),
    Field("u", Kind.MOMENT, "Another."),
    Field("l", Kind.TEXTS, "Texts."),
)

ONE_OF_EACH = {
    "accent-insensitive-comparison": "ACCENTI(s) = ACCENTI('débárquér')",
    "advanced-comparison-operators": "s LIKE 'B_r%' AND n NOT BETWEEN 1 AND 2 AND n IN (1, 2)",
    "arithmetic": "n > 1038290 - 21 div 10 * 2 ^ 0 + 5 % 2 / 1",
    "array-functions": "A_CONTAINEDBY(l, ('a')) OR A_CONTAINS(l, ('a', 'b'))",
    "basic-cql2": "(NOT s = 'x' AND n <= 1) OR (t > DATE('2022-04-16') and s IS NULL)",
    "basic-spatial-functions": "S_INTERSECTS(geometry, BBOX(150,-90,-150,90))",
    "basic-spatial-functions-plus": "S_INTERSECTS(geometry, POLYGON((0 0,90 0,90 40,0 0)))",
    "case-insensitive-comparison": "CASEI(s) IN (CASEI('Οδος'), CASEI('Straße'))",
    "cql2-text": "TRUE",
    "property-property": "u > t AND 1 = 1 AND 'x' <> s",
    "spatial-functions": "S_CROSSES(geometry, LINESTRING(0 0,1 1))",
    "temporal-functions": "T_DURING(INTERVAL(t, u), INTERVAL('2021-01-01', '2021-12-31'))",
}


@pytest.mark.parametrize("uri", CONFORMS)
def test_each_class_that_is_claimed_can_be_asked(uri: str) -> None:
    base, name = uri.rsplit("/", 1)
    assert base == "http://www.opengis.net/spec/cql2/1.0/conf"
    if name == "cql2-json":
        parse_filter('{"op": "isNull", "args": [{"property": "s"}]}', Language.JSON, FIELDS)
    else:
        parse_filter(ONE_OF_EACH[name], Language.TEXT, FIELDS)


def test_nothing_is_claimed_twice() -> None:
    assert len(set(CONFORMS)) == len(CONFORMS) == len(ONE_OF_EACH) + 1

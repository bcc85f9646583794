import pytest

from geo_service.errors import WrongUsage
from geo_service.features.filters.grammar import read_text
from geo_service.features.filters.written import Group, WellKnownText, Written

A, B = {"property": "a"}, {"property": "b"}


def op(name: str, *args: Written) -> Written:
    return {"op": name, "args": [*args]}


READ = [
    ("a = 1", op("=", A, 1)),
    ("a<>-1.5e3", op("<>", A, -1500.0)),
    ("a >= +5", op(">=", A, 5)),
    ("a < .5", op("<", A, 0.5)),
    ("a = 1.", op("=", A, 1.0)),
    ("a = 9007199254740993", op("=", A, 9007199254740993)),
    ("a = 12345678901234567890", op("=", A, 12345678901234567890.0)),
    ("'it''s' = a", op("=", "it's", A)),
    (r"a = 'it\'s'", op("=", A, "it's")),
    (r"a = '\\' AND b = ''", op("and", op("=", A, "\\\\"), op("=", B, ""))),
    ("a = '站\n'", op("=", A, "站\n")),
    ('"a" = "and b"', op("=", A, {"property": "and b"})),
    ("站:x.1 = a", op("=", {"property": "站:x.1"}, A)),
    (
        "android = 1 oR notable",
        op("or", op("=", {"property": "android"}, 1), {"property": "notable"}),
    ),
    ("a", A),
    ("not a", op("not", A)),
    ("NOT(a)AND(b)", op("and", op("not", Group(A)), Group(B))),
    ("'x'like'y'or b in(1)", op("or", op("like", "x", "y"), op("in", B, [1]))),
    ("true:a AND nota", op("and", {"property": "true:a"}, {"property": "nota"})),
    ("TRUE and False", op("and", True, False)),
    ("a AND b AND a", op("and", A, B, A)),
    ("a OR b AND NOT a", op("or", A, op("and", B, op("not", A)))),
    ("(a OR b) AND a", op("and", Group(op("or", A, B)), A)),
    ("a IS NULL", op("isNull", A)),
    ("a is not null", op("not", op("isNull", A))),
    ("NOT a IS NULL", op("not", op("isNull", A))),
    ("a LIKE 'x%'", op("like", A, "x%")),
    ("a NOT LIKE casei('x')", op("not", op("like", A, op("casei", "x")))),
    ("a BETWEEN 1 AND 2 AND b", op("and", op("between", A, 1, 2), B)),
    ("a NOT BETWEEN 1 AND 2", op("not", op("between", A, 1, 2))),
    ("a IN (1, 'x')", op("in", A, [1, "x"])),
    ("a NOT IN (b)", op("not", op("in", A, [B]))),
    ("a = 1 + 2 * 3 ^ 2", op("=", A, op("+", 1, op("*", 2, op("^", 3, 2))))),
    ("a = 1 - 2 - 3", op("=", A, op("-", op("-", 1, 2), 3))),
    ("a = 8 DIV 4 % 2 / 1", op("=", A, op("/", op("%", op("div", 8, 4), 2), 1))),
    ("a = -b", op("=", A, op("*", -1, B))),
    ("a = -2 ^ 2", op("=", A, op("^", -2, 2))),
    ("a = DATE('2026-03-01')", op("=", A, {"date": "2026-03-01"})),
    ("a = timestamp('x')", op("=", A, {"timestamp": "x"})),
    ("T_AFTER(a, INTERVAL('..', b))", op("t_after", A, {"interval": ["..", B]})),
    ("f(BBOX(1,2,-3,4))", op("f", {"bbox": [1, 2, -3, 4]})),
    ("f(Point Z (1 2 3))", op("f", WellKnownText("Point Z (1 2 3)"))),
    ("f(point, polygon(a))", op("f", {"property": "point"}, op("polygon", A))),
    (
        "f(MULTIPOLYGON(((0 0,1e1 0,1 -.5,0 0)),((5 5,6 5,6 6,5 5))))",
        op("f", WellKnownText("MULTIPOLYGON(((0 0,1e1 0,1 -.5,0 0)),((5 5,6 5,6 6,5 5)))")),
    ),
    (
        "f(GEOMETRYCOLLECTION(POINT(0 0), LINESTRING(0 0,1 1)))",
        op("f", WellKnownText("GEOMETRYCOLLECTION(POINT(0 0), LINESTRING(0 0,1 1))")),
    ),
    ("f((), (a), (a, ('x')))", op("f", [], Group(A), [A, Group("x")])),
    ("f()", op("f")),
]


@pytest.mark.parametrize(("text", "written"), READ)
def test_text_is_read_into_the_shape_of_json(text: str, written: Written) -> None:
    assert read_text(text) == written


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "to its end"),
        ("a =", "to its end"),
        ("(a = 1", "to its end"),
        ("a = 1 AND", "to its end"),
        ("a == 1", "character 4"),
        ("a = 1)", "character 6"),
        ("a = 'x", "character 5"),
        ("a = 1\nAND b != 2", "line 2, character 7"),
        ("a = 1 = 1", "character 7"),
        ("a IN ()", "character 7"),
        ("a = --1", "character 6"),
        ("f(POLYGON EMPTY)", "character 11"),
        ("f(1,)", "character 5"),
        ("a = 1 ORb", "character 7"),
        ("a IS NULLa", "character 6"),
        ("a = 4 div2", "character 7"),
        ("a; DROP TABLE b", "character 2"),
    ],
)
def test_what_can_t_be_read_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(WrongUsage, match="can't be read") as caught:
        read_text(text)
    assert place in caught.value.what
    assert caught.value.where == "filter"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "((((1,2)" * 1_200,
        "f(" * 5_000,
        "POINT(" * 1_600,
        "f(GEOMETRYCOLLECTION(" + "POINT(1 1)," * 900,
        "f(MULTIPOLYGON(" + "((1 1,2 2)," * 900,
        "'" * 9_999,
        "'\\" * 5_000,
        '"' * 9_999,
        "a=" * 5_000,
        "a=-(" * 2_500,
        "NOT(a=1 AND " * 800,
        "a BETWEEN " * 1_000,
        "1e" * 5_000,
    ],
)
def test_what_begins_ten_thousand_times_and_never_ends_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="can't be read"):
        read_text(text)

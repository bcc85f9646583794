"""Each class of requirements of CQL2 (21-065r2) that is claimed, asked over HTTP.

What filters mean is told by hand in ``tests/features``; here each class is looked at from
outside, as text and as JSON, by ``/req/CLASS/...`` of the standard.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest

FACILITIES = "facilities"
ISSUES = "issues"
PROPERTY: Callable[[str], dict[str, str]] = lambda name: {"property": name}  # noqa: E731
SQUARE = [[112.13, 32.03], [112.137, 32.03], [112.137, 32.037], [112.13, 32.037], [112.13, 32.03]]
WKT = "POLYGON((112.13 32.03, 112.137 32.03, 112.137 32.037, 112.13 32.037, 112.13 32.03))"
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}
CABINETS = ["cabinet-fresh", "cabinet-stale"]
STATIONS = ["station", "station-night"]


class Case(NamedTuple):
    """A requirement, a filter in both writings, and what it lets through."""

    requirement: str
    collection: str
    text: str
    tree: Any
    wanted: list[str]


def op(name: str, *args: object) -> dict[str, Any]:
    return {"op": name, "args": list(args)}


CASES = [
    Case(
        "basic-cql2/cql2-filter", FACILITIES,
        "kind = 'charging_cabinet' AND NOT (id = 'cabinet-fresh' OR id = 'window')",
        op("and", op("=", PROPERTY("kind"), "charging_cabinet"),
           op("not", op("or", op("=", PROPERTY("id"), "cabinet-fresh"),
                        op("=", PROPERTY("id"), "window")))),
        ["cabinet-stale"],
    ),
    Case("basic-cql2/property", FACILITIES, "\"name_en\" = 'Station'",
         op("=", PROPERTY("name_en"), "Station"), ["station"]),
    Case("basic-cql2/binary-comparison-predicate", FACILITIES, "charged >= 2 AND empty < 4",
         op("and", op(">=", PROPERTY("charged"), 2), op("<", PROPERTY("empty"), 4)), CABINETS),
    Case("basic-cql2/binary-comparison-predicate", FACILITIES, "out_of_order = false",
         op("=", PROPERTY("out_of_order"), False), CABINETS),
    Case("basic-cql2/binary-comparison-predicate", ISSUES,
         "reported_at <= TIMESTAMP('2026-09-20T00:00:00Z') AND id > 'issue-2'",
         op("and", op("<=", PROPERTY("reported_at"), {"timestamp": "2026-09-20T00:00:00Z"}),
            op(">", PROPERTY("id"), "issue-2")), ["issue-3", "issue-4"]),
    Case("basic-cql2/null-predicate", FACILITIES, "charged IS NOT NULL",
         op("not", op("isNull", PROPERTY("charged"))), CABINETS),
    Case("advanced-comparison-operators/like-predicate", FACILITIES, "name LIKE '_柜'",
         op("like", PROPERTY("name"), "_柜"), ["cabinet-stale"]),
    Case("advanced-comparison-operators/between-predicate", FACILITIES, "empty BETWEEN 3 AND 3",
         op("between", PROPERTY("empty"), 3, 3), CABINETS),
    Case("advanced-comparison-operators/in-predicate", FACILITIES, "name IN ('夜站', '旧柜')",
         op("in", PROPERTY("name"), ["夜站", "旧柜"]), ["cabinet-stale", "station-night"]),
    Case("case-insensitive-comparison/casei-builtin-function", FACILITIES,
         "CASEI(name_en) = CASEI('sTATION')",
         op("=", op("casei", PROPERTY("name_en")), op("casei", "sTATION")), ["station"]),
    Case("accent-insensitive-comparison/accenti-builtin-function", FACILITIES,
         "ACCENTI(name_en) = ACCENTI('Státîon')",
         op("=", op("accenti", PROPERTY("name_en")), op("accenti", "Státîon")), ["station"]),
    Case("arithmetic/arithmetic", FACILITIES, "charged * 2 + 1 = 10 / 2",
         op("=", op("+", op("*", PROPERTY("charged"), 2), 1), op("/", 10, 2)), CABINETS),
    Case("property-property/withdraw-permissions", FACILITIES, "charged < empty",
         op("<", PROPERTY("charged"), PROPERTY("empty")), CABINETS),
    Case("array-functions/array-predicates", FACILITIES,
         "A_CONTAINS(amenities, ('drinking_water', 'microwave'))",
         op("a_contains", PROPERTY("amenities"), ["drinking_water", "microwave"]), ["station"]),
    Case("basic-spatial-functions/spatial-predicate", FACILITIES,
         "S_INTERSECTS(geometry, POINT(112.134 32.034))",
         op("s_intersects", PROPERTY("geometry"),
            {"type": "Point", "coordinates": [112.134, 32.034]}), ["cabinet-fresh"]),
    Case("basic-spatial-functions/spatial-predicate", FACILITIES,
         "S_INTERSECTS(geometry, BBOX(112.13,32.03,112.137,32.037))",
         op("s_intersects", PROPERTY("geometry"), {"bbox": [112.13, 32.03, 112.137, 32.037]}),
         CABINETS),
    Case("basic-spatial-functions-plus/spatial-data-types", FACILITIES,
         f"S_INTERSECTS(geometry, {WKT})", op("s_intersects", PROPERTY("geometry"), POLYGON),
         CABINETS),
    Case("spatial-functions/spatial-functions", FACILITIES, f"S_WITHIN(geometry, {WKT})",
         op("s_within", PROPERTY("geometry"), POLYGON), CABINETS),
    Case("spatial-functions/spatial-functions", FACILITIES, f"S_DISJOINT(geometry, {WKT})",
         op("s_disjoint", PROPERTY("geometry"), POLYGON), ["station", "station-night", "window"]),
    Case("temporal-functions/temporal-functions", ISSUES,
         "T_AFTER(reported_at, DATE('2026-09-19')) AND T_BEFORE(reported_at, DATE('2026-09-21'))",
         op("and", op("t_after", PROPERTY("reported_at"), {"date": "2026-09-19"}),
            op("t_before", PROPERTY("reported_at"), {"date": "2026-09-21"})),
         ["issue-1", "issue-2", "issue-3", "issue-4"]),
    Case("temporal-functions/temporal-functions", ISSUES,
         "T_INTERSECTS(reported_at, INTERVAL('2026-09-20T00:00:01Z', '..'))",
         op("t_intersects", PROPERTY("reported_at"), {"interval": ["2026-09-20T00:00:01Z", ".."]}),
         []),
    Case("cql2-text/escaping", FACILITIES, "name = '''quoted'''",
         op("=", PROPERTY("name"), "'quoted'"), []),
    Case("cql2-json/basic-cql2", FACILITIES, "kind = 'rest_station'",
         op("=", PROPERTY("kind"), "rest_station"), STATIONS),
]  # fmt: skip


def found(door: httpx.Client, collection: str, **params: str) -> list[str]:
    told = {name.replace("_", "-"): text for name, text in params.items()}
    answer = door.get(f"/ogc/collections/{collection}/items", params=told)
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.requirement)
def test_req_cql2(city_door: httpx.Client, case: Case) -> None:
    assert found(city_door, case.collection, filter=case.text) == case.wanted
    tree = json.dumps(case.tree, ensure_ascii=False)
    assert found(city_door, case.collection, filter=tree, filter_lang="cql2-json") == case.wanted


def test_every_claimed_class_of_cql2_is_asked(city_door: httpx.Client) -> None:
    told = city_door.get("/ogc/conformance").json()["conformsTo"]
    claimed = {one.rpartition("/")[2] for one in told if "/spec/cql2/" in one}
    assert {case.requirement.partition("/")[0] for case in CASES} == claimed

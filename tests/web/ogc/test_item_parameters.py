from datetime import UTC, datetime

import pytest

from geo_service.features.columns import Field, Kind, microseconds
from geo_service.features.cursor import write_cursor
from geo_service.features.filters.reading import Language
from geo_service.features.order import After, By
from geo_service.flows.collections.catalogue import COLLECTIONS
from geo_service.geometry.reference_systems import CRS84, EPSG, WGS84, reference_systems
from geo_service.web.ogc.item_parameters import (
    FIXED,
    LARGEST_LIMIT,
    USUAL_LIMIT,
    ItemQuestion,
    read_item_question,
    read_one_question,
)
from geo_service.web.problems import BadParameters

FIELDS = (
    Field("kind", Kind.TEXT, "What."),
    Field("n", Kind.INTEGER, "How many."),
    Field("x", Kind.NUMBER, "How much."),
    Field("open", Kind.FLAG, "Whether."),
    Field("at", Kind.MOMENT, "When."),
    Field("amenities", Kind.TEXTS, "Which."),
)
SYSTEMS = reference_systems(112.14, 32.04)
NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


def read(*pairs: tuple[str, str]) -> ItemQuestion:
    return read_item_question(pairs, FIELDS, SYSTEMS)


def faults(*pairs: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(BadParameters) as refused:
        read(*pairs)
    return {fault.field: fault.detail for fault in refused.value.faults}


def test_nothing_said_is_the_usual_question() -> None:
    question = read()
    assert question.selection.limit == USUAL_LIMIT
    assert (question.system, question.names, question.filter) == (WGS84, None, None)
    assert (question.selection.box, question.selection.order) == (None, ())


def test_everything_can_be_said() -> None:
    question = read(
        ("limit", "7"),
        ("bbox", "32,112,33,113"),
        ("bbox-crs", f"{EPSG}4326"),
        ("crs", f"<{EPSG}3857>"),
        ("datetime", "2026-02-03T12:00:00Z/.."),
        ("sortby", "-n,kind"),
        ("properties", "kind,at"),
        ("filter", "n = 3"),
        ("filter-lang", "cql2-text"),
        ("filter-crs", CRS84),
        ("cursor", write_cursor(After((3, "a"), "f"))),
        ("f", "json"),
        ("kind", "water point"),
        ("n", "3"),
        ("x", "-0.5"),
        ("open", "true"),
        ("at", "2026-02-03T12:00:00Z"),
        ("amenities", "wifi"),
        ("id", "osm/node/1"),
    )
    selection = question.selection
    assert selection.box == (112, 32, 113, 33)
    assert (selection.since_us, selection.until_us) == (microseconds(NOON), None)
    assert selection.order == (By("n", descending=True), By("kind"))
    assert selection.after == After((3, "a"), "f")
    assert (selection.limit, question.system.code) == (7, 3857)
    assert question.names == ("kind", "at")
    assert (question.filter, question.filter_language) == ("n = 3", Language.TEXT)
    assert dict(selection.equal) == {
        "kind": "water point", "n": 3, "x": -0.5, "open": True, "at": NOON, "amenities": "wifi",
        "id": "osm/node/1",
    }  # fmt: skip


def test_more_than_the_most_is_the_most() -> None:
    assert read(("limit", "999999")).selection.limit == LARGEST_LIMIT


@pytest.mark.parametrize(
    ("text", "order"),
    [("id", ()), ("-id", (By("id", descending=True),)), ("+n", (By("n"),)), (" n", (By("n"),))],
)
def test_the_order_is_read(text: str, order: tuple[By, ...]) -> None:
    assert read(("sortby", text)).selection.order == order


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("limit", "0", "1 or more"),
        ("limit", "1.5", "whole number"),
        ("limit", "", "whole number"),
        ("bbox", "1,2,3", "four numbers"),
        ("bbox-crs", "EPSG:4326", "one of"),
        ("crs", f"{EPSG}9999", "one of"),
        ("datetime", "today", "ISO 8601"),
        ("sortby", "none", "queryables"),
        ("sortby", "amenities", "queryables"),
        ("sortby", "n,-n", "once"),
        ("sortby", "", "queryables"),
        ("properties", "kind,none", "names of properties"),
        ("filter-lang", "sql", "cql2-text, cql2-json"),
        ("filter-crs", "x", "one of"),
        ("cursor", "x", "It"),
        ("f", "xml", "json, html"),
        ("n", "many", "whole number"),
        ("x", "NaN", "decimal number"),
        ("open", "yes", "true or false"),
        ("at", "2026-02-03T12:00:00", "time zone"),
        ("colour", "red", "There is no such parameter"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(name: str, text: str, words: str) -> None:
    told = faults((name, text))
    assert list(told) == [name]
    assert words in told[name]


def test_everything_wrong_is_told_at_once() -> None:
    assert faults(("limit", "x"), ("bbox", "y"), ("z", "")).keys() == {"limit", "bbox", "z"}
    assert "more than once" in faults(("limit", "1"), ("limit", "2"))["limit"]
    assert len(faults(*((f"p{number}", "") for number in range(100)))) == 20
    assert max(map(len, faults(("x" * 999, "")))) == 64


def test_one_feature_is_asked_for_in_a_system_only() -> None:
    assert read_one_question([("crs", f"{EPSG}4326"), ("f", "html")], SYSTEMS).code == 4326
    assert read_one_question([], SYSTEMS) is WGS84
    with pytest.raises(BadParameters) as refused:
        read_one_question([("limit", "1"), ("f", "x"), ("crs", "y")], SYSTEMS)
    assert {fault.field for fault in refused.value.faults} == {"limit", "f", "crs"}


def test_no_field_of_a_collection_is_called_like_a_parameter() -> None:
    for collection in COLLECTIONS.values():
        assert not {field.name for field in collection.fields} & {*FIXED, "id", "geometry"}

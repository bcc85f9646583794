import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.facility import Facility, Service, State
from geo_service.export.features import facility_feature
from geo_service.geometry.datum import Datum, convert
from geo_service.geometry.extent import Extent
from geo_service.ingest.facilities import parse_facilities, read_facilities
from geo_service.ingest.facility_feature import (
    MUST_BE,
    STATE,
    Reading,
    RefusedFields,
    parse_facility,
)
from geo_service.ingest.files.geojson import parse_geojson

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
HERE = [112.14, 32.04]
READING = Reading(Datum.WGS84, None, NOW, 300.0)
NEAR = Reading(Datum.WGS84, Extent(112.13, 32.03, 112.15, 32.05), NOW, 300.0)

SOUND: dict[str, list[object]] = {
    "kind": ["rest_station", "k9"],
    "name": ["驿站", "", None, 12],
    "opening_hours": ["24/7", "Mo-Su 08:00-22:00", "", None],
    "amenities": [["tea", "hot water"], "tea;sofa", [], None],
    "services": [["swap"], "charge,swap", "", None],
    "voltage": [60, "60 V", {"a": [1]}, None],
}
SOUND_STATE: dict[str, list[object]] = {
    "observed_at": ["2026-11-18T03:00:00Z", 1794000000, "1794000000.5"],
    "charged": [0, 5, "7", None, ""],
    "empty": [3.0, None],
    "free": [100_000, None],
    "out_of_order": [True, False, "yes", None],
}
WRONG: dict[str, list[object]] = {
    "kind": ["Rest", "", None, "9k", ["a"], "k" * 64],
    "name": ["x" * 10_001],
    "opening_hours": ["always", "25:99", {}],
    "amenities": ["x" * 10_001],
    "services": ["fly", ["swap", "fly"]],
    "voltage": ["x" * 10_001],
    "observed_at": ["2026-11-18T03:00:00", "soon", 9e99, "2026-11-18T04:05:01Z", True],
    "charged": [-1, 1.5, "many", 100_001, [1]],
    "empty": [-1],
    "free": [1e30],
    "out_of_order": ["perhaps", 2],
}


def feature(geometry: object = None, **properties: object) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": HERE}
    return {"type": "Feature", "geometry": geometry or point, "properties": properties}


def faults(given: dict[str, Any], reading: Reading = READING) -> dict[str, str]:
    with pytest.raises(RefusedFields) as refused:
        parse_facility(given, "f", reading)
    return refused.value.faults


def one_of(values: dict[str, list[object]], names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: st.sampled_from(values[name]) for name in names})


@st.composite
def mixed(draw: st.DrawFn) -> tuple[dict[str, object], set[str]]:
    """Draw properties, some of them wrong, and say which."""
    state = draw(st.booleans())
    values = {**SOUND, **(SOUND_STATE if state else {})}
    wrong = draw(st.sets(st.sampled_from(sorted(values))))
    drawn = draw(one_of(WRONG, sorted(wrong)))
    return {**draw(one_of(values, sorted(values.keys() - wrong))), **drawn}, wrong


@given(mixed())
def test_exactly_the_fields_that_are_wrong_are_named(
    drawn: tuple[dict[str, object], set[str]],
) -> None:
    properties, wrong = drawn
    if not wrong:
        assert parse_facility(feature(**properties), "f", READING).facility_id == "f"
        return
    named = faults(feature(**properties))
    # A count beyond what a place holds is seen only once all is read.
    late = {name for name in ("charged", "free") if properties.get(name) in (100_001, 1e30)}
    assert wrong - late <= named.keys() <= wrong
    assert named.keys() == wrong or wrong & late


@given(one_of({**SOUND, **SOUND_STATE}, sorted({**SOUND, **SOUND_STATE})))
def test_it_is_the_facility_that_a_file_would_hold(properties: dict[str, Any]) -> None:
    body = feature(**properties)
    loaded = parse_facilities(
        parse_geojson(json.dumps({**body, "id": "f"}).encode(), file="one.geojson"), now=NOW
    )
    assert list(loaded.records) == [parse_facility(body, "f", READING)]


def test_a_file_and_a_body_are_read_alike(tmp_path: Path) -> None:
    body = feature(kind="rest_station", name="驿站", amenities="tea;sofa", colour="red", id="f")
    path = tmp_path / "one.geojson"
    path.write_text(json.dumps(body))
    assert list(read_facilities(path, now=NOW).records) == [parse_facility(body, "f", READING)]


def test_what_is_shown_is_understood() -> None:
    whole = Facility(
        "f",
        "charging_cabinet",
        *HERE,
        name="柜",
        name_en="Cabinet",
        operator="Tower",
        address="1 Street",
        opening_hours="24/7",
        amenities=frozenset({"roof", "热水"}),
        services=frozenset({Service.SWAP}),
        state=State(NOW, charged=1, empty=2, free=3, out_of_order=True),
    )
    for one in (whole, Facility("f", "k", *HERE)):
        assert parse_facility(facility_feature(one), "f", READING) == one


@pytest.mark.parametrize("datum", list(Datum))
def test_the_point_is_in_the_datum_named(datum: Datum) -> None:
    lon, lat = convert(*HERE, source=Datum.WGS84, target=datum)
    point = {"type": "Point", "coordinates": [float(lon), float(lat)]}
    found = parse_facility(feature(point, kind="k"), "f", Reading(datum, NEAR.near, NOW, 300.0))
    assert (found.lon, found.lat) == pytest.approx(HERE, abs=1e-7)


def test_the_position_is_wrong_by_itself_and_beside_others() -> None:
    far = {"type": "Point", "coordinates": [113.5, 32.04]}
    assert faults(feature(far, kind="k"), NEAR).keys() == {"geometry"}
    assert faults(feature(far, kind="K", free="x"), NEAR).keys() == {
        "geometry",
        "kind",
        "free",
        "observed_at",
    }
    assert parse_facility(feature(far, kind="k"), "f", READING).lon == 113.5


@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_a_property_without_a_name_is_the_only_one_to_blame(name: str) -> None:
    assert faults(feature(kind="k", **{name: "x"})).keys() == {"properties"}
    assert faults(feature(kind="K", **{name: {"a": 1}})).keys() == {"properties", "kind"}


def test_a_state_beside_other_faults_is_not_blamed() -> None:
    """Without a state, a blank moment is none."""
    assert faults(feature(kind="K", observed_at="", charged=None)).keys() == {"kind"}


@pytest.mark.parametrize("record_id", ["x" * 201, "a\nb", "\u200b"])
def test_an_id_that_can_not_be_one_is_named(record_id: str) -> None:
    with pytest.raises(RefusedFields) as refused:
        parse_facility(feature(kind="k"), record_id, READING)
    assert refused.value.faults == {"id": MUST_BE["id"]}


def test_every_member_of_a_state_has_its_words() -> None:
    assert set(STATE) <= MUST_BE.keys()
    assert str(RefusedFields({"kind": "No.", "id": "No."})).startswith("kind, id: ")

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_service.domain.facility import Service, State
from geo_service.domain.refusal import Batch
from geo_service.errors import MissingColumn, WrongUsage
from geo_service.geometry.datum import Datum, convert
from geo_service.geometry.extent import Extent
from geo_service.ingest.facilities import parse_facilities, read_facilities

HEAD = "id,kind,lon,lat"


def only_reason(batch: Batch[Any]) -> str:
    assert len(batch.refusals) == 1
    return batch.refusals[0].reason


def test_every_property_arrives(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
) -> None:
    path = write(
        "stations.geojson",
        collection(
            [
                feature(
                    "Point",
                    [112.14, 32.04],
                    id="cab-1",
                    kind="charging_cabinet",
                    name="天元广场充电柜",
                    name_en="Tianyuan Plaza",
                    operator="铁塔",
                    address="天元路1号",
                    opening_hours="Mo-Su 08:00-22:00",
                    amenities=["drinking_water", "Air Conditioning"],
                    services=["charge", "swap"],
                    charged=3,
                    empty=2,
                    out_of_order=False,
                    observed_at="2025-05-01T10:00:00+08:00",
                    colour="red",
                )
            ]
        ),
    )
    (cabinet,) = read_facilities(path).records
    assert (cabinet.facility_id, cabinet.kind) == ("cab-1", "charging_cabinet")
    assert (cabinet.lon, cabinet.lat) == (112.14, 32.04)
    assert (cabinet.name, cabinet.name_en) == ("天元广场充电柜", "Tianyuan Plaza")
    assert (cabinet.operator, cabinet.address) == ("铁塔", "天元路1号")
    assert cabinet.opening_hours == "Mo-Su 08:00-22:00"
    assert cabinet.amenities == {"drinking_water", "air_conditioning"}
    assert cabinet.services == {Service.CHARGE, Service.SWAP}
    assert cabinet.state == State(datetime(2025, 5, 1, 2, tzinfo=UTC), charged=3, empty=2)
    assert cabinet.more == {"colour": "red"}


@pytest.mark.parametrize(
    "amenities", ["fridge;microwave", "fridge, microwave", "fridge|microwave", "fridge、microwave"]
)
def test_amenities_may_be_one_text(
    write: Callable[[str, str | bytes], Path], amenities: str
) -> None:
    path = write("f.csv", f'{HEAD},amenities\nx,rest_station,112,32,"{amenities}"\n')
    assert read_facilities(path).records[0].amenities == {"fridge", "microwave"}


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_the_declared_datum_is_converted_to_wgs84(
    write: Callable[[str, str | bytes], Path], datum: Datum
) -> None:
    path = write("f.csv", f"{HEAD}\nx,rest_station,112.15,32.05\n")
    (place,) = read_facilities(path, datum=datum).records
    lon, lat = convert([112.15], [32.05], source=datum, target=Datum.WGS84)
    assert (place.lon, place.lat) == (lon[0], lat[0])
    assert abs(place.lon - 112.15) > 0.004


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        (
            "32.04",
            "112.14",
            (
                "Its latitude 112.14 is beyond 90 degrees: latitude and longitude look swapped "
                "(lat 32.04, lon 112.14 would be a place)."
            ),
        ),
        ("NaN", "32", "Its position is NaN, which is no number."),
        ("112", "Infinity", "Its position is infinite: lon 112, lat Infinity."),
        (
            "1122",
            "32",
            (
                "Its position, lon 1122, lat 32, is not on earth: longitudes go from -180 to 180, "
                "latitudes from -90 to 90."
            ),
        ),
        ("112,5", "32", "Its position is not in numbers: lon '112,5', lat '32'."),
        ("", "32", "It has no position."),
    ],
)
def test_a_position_that_is_no_place_is_refused(
    write: Callable[[str, str | bytes], Path], lon: str, lat: str, reason: str
) -> None:
    path = write("f.csv", f'{HEAD}\nbad,rest_station,"{lon}","{lat}"\ngood,rest_station,112,32\n')
    batch = read_facilities(path)
    assert [one.facility_id for one in batch.records] == ["good"]
    (refusal,) = batch.refusals
    assert (refusal.file, refusal.row, refusal.record_id) == ("f.csv", 1, "bad")
    assert refusal.reason == reason
    assert batch.read == 2


@pytest.mark.parametrize(
    ("kind", "coordinates", "reason"),
    [
        (None, None, "It has no position."),
        ("Point", [], "Its geometry is empty."),
        ("Point", [float("nan"), 32.0], "Its position is NaN, which is no number."),
        ("Point", [112.0, float("inf")], "Its position is infinite: lon 112, lat inf."),
        ("Point", ["112", "32"], "Its coordinates are not numbers: ['112', '32']."),
        (
            "LineString",
            [[112, 32], [113, 33]],
            "Its geometry is a LineString, where a Point is needed.",
        ),
        ("MultiPoint", [[1, 2], [3, 4]], "Its geometry is a MultiPoint, where a Point is needed."),
        ("Blob", [1], "Its geometry is of no kind that GeoJSON knows ('Blob')."),
    ],
)
def test_a_geometry_that_is_no_point_is_refused(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
    kind: str | None,
    coordinates: object,
    reason: str,
) -> None:
    path = write("f.geojson", collection([feature(kind, coordinates, id="a", kind="x")]))
    assert only_reason(read_facilities(path)) == reason


def test_several_points_that_are_one_are_that_one(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
) -> None:
    path = write("f.geojson", collection([feature("MultiPoint", [[112, 32]], id="a", kind="x")]))
    assert read_facilities(path).records[0].lon == 112.0


def test_the_second_of_two_records_with_one_id_is_refused(
    write: Callable[[str, str | bytes], Path],
) -> None:
    path = write("f.csv", f"{HEAD}\na,x,112,32\nb,x,112,32\na,y,113,33\n")
    batch = read_facilities(path)
    assert [one.kind for one in batch.records] == ["x", "x"]
    assert only_reason(batch) == "Its id 'a' is already that of record 1 in this file."
    assert batch.refusals[0].row == 3


def test_an_id_of_a_refused_record_is_free_again(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("f.csv", f"{HEAD}\na,x,112,99\na,x,112,32\n")
    assert len(read_facilities(path).records) == 1


def test_a_missing_id_is_made_of_name_and_position(
    write: Callable[[str, str | bytes], Path],
) -> None:
    path = write("f.csv", "kind,name,lon,lat\nx,东站,112.1234567,32\nx,西站,112.1234567,32\n")
    again = write("g.csv", "name,lat,lon,kind\n东站,32.0000001,112.1234568,y\n")
    first, second = (one.facility_id for one in read_facilities(path).records)
    assert first.startswith("f-")
    assert first != second
    assert read_facilities(again).records[0].facility_id == first


def test_the_same_record_twice_without_an_id_is_refused_once(
    write: Callable[[str, str | bytes], Path],
) -> None:
    path = write("f.csv", "kind,name,lon,lat\nx,东站,112,32\nx,东站,112,32\n")
    reason = only_reason(read_facilities(path))
    assert reason == "It says the same as record 1, and neither has an id."


def test_a_repeated_name_is_kept_with_a_warning(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("f.csv", f"{HEAD},name\na,x,112,32,东站\nb,x,112,33,东站\nc,x,112,34,\nd,x,1,3,\n")
    batch = read_facilities(path)
    assert len(batch.records) == 4
    assert batch.warnings == (
        "f.csv: 1 names are borne by more than one record, and all are kept: 东站.",
    )


def test_a_kind_for_all_fills_the_gaps_only(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("f.csv", f"{HEAD}\na,,112,32\nb,water_point,112,33\n")
    batch = read_facilities(path, kind="parking_point")
    assert [one.kind for one in batch.records] == ["parking_point", "water_point"]


def test_without_any_kind_the_file_is_refused(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("f.csv", "id,lon,lat,type\na,112,32,x\n")
    with pytest.raises(MissingColumn) as error:
        read_facilities(path)
    assert str(error.value) == (
        "f.csv: There is no column 'kind'. There are: id, lon, lat, type. Say which is meant with "
        "--columns kind=type, or name the kind of all with --kind."
    )


def test_a_record_without_kind_is_refused(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("f.csv", f"{HEAD}\na,,112,32\n")
    assert only_reason(read_facilities(path)) == (
        "It says no kind; name the kind of such records with --kind."
    )


def test_a_kind_that_is_no_slug_is_refused(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("f.csv", f"{HEAD}\na,Charging Cabinet,112,32\n")
    assert only_reason(read_facilities(path)) == (
        "The kind 'Charging Cabinet' is not a slug: small letters a to z, digits and underscores, "
        "as in charging_cabinet. Is charging_cabinet meant?"
    )


def test_a_kind_for_all_that_is_no_slug_is_wrong_usage(
    write: Callable[[str, str | bytes], Path],
) -> None:
    path = write("f.csv", f"{HEAD}\na,,112,32\n")
    with pytest.raises(WrongUsage, match="The kind '充电柜' is not a slug"):
        read_facilities(path, kind="充电柜")


def test_opening_hours_that_make_no_sense_are_refused(
    write: Callable[[str, str | bytes], Path],
) -> None:
    path = write("f.csv", f"{HEAD},opening_hours\na,x,112,32,周一到周五\nb,x,112,33,24/7\n")
    batch = read_facilities(path)
    assert [one.opening_hours for one in batch.records] == ["24/7"]
    assert only_reason(batch).startswith(
        "The opening hours '周一到周五' are not in OpenStreetMap's"
    )


def test_an_unknown_service_is_refused(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("f.csv", f"{HEAD},services\na,charging_cabinet,112,32,charge;wash\n")
    assert only_reason(read_facilities(path)) == (
        "Its services are 'charge;wash'; a cabinet offers charge or swap."
    )


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("3,,,", "It has no observed_at."),
        ("-1,,,1700000000", "Its charged is '-1', not a whole number from 0 to 100,000."),
        ("inf,,,1700000000", "Its charged is 'inf', not a whole number from 0 to 100,000."),
        ("1.5,,,1700000000", "Its charged is '1.5', not a whole number from 0 to 100,000."),
        ("1,2,maybe,1700000000", "Its out_of_order is 'maybe'; write true or false."),
        (
            "1,2,no,2026-01-01T00:00:00Z",
            (
                "Its observed_at '2026-01-01T00:00:00Z' lies in the future (it is "
                "2025-06-01T12:00:00Z now)."
            ),
        ),
    ],
)
def test_a_state_that_makes_no_sense_is_refused(
    write: Callable[[str, str | bytes], Path], now: datetime, state: str, reason: str
) -> None:
    path = write(
        "f.csv",
        f"{HEAD},charged,empty,out_of_order,observed_at\na,charging_cabinet,112,32,{state}\n",
    )
    assert only_reason(read_facilities(path, now=now)) == reason


def test_a_state_without_a_column_for_its_time_is_refused(
    write: Callable[[str, str | bytes], Path],
) -> None:
    path = write("f.csv", f"{HEAD},free\na,parking_point,112,32,4\n")
    assert only_reason(read_facilities(path)) == (
        "It tells its state, but there is no column observed_at."
    )


def test_without_any_state_there_is_none(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("f.csv", f"{HEAD},free,observed_at\na,parking_point,112,32,,\n")
    assert read_facilities(path).records[0].state is None


def test_a_record_far_from_the_streets_is_refused(
    write: Callable[[str, str | bytes], Path],
) -> None:
    path = write("f.csv", f"{HEAD}\na,x,112.1,32\nb,x,114.1,32\n")
    batch = read_facilities(path, near=Extent(112.0, 31.9, 112.2, 32.1))
    assert [one.facility_id for one in batch.records] == ["a"]
    assert only_reason(batch) == (
        "It lies 180 km from the streets (lon 114.1, lat 32); 75 km are allowed."
    )


def test_a_frame_in_another_reference_system_is_brought_to_degrees() -> None:
    frame = gpd.GeoDataFrame(
        {"id": [7.0], "kind": ["x"]}, geometry=[shapely.Point(112, 32)], crs=4326, index=[5]
    ).to_crs(3857)
    (place,) = parse_facilities(frame).records
    assert place.facility_id == "7"
    assert (place.lon, place.lat) == pytest.approx((112.0, 32.0))


def test_an_id_that_can_not_be_printed_is_refused() -> None:
    frame = pd.DataFrame({"id": ["a\nb", "x" * 201], "kind": "x", "lon": 112.0, "lat": 32.0})
    assert [one.reason for one in parse_facilities(frame).refusals] == [
        "Its id holds characters that can't be printed.",
        "Its id is longer than 200 characters.",
    ]


@pytest.mark.parametrize(
    "name", ["nearest", "catchments", "a/state", "a//b", "/a", "a/", "a/../b", ".", "a\ufffd"]
)
def test_an_id_that_has_no_address_of_its_own_is_refused(name: str) -> None:
    frame = pd.DataFrame({"id": [name, "a/b"], "kind": "x", "lon": 112.0, "lat": 32.0})
    batch = parse_facilities(frame)
    assert [one.facility_id for one in batch.records] == ["a/b"]
    assert "n id " in only_reason(batch)


def test_counts_that_are_slips_are_refused() -> None:
    told = {"kind": "x", "lon": 112.0, "lat": 32.0, "observed_at": 0, "charged": 1e30}
    batch = parse_facilities(pd.DataFrame([{"id": "a", **told}, {"id": "b", **told, "charged": 5}]))
    assert [one.facility_id for one in batch.records] == ["b"]
    assert "not a whole number from 0 to 100,000" in only_reason(batch)


@pytest.mark.real
def test_jinans_charging_stations(shared_data: Path) -> None:
    path = shared_data / "facilities" / "jinan_charging_stations.geojson"
    batch = read_facilities(path, datum=Datum.GCJ02, kind="charging_cabinet")
    assert (batch.read, len(batch.records), len(batch.refusals)) == (992, 985, 7)
    assert sum("look swapped" in one.reason for one in batch.refusals) == 4
    assert sum("is not on earth" in one.reason for one in batch.refusals) == 3
    assert len(batch.warnings) == 1
    assert "9 names are borne by more than one record" in batch.warnings[0]
    told = json.loads(path.read_text())["features"][1]["geometry"]["coordinates"]
    lon, lat = convert([told[0]], [told[1]], source=Datum.GCJ02, target=Datum.WGS84)
    assert (batch.records[1].lon, batch.records[1].lat) == (lon[0], lat[0])
    assert len({one.facility_id for one in batch.records}) == 985


@pytest.mark.real
def test_jinans_charging_stations_far_from_its_streets(shared_data: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    roads = shared_data / "streets" / "jinan_roads_mtrajrec.gpkg"
    bounds = [
        pyogrio.read_info(roads, layer=name)["total_bounds"]
        for name, kind in pyogrio.list_layers(roads)
        if "Line" in str(kind)
    ]
    batch = read_facilities(
        shared_data / "facilities" / "jinan_charging_stations.geojson",
        datum=Datum.GCJ02,
        kind="charging_cabinet",
        near=Extent(*(float(side) for side in bounds[0])),
    )
    far = [one for one in batch.refusals if "km from the streets" in one.reason]
    assert (len(batch.records), len(far), len(batch.refusals)) == (940, 45, 52)


@pytest.mark.parametrize("name", ["name", "amenities", "note"])
def test_a_text_too_long_to_be_one_is_refused(
    write: Callable[[str, str | bytes], Path], name: str
) -> None:
    path = write(
        "f.csv", f"{HEAD},{name}\nrest_station,112,32,{'x' * 10_001}\n".replace("id,", "", 1)
    )
    assert only_reason(read_facilities(path)).startswith(f"Its {name} has 10,001 characters")

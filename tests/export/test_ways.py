"""The way in an answer: a line that is as long as it says, and steps in two languages."""

import itertools

import numpy as np
import pytest
from pyproj import Geod

from geo_service.domain.facility import Facility
from geo_service.export.ways import way_properties
from geo_service.streets.assemble import build_network
from geo_service.streets.measure import Measure
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import place_sites
from geo_service.streets.tables import make_table
from geo_service.streets.way import Way, find_way
from geo_service.streets.ways import Ways, WaysKind

GEOD = Geod(ellps="WGS84")
STATION = Facility("s", "rest_station", 0.0, 0.0, name="东站", name_en="East Station")


def street(west: float, east: float) -> tuple[Streets, Way]:
    """One street along latitude 10 and the way from its one end to its other."""
    ways = Ways(
        way_id=np.array([1]),
        node_offsets=np.array([0, 3]),
        node=np.array([0, 1, 2]),
        tags=np.array([0]),
        tag_sets=({"highway": "residential"},),
        name=np.array([1]),
        names=("", "人民路"),
        names_en=("", "Renmin Road"),
        node_id=np.array([1, 2, 3]),
        node_lon=np.array([west, (west + 0.004 + 180) % 360 - 180, east]),
        node_lat=np.array([10.0, 10.001, 10.0]),
        kind=WaysKind.OSM,
    )
    streets = Streets.of(build_network(ways, Profile.EBIKE).network)
    sites = place_sites(
        streets.network, streets.grid, ["s"], np.array([east]), np.array([10.0]), 50.0
    )
    table = make_table(streets, sites, np.ones(1, dtype=np.bool_), Measure.TIME)
    way = find_way(streets, sites, table, west, 10.0, 0, max_snap_m=50.0)
    assert way is not None
    return streets, way


def length_m(coordinates: list[list[float]]) -> float:
    return sum(GEOD.inv(*a, *b)[2] for a, b in itertools.pairwise(coordinates))


def test_line_is_as_long_as_the_way_and_steps_name_the_street() -> None:
    streets, way = street(112.14, 112.15)
    told = way_properties(way, STATION, streets.network, "zh", riding=True)
    assert told["way"]["type"] == "LineString"
    assert length_m(told["way"]["coordinates"]) * 1000 == pytest.approx(way.distance_mm, abs=100)
    assert told["way"]["coordinates"][0] == [112.14, 10.0]
    assert told["way"]["coordinates"][-1] == [112.15, 10.0]
    assert "人民路" in told["steps"][0]["text"]
    assert "东站" in told["steps"][-1]["text"]
    english = way_properties(way, STATION, streets.network, "en", riding=False)["steps"]
    assert "Renmin Road" in english[0]["text"]
    assert "East Station" in english[-1]["text"]


@pytest.mark.parametrize(("west", "east"), [(179.998, -179.993), (-179.993, 179.998)])
def test_line_over_the_180th_meridian_is_cut_there(west: float, east: float) -> None:
    if west > 0:
        streets, way = street(west, east)
    else:
        streets, backward = street(east, west)
        way = Way(
            lon=backward.lon[::-1], lat=backward.lat[::-1], edge=backward.edge,
            start_mm=backward.end_mm, end_mm=backward.start_mm,
            distance_mm=backward.distance_mm, duration_ms=backward.duration_ms,
            off_start_mm=0, off_end_mm=0,
        )  # fmt: skip
    geometry = way_properties(way, STATION, streets.network, "zh", riding=True)["way"]
    assert geometry["type"] == "MultiLineString"
    first, second = geometry["coordinates"]
    edge = 180.0 if west > 0 else -180.0
    assert first[-1][0] == edge
    assert second[0] == [-edge, first[-1][1]]
    assert (length_m(first) + length_m(second)) * 1000 == pytest.approx(way.distance_mm, abs=100)
    for part in (first, second):
        assert all(abs(a[0] - b[0]) < 1 for a, b in itertools.pairwise(part))


def test_no_way_says_nothing() -> None:
    streets, _ = street(112.14, 112.15)
    assert way_properties(None, STATION, streets.network, "zh", riding=True) == {}

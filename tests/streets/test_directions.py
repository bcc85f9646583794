"""The steps of a way say what a rider has to do, and sum to the way."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from math import cos, radians, sin
from typing import TypeAlias

import numpy as np
import pytest
from pyproj import Geod

from geo_service.streets.assemble import build_network
from geo_service.streets.directions import Compass, Step, Turn, list_steps
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import find_nearest
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import place_sites
from geo_service.streets.tables import make_table
from geo_service.streets.way import Way, find_way
from geo_service.streets.ways import Ways

ROAD = {"highway": "residential"}
PATH = {"highway": "path"}
DrawWays: TypeAlias = Callable[..., Ways]
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
RealNetwork: TypeAlias = Callable[[str, Profile], Network]
Prepared: TypeAlias = Callable[[Network], Streets]
Place: TypeAlias = tuple[float, float]
"""Metres east and north."""


def degrees(place: Place, middle: float = 0.0) -> Place:
    lon = middle + place[0] / 111_319.5
    return (lon + 180.0) % 360.0 - 180.0, place[1] / 110_574.3


@pytest.fixture
def ride(draw_ways: DrawWays) -> Callable[..., tuple[Way, tuple[Step, ...]]]:
    """Return a function that draws streets by name and tells the way between two places."""

    def _ride(
        streets: dict[str, list[Place]],
        start: Place,
        end: Place,
        *,
        tags: dict[str, str] | None = None,
        middle: float = 0.0,
    ) -> tuple[Way, tuple[Step, ...]]:
        corners = sorted({corner for line in streets.values() for corner in line})
        places = {number: degrees(corner, middle) for number, corner in enumerate(corners, 1)}
        drawn = [
            ([corners.index(corner) + 1 for corner in line], tags or ROAD)
            for line in streets.values()
        ]
        names = [name.rstrip("*") for name in streets]
        ways = draw_ways(places, *drawn, names=names)
        network = build_network(ways, Profile.WALK).network
        prepared = Streets.of(network)
        here, there = degrees(start, middle), degrees(end, middle)
        lon, lat = np.array([there[0]]), np.array([there[1]])
        sites = place_sites(network, prepared.grid, ["site"], lon, lat, 500.0)
        table = make_table(prepared, sites, np.array([True]), Measure.DISTANCE)
        way = find_way(prepared, sites, table, *here, 0, max_snap_m=500.0)
        assert way is not None
        return way, list_steps(network, way)

    return _ride


Ride: TypeAlias = Callable[..., tuple[Way, tuple[Step, ...]]]


def told(steps: tuple[Step, ...]) -> list[tuple[Turn, str, int]]:
    return [(step.turn, step.name, round(step.distance_m)) for step in steps]


def test_street_is_one_step_past_its_junctions(ride: Ride) -> None:
    streets = {
        "Long": [(0, 0), (100, 0), (200, 10), (300, 0)],
        "Across": [(100, -80), (100, 0), (100, 80)],
        "Other": [(200, 10), (200, 90)],
    }
    _, steps = ride(streets, (0, 0), (300, 0))
    assert told(steps) == [(Turn.DEPART, "Long", 301), (Turn.ARRIVE, "", 0)]
    assert [step.compass for step in steps] == [Compass.EAST, None]
    assert [step.on_street for step in steps] == [True, False]


@pytest.mark.parametrize(
    ("bend", "turn"),
    [
        (0, Turn.STRAIGHT),
        (-20, Turn.STRAIGHT),
        (40, Turn.SLIGHT_RIGHT),
        (-40, Turn.SLIGHT_LEFT),
        (90, Turn.RIGHT),
        (-90, Turn.LEFT),
        (140, Turn.SHARP_RIGHT),
        (-140, Turn.SHARP_LEFT),
        (170, Turn.U_TURN),
        (-170, Turn.U_TURN),
        (-24.5, Turn.STRAIGHT),
        (25.5, Turn.SLIGHT_RIGHT),
        (-54.5, Turn.SLIGHT_LEFT),
        (55.5, Turn.RIGHT),
        (-124.5, Turn.LEFT),
        (125.5, Turn.SHARP_RIGHT),
        (-159.5, Turn.SHARP_LEFT),
        (160.5, Turn.U_TURN),
    ],
)
@pytest.mark.parametrize("middle", [0.0, 179.999])
def test_turn_is_named_by_its_angle(ride: Ride, bend: float, turn: Turn, middle: float) -> None:
    heading = radians(90 + bend)
    end = (200 * sin(heading), 200 * cos(heading))
    streets = {"First": [(-200, 0), (0, 0)], "Second": [(0, 0), end]}
    _, steps = ride(streets, (-200, 0), end, middle=middle)
    assert told(steps)[1] == (turn, "Second", 200)
    assert (steps[1].lon, steps[1].lat) == pytest.approx((degrees((0, 0), middle)), abs=1e-7)


@pytest.mark.parametrize("number", range(8))
def test_first_step_names_one_of_eight_directions(ride: Ride, number: int) -> None:
    for aside in (-20, 0, 20):
        heading = radians(45 * number + aside)
        end = (200 * sin(heading), 200 * cos(heading))
        _, steps = ride({"Street": [(0, 0), end]}, (0, 0), end)
        assert steps[0].compass == list(Compass)[number]


def test_long_walks_off_the_street_are_steps_and_short_ones_are_not(ride: Ride) -> None:
    street = {"Street": [(0, 0), (300, 0)]}
    way, steps = ride(street, (50, -40), (250, 30))
    assert told(steps) == [
        (Turn.DEPART, "", 40),
        (Turn.RIGHT, "Street", 200),
        (Turn.ARRIVE, "", 30),
    ]
    assert [step.compass for step in steps] == [Compass.NORTH, None, None]
    assert [step.on_street for step in steps] == [False, True, False]
    assert (steps[0].lon, steps[0].lat) == (way.lon[0], way.lat[0])
    assert (steps[1].lon, steps[1].lat) == pytest.approx(degrees((50, 0)), abs=1e-7)
    assert (steps[2].lon, steps[2].lat) == pytest.approx(degrees((250, 0)), abs=1e-7)
    way, steps = ride(street, (50, -14), (250, 10))
    assert told(steps) == [(Turn.DEPART, "Street", 214), (Turn.ARRIVE, "", 10)]
    assert (steps[0].lon, steps[0].lat) == (way.lon[0], way.lat[0])


@pytest.mark.parametrize(("off_mm", "turns"), [(15_000, 2), (15_001, 3)])
def test_walk_to_the_street_is_told_if_longer_than_fifteen_metres(
    draw_ways: DrawWays, off_mm: int, turns: int
) -> None:
    places = {1: degrees((0, 0)), 2: degrees((300, 0))}
    streets = Streets.of(build_network(draw_ways(places, ([1, 2], ROAD)), Profile.WALK).network)
    at = np.array([places[2][0]]), np.array([places[2][1]])
    sites = place_sites(streets.network, streets.grid, ["site"], *at, max_snap_m=9.0)
    table = make_table(streets, sites, np.array([True]), Measure.TIME)
    way = find_way(streets, sites, table, *degrees((50, -15)), 0, max_snap_m=20.0)
    assert way is not None
    steps = list_steps(streets.network, replace(way, off_start_mm=off_mm))
    assert len(steps) == turns
    assert sum(step.distance_m for step in steps) == pytest.approx((250_000 + off_mm) / 1000, abs=1)


def test_way_that_needs_no_street_is_an_arrival(ride: Ride) -> None:
    street = {"Street": [(0, 0), (300, 0)]}
    assert told(ride(street, (50, 0), (50, 0))[1]) == [(Turn.ARRIVE, "", 0)]
    assert told(ride(street, (50, 14), (50, -12))[1]) == [(Turn.ARRIVE, "", 26)]
    way, steps = ride(street, (50, 40), (50, -12))
    assert told(steps) == [(Turn.DEPART, "", 40), (Turn.ARRIVE, "", 12)]
    assert steps[0].compass is Compass.SOUTH
    assert sum(step.duration_s for step in steps) == pytest.approx(way.duration_ms / 1000)


def test_bend_of_a_street_and_its_return_over_a_gap_are_told(ride: Ride) -> None:
    streets = {
        "Bent": [(0, 0), (200, 0), (200, 200)],
        "Bent*": [(200, 200), (400, 200)],
        "": [(400, 200), (400, 222)],
        "Bent**": [(400, 222), (240, 222)],
    }
    _, steps = ride(streets, (0, 0), (240, 222))
    assert told(steps) == [
        (Turn.DEPART, "Bent", 400),
        (Turn.RIGHT, "Bent", 200),
        (Turn.U_TURN, "Bent", 182),
        (Turn.ARRIVE, "", 0),
    ]
    assert (steps[2].lon, steps[2].lat) == pytest.approx(degrees((400, 200)), abs=1e-7)


def test_step_has_the_class_of_most_of_its_street(ride: Ride, draw_ways: DrawWays) -> None:
    assert ride({"": [(0, 0), (90, 0)]}, (0, 0), (90, 0), tags=PATH)[1][0].street_class == "path"
    places = {number: degrees((number * 50.0, 0)) for number in range(6)}
    footway = [1, 2, 3, 4], {"highway": "footway"}
    ways = draw_ways(places, ([0, 1], PATH), footway, ([4, 5], PATH))
    streets = Streets.of(build_network(ways, Profile.WALK).network)
    at = np.array([places[5][0]]), np.array([places[5][1]])
    sites = place_sites(streets.network, streets.grid, ["site"], *at, max_snap_m=9.0)
    table = make_table(streets, sites, np.array([True]), Measure.TIME)
    way = find_way(streets, sites, table, *places[0], 0, max_snap_m=9.0)
    assert way is not None
    assert [step.street_class for step in list_steps(streets.network, way)] == ["footway", ""]


def test_step_has_the_name_in_english_of_any_part_of_its_street(draw_ways: DrawWays) -> None:
    places = {number: degrees((number * 50.0, 0)) for number in range(3)}
    ways = draw_ways(places, ([0, 1], ROAD), ([1, 2], ROAD), names=["人民路", "人民路"])
    ways = replace(ways, names_en=("", "", "Renmin Road"))
    streets = Streets.of(build_network(ways, Profile.WALK).network)
    at = np.array([places[2][0]]), np.array([places[2][1]])
    sites = place_sites(streets.network, streets.grid, ["site"], *at, max_snap_m=9.0)
    table = make_table(streets, sites, np.array([True]), Measure.TIME)
    way = find_way(streets, sites, table, *places[0], 0, max_snap_m=9.0)
    assert way is not None
    steps = list_steps(streets.network, way)
    assert [(step.name, step.name_en) for step in steps] == [("人民路", "Renmin Road"), ("", "")]


def check_steps(network: Network, way: Way) -> tuple[Step, ...]:
    steps = list_steps(network, way)
    assert sum(step.distance_m for step in steps) == pytest.approx(way.distance_mm / 1000)
    assert sum(step.duration_s for step in steps) == pytest.approx(way.duration_ms / 1000)
    assert [step.turn is Turn.ARRIVE for step in steps] == [False] * (len(steps) - 1) + [True]
    assert all(step.turn is not Turn.DEPART for step in steps[1:])
    assert all((step.compass is None) is (step.turn is not Turn.DEPART) for step in steps)
    assert len(steps) <= len(way.edge) + 2
    return steps


def ways_of(streets: Streets, seed: int, count: int, measure: Measure) -> list[Way]:
    """Ways from some places to others, all on or beside the streets."""
    network, random = streets.network, np.random.default_rng(seed)
    row = random.integers(0, len(network.shape_lon), 2 * count)
    lon = network.shape_lon[row] + random.normal(0, 2e-4, 2 * count)
    lat = network.shape_lat[row] + random.normal(0, 2e-4, 2 * count)
    lon = (lon + 180.0) % 360.0 - 180.0
    ids = [f"s{number}" for number in range(count)]
    sites = place_sites(network, streets.grid, ids, lon[:count], lat[:count], 300.0)
    table = make_table(streets, sites, np.ones(count, dtype=bool), measure)
    found = find_nearest(streets, sites, table, lon[count:], lat[count:], k=8, max_snap_m=300.0)
    ways = [
        find_way(
            streets, sites, table, lon[count + query], lat[count + query], site, max_snap_m=300.0
        )
        for query, site in zip(found.query.tolist(), found.site.tolist(), strict=True)
    ]
    return [way for way in ways if way is not None]


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(20))
def test_steps_of_random_ways_sum_to_them(
    prepared: Prepared, random_network: RandomNetwork, seed: int, profile: Profile
) -> None:
    network = random_network(seed, profile)
    for measure in (Measure.TIME, Measure.DISTANCE):
        ways = ways_of(prepared(network), seed, 8, measure)
        assert ways
        for way in ways:
            check_steps(network, way)


@pytest.mark.real
@pytest.mark.slow
def test_ways_in_a_real_city_have_few_steps_that_begin_where_they_say(
    real_network: RealNetwork,
) -> None:
    futian = real_network("shenzhen_futian_transbigdata.graphml", Profile.EBIKE)
    geod, steps_told, metres = Geod(ellps="WGS84"), 0, 0.0
    for way in ways_of(Streets.of(futian), 1, 60, Measure.TIME):
        steps = check_steps(futian, way)
        steps_told, metres = steps_told + len(steps), metres + way.distance_mm / 1000
        along = np.append(
            0.0, np.cumsum(geod.inv(way.lon[:-1], way.lat[:-1], way.lon[1:], way.lat[1:])[2])
        )
        stops = np.append(0.0, np.cumsum([step.distance_m for step in steps]))[:-1]
        lon, lat = np.interp(stops, along, way.lon), np.interp(stops, along, way.lat)
        assert [step.lon for step in steps] == pytest.approx(lon, abs=1e-6)
        assert [step.lat for step in steps] == pytest.approx(lat, abs=1e-6)
        for step, following in pairwise(steps):
            if step.name and step.name == following.name:
                assert following.turn not in {Turn.STRAIGHT, Turn.SLIGHT_LEFT, Turn.SLIGHT_RIGHT}
    assert metres / steps_told > 100

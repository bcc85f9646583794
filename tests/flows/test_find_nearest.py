"""The rider's question: filters first, then k; ties, limits, and what is said beside the answer."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyproj import Geod

from geo_service.domain.facility import Facility, State
from geo_service.domain.opening import Calendar
from geo_service.domain.usable import Usable
from geo_service.errors import NotReady, UnknownKind, WrongUsage
from geo_service.flows.find_nearest import (
    MOST_OPEN_FOR_MIN,
    NearestAnswer,
    NearestQuestion,
    answer_at_once,
    answer_nearest,
)
from geo_service.flows.kept_facilities import KeptFacilities
from geo_service.flows.load_streets import load_streets
from geo_service.flows.placed_facilities import place_facilities
from geo_service.flows.wiring import Workspace
from geo_service.store import city
from geo_service.store import facilities as stored
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile

Ask = Callable[..., NearestAnswer]
GEODESIC = Geod(ellps="WGS84")


def place(name: str, metres: float, kind: str = "rest_station", **more: object) -> Facility:
    """Return a facility so many metres along the street."""
    return Facility(name, kind, 112.14 + metres / 94_400, 32.04, **more)  # type: ignore[arg-type] - tests name the fields


@pytest.fixture
def ask(workspace: Workspace, now: datetime) -> Ask:
    """Return a function that asks for facilities from the street's western end."""

    def _ask(facilities: Sequence[Facility], /, **question: object) -> NearestAnswer:
        with workspace.database.writing() as connection:
            stored.write(connection, facilities, replace=True)
        asked = {"lat": 32.04, "lon": 112.14, **question}
        return answer_nearest(
            place_facilities(workspace, Profile.EBIKE), NearestQuestion(**asked), now
        )  # type: ignore[arg-type] - as above

    return _ask


def ids(answer: NearestAnswer) -> list[str]:
    return [near.facility.facility_id for near in answer.found]


def test_filters_come_before_k(ask: Ask, now: datetime) -> None:
    shut = place("shut", 10, opening_hours="Mo-Su 22:00-23:00")
    bare = place("bare", 20)
    water = place("water", 30, "water_point", amenities=frozenset({"fridge", "tap"}))
    both = place("both", 800, amenities=frozenset({"fridge", "tap"}))
    known = [shut, bare, water, both]
    assert ids(ask(known, k=1)) == ["shut"], "nobody asked whether it is open"
    assert ids(ask(known, k=1, open_at=now)) == ["bare"]
    assert ids(ask(known, k=1, usable=True)) == ["bare"]
    assert ids(ask(known, k=1, amenities=frozenset({"fridge"}))) == ["water"]
    of_kind = ask(known, k=1, amenities=frozenset({"fridge"}), kinds=frozenset({"rest_station"}))
    assert ids(of_kind) == ["both"]
    assert ids(ask(known, k=1, open_at=now + timedelta(hours=10, minutes=30))) == ["shut"]


def test_only_what_is_certainly_usable_is_kept(ask: Ask, now: datetime) -> None:
    cabinet = place("full", 10, "charging_cabinet", state=State(now, charged=5, empty=0))
    stale = State(now - timedelta(seconds=601), charged=5, empty=5)
    still_fresh = State(now - timedelta(seconds=600), charged=0, empty=1)
    known = [
        cabinet,
        replace(place("stale", 20, "charging_cabinet"), state=stale),
        replace(place("fresh", 900, "charging_cabinet"), state=still_fresh),
    ]
    answer = ask(known)
    assert [near.usable for near in answer.found] == [Usable.NO, Usable.UNKNOWN, Usable.YES]
    assert [near.state_age_s for near in answer.found] == [0.0, 601.0, 600.0]
    assert ids(ask(known, usable=True, k=3)) == ["fresh"]


def test_equally_near_is_in_the_order_of_ids_as_text(ask: Ask) -> None:
    known = [place(name, 500) for name in ("9", "10", "b", "B")]
    assert ids(ask(known, k=4)) == ["10", "9", "B", "b"]
    assert ids(ask(known, k=1)) == ["10"]


@pytest.mark.parametrize("by", list(Measure))
def test_no_one_farther_than_the_limit(ask: Ask, by: Measure) -> None:
    known = [place("a", 100), place("b", 499), place("c", 501)]
    answer = ask(known, max_distance_m=500.0, by=by)
    assert ids(answer) == ["a", "b"]
    assert answer.notes == ("Within 500 m, 2 of 3 that fit the filters.",)
    assert ids(ask(known, max_distance_m=500.0, by=by, k=1)) == ["a"]
    assert ask(known, max_distance_m=500.0, by=by, k=2).notes == ()
    assert ids(ask(known, max_distance_m=0.0, by=by)) == []


def test_fewer_than_k_come_with_the_reason(ask: Ask) -> None:
    far = replace(place("far", 500), lat=32.06)
    known = [place("a", 100), far]
    answer = ask(known, k=5)
    assert ids(answer) == ["a"]
    assert "only 1 can be reached by street" in answer.notes[0]
    straight = ask(known, k=5, by=Measure.STRAIGHT)
    assert ids(straight) == ["a", "far"]
    assert straight.notes == ("No more than 2 fit the filters.",)
    assert ask(known, k=1).notes == ()
    assert ask(known, amenities=frozenset({"pool"})).notes == (
        "No facility has the amenity pool. Amenities here: none.",
    )
    assert ask([]).notes == ("There are no facilities here yet.",)


def test_position_off_all_streets_is_answered_straight_and_says_so(ask: Ask) -> None:
    answer = ask([place("a", 100), replace(place("near", 100), lat=32.09)], lat=32.1, k=2)
    assert (ids(answer), answer.by) == (["near", "a"], Measure.STRAIGHT)
    assert answer.notes == (
        "No street within 500 m of this position: distances are in a straight line.",
    )
    nearest = answer.found[0]
    assert nearest.snapped_m is None
    assert nearest.distance_m == pytest.approx(nearest.straight_m, abs=0.001)
    assert nearest.duration_s == pytest.approx(nearest.distance_m / 1.2, abs=0.01)
    asked_so = ask([place("a", 100)], lat=32.1, by=Measure.STRAIGHT, k=1)
    assert asked_so.notes == (), "it was asked for"


def test_latitude_and_longitude_that_look_swapped_are_told(ask: Ask) -> None:
    with pytest.raises(WrongUsage, match="look swapped"):
        ask([place("a", 100)], lat=112.14, lon=32.04)
    with pytest.raises(WrongUsage) as caught:
        ask([place("a", 100)], lat=112.14, lon=132.04)
    assert "swapped" not in str(caught.value)


def test_a_position_swapped_into_another_place_of_earth_is_told(
    empty: Workspace, now: datetime, tmp_path: Path
) -> None:
    """Porto's, swapped, lies in the Indian Ocean: a latitude of -8.6 is as good as any."""
    line = {"type": "LineString", "coordinates": [[-8.61, 41.15], [-8.6, 41.15]]}
    road = {"type": "Feature", "properties": {"highway": "residential"}, "geometry": line}
    path = tmp_path / "porto.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [road]}))
    load_streets(empty, [path])
    with empty.database.writing() as connection:
        stored.write(connection, [Facility("a", "rest_station", -8.6, 41.15)])
    placed = place_facilities(empty, Profile.EBIKE)
    (note,) = answer_nearest(placed, NearestQuestion(-8.605, 41.15, k=1), now).notes
    assert note.endswith("the streets of this city. Latitude and longitude look swapped.")
    (note,) = answer_nearest(placed, NearestQuestion(41.2, -8.605, k=1), now).notes
    assert note.endswith("distances are in a straight line."), "it is not that far away"


def test_amenity_that_no_facility_has_is_told_with_those_there_are(ask: Ask) -> None:
    known = [place("a", 100, amenities=frozenset({"tap", "wifi"}))]
    assert ask(known, amenities=frozenset({"frigde", "tap"})).notes == (
        "No facility has the amenity frigde. Amenities here: tap, wifi.",
    )
    iced = [*known, place("b", 100, "water_point", amenities=frozenset({"ice"}))]
    assert ask(iced, amenities=frozenset({"ice", "tap"})).notes == (
        "No facility fits the filters.",
    )


def test_answer_counts_from_the_street_and_along_it(ask: Ask) -> None:
    near = ask([place("a", 472)], lat=32.0409, k=1).found[0]
    assert near.rank == 1
    assert near.snapped_m == pytest.approx(99.8, abs=0.1)
    assert near.distance_m == pytest.approx(99.8 + 472, rel=0.001)
    assert near.straight_m == pytest.approx((99.8**2 + 472**2) ** 0.5, rel=0.001)
    assert near.duration_s > 99.8 / 1.2 + 472 / 10


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ({"k": 0}, "k"),
        ({"lat": 90.1}, "lat"),
        ({"lat": float("nan")}, "lat"),
        ({"lon": float("inf")}, "lon"),
        ({"lon": -180.1}, "lon"),
        ({"max_distance_m": -1.0}, "max_distance_m"),
        ({"max_distance_m": float("nan")}, "max_distance_m"),
        ({"open_for_min": -1.0}, "open_for"),
        ({"open_for_min": MOST_OPEN_FOR_MIN + 0.1}, "open_for"),
        ({"open_for_min": float("nan")}, "open_for"),
        ({"open_at": datetime(9999, 12, 31, tzinfo=UTC)}, "open_at"),
        ({"open_at": datetime(1, 1, 1, tzinfo=UTC)}, "open_at"),
    ],
)
def test_senseless_questions_name_the_field(
    ask: Ask, question: dict[str, object], where: str
) -> None:
    with pytest.raises(WrongUsage) as caught:
        ask([place("a", 100)], **question)
    assert caught.value.where == where


def test_kind_that_nobody_has_names_those_there_are(ask: Ask) -> None:
    known = [place("a", 1), place("b", 2, "water_point")]
    with pytest.raises(UnknownKind, match=r"kind helipad\. There are: rest_station, water_point"):
        ask(known, kinds=frozenset({"helipad", "water_point"}))
    with pytest.raises(UnknownKind, match="none at all"):
        ask([], kinds=frozenset({"helipad"}))


def test_without_streets_nothing_is_answered(empty: Workspace) -> None:
    with pytest.raises(NotReady, match="load streets"):
        place_facilities(empty, Profile.EBIKE)


def test_long_process_sees_what_has_changed_and_reads_nothing_twice(
    ask: Ask, workspace: Workspace, now: datetime
) -> None:
    ask([place("a", 100)])
    kept_facilities = KeptFacilities(workspace)
    first = kept_facilities.current(Profile.EBIKE)
    assert kept_facilities.current(Profile.EBIKE) is first
    with workspace.database.writing() as connection:
        stored.write(connection, [place("b", 50)], replace=False)
    changed = kept_facilities.current(Profile.EBIKE)
    assert ids(answer_nearest(changed, NearestQuestion(32.04, 112.14), now)) == ["b", "a"]
    assert kept_facilities.current(Profile.WALK) is not changed


def test_limit_in_metres_does_not_follow_the_order_by_seconds(ask: Ask) -> None:
    """One wades 130 m to the near one slower than one rides 450 m to the far one."""
    near = replace(place("near", 100), lat=32.0412)
    known = [near, place("far", 450)]
    assert ids(ask(known, k=1)) == ["far"]
    assert ids(ask(known, k=1, max_distance_m=300.0)) == ["near"]


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (31.0, 123.5),  # in the sea
        (48.85, 2.35),  # on another continent
        (-32.04, -67.86),  # on the other side of the earth
        (90.0, 0.0),
        (-90.0, 112.14),
        (89.999999, -112.14),
        (32.04, 180.0),
        (32.04, -180.0),
        (0.0, 0.0),
    ],
)
def test_anywhere_on_earth_the_straight_order_is_told_and_that_it_is_straight(
    ask: Ask, lat: float, lon: float
) -> None:
    known = [place(f"f-{at}", 90.0 * at) for at in range(10)]
    known.append(Facility("far", "rest_station", 113.0, 33.0))
    for by in Measure:
        answer = ask(known, lat=lat, lon=lon, k=11, by=by)
        assert answer.by is Measure.STRAIGHT
        if by is Measure.STRAIGHT:
            assert answer.notes == ()
        else:
            (note,) = answer.notes
            assert note.startswith("No street within 500 m of this position: distances are in")
            assert re.search(r"It is [0-9,]+ km away from the streets of this city\.$", note)
        metres = {
            one.facility_id: round(GEODESIC.inv(lon, lat, one.lon, one.lat)[2] * 1000)
            for one in known
        }
        assert ids(answer) == sorted(metres, key=lambda one: (metres[one], one))
        for near in answer.found:
            told = near.distance_m * 1000, near.straight_m * 1000
            assert told == pytest.approx((metres[near.facility.facility_id],) * 2, abs=1)
            assert near.snapped_m is None
    assert len(ask(known, lat=lat, lon=lon, max_distance_m=5000.0).found) == 0


@pytest.mark.parametrize("lon", [180.0, -180.0, 179.9999, -179.9999])
def test_across_the_date_line_the_streets_go_on(
    empty: Workspace, now: datetime, tmp_path: Path, lon: float
) -> None:
    lines = [[[179.995, -16.5], [180.0, -16.5]], [[-180.0, -16.5], [-179.995, -16.5]]]
    roads = [
        {
            "type": "Feature",
            "properties": {"highway": "residential"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in lines
    ]
    path = tmp_path / "line.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": roads}))
    load_streets(empty, [path])
    known = [
        Facility("east", "rest_station", -179.997, -16.5),
        Facility("west", "rest_station", 179.997, -16.5),
    ]
    with empty.database.writing() as connection:
        stored.write(connection, known)
    question = NearestQuestion(-16.5, lon, by=Measure.DISTANCE)
    answer = answer_nearest(place_facilities(empty, Profile.EBIKE), question, now)
    assert answer.by is Measure.DISTANCE
    nearer = ["west", "east"] if lon == 179.9999 else ["east", "west"]
    assert ids(answer) == nearer
    for near in answer.found:
        metres = GEODESIC.inv(lon, -16.5, near.facility.lon, -16.5)[2]
        assert near.distance_m == pytest.approx(metres, rel=0.001)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 30])
@pytest.mark.parametrize("k", [1, 8, 9, 20, 1000])
@pytest.mark.parametrize("by", list(Measure))
def test_as_many_as_there_are_and_no_more_than_k(ask: Ask, count: int, k: int, by: Measure) -> None:
    """Also where k, and the number of facilities, are more than a table is wide."""
    known = [place(f"f-{at:02}", 30.0 * at + 5) for at in range(count)]
    answer = ask(known, k=k, by=by)
    assert ids(answer) == [one.facility_id for one in known][:k]
    assert [near.rank for near in answer.found] == list(range(1, min(k, count) + 1))
    assert bool(answer.notes) is (k > count)
    for near, at in zip(answer.found, range(count), strict=False):
        assert near.distance_m == pytest.approx(30.0 * at + 5, rel=0.001)


@pytest.mark.parametrize("k", [3, 8, 12, 100])
def test_at_one_place_all_are_found_in_the_order_of_their_ids(ask: Ask, k: int) -> None:
    known = [place(f"f-{number}", 300) for number in range(20)]
    names = sorted(one.facility_id for one in known)
    for by in Measure:
        assert ids(ask(known, k=k, by=by)) == names[:k]
        assert ids(ask(known, k=k, by=by, lon=112.14 + 300 / 94_400)) == names[:k]
        assert ids(ask(known, k=k, by=by, max_distance_m=301.0)) == names[:k]
        assert ids(ask(known, k=k, by=by, max_distance_m=299.0)) == []


@pytest.mark.parametrize("by", list(Measure))
def test_filters_that_nothing_fits_find_nothing_and_say_so(ask: Ask, by: Measure) -> None:
    known = [place("a", 100, opening_hours="off"), place("b", 200, "water_point")]
    for question in (
        {"kinds": frozenset({"rest_station"}), "usable": True},
        {"kinds": frozenset({"rest_station"}), "open_for_min": 1.0},
    ):
        for k in (1, 20):
            answer = ask(known, by=by, k=k, **question)
            assert answer.found == ()
            assert answer.notes == ("No facility fits the filters at this time.",)


def test_open_for_so_many_minutes_more_counts_from_now_or_from_then(
    ask: Ask, now: datetime
) -> None:
    known = [
        place("noon", 10, opening_hours="Mo-Su 08:00-12:30"),
        place("evening", 20, opening_hours="Mo-Su 08:00-22:00"),
        place("always", 30),
    ]
    assert ids(ask(known, open_for_min=30.0)) == ["noon", "evening", "always"]
    assert ids(ask(known, open_for_min=30.01)) == ["evening", "always"]
    later = now + timedelta(hours=9, minutes=30)
    assert ids(ask(known, open_for_min=30.0, open_at=later)) == ["evening", "always"]
    assert ids(ask(known, open_for_min=31.0, open_at=later)) == ["always"]
    assert ids(ask(known, open_for_min=float(MOST_OPEN_FOR_MIN))) == ["always"]


def test_facilities_placed_once_have_the_citys_calendar_of_now(
    workspace: Workspace, now: datetime
) -> None:
    """Noon in Xiangyang is five in the morning in Berlin."""
    with workspace.database.writing() as connection:
        stored.write(connection, [place("a", 10, opening_hours="Mo-Su 08:00-22:00")])
        city.write_calendar(connection, Calendar("Europe/Berlin", "DE"))
    question = NearestQuestion(32.04, 112.14)
    answer = answer_nearest(place_facilities(workspace, Profile.EBIKE), question, now)
    assert not answer.found[0].opening.open


def test_question_is_answered_at_once_when_all_is_there(
    workspace: Workspace, now: datetime
) -> None:
    with workspace.database.writing() as connection:
        stored.write(connection, [place(f"{number:02}", number) for number in range(20)])
    placed, asked = place_facilities(workspace, Profile.EBIKE), NearestQuestion(32.04, 112.14)
    assert answer_at_once(placed, asked, now) is None, "there is no table yet"
    planned = asked._replace(k=8, open_at=now, usable=True, open_for_min=5.0)
    answers = [answer_nearest(placed, one, now) for one in (asked, planned)]
    assert [answer_at_once(placed, one, now) for one in (asked, planned)] == answers
    limited = asked._replace(by=Measure.DISTANCE, max_distance_m=100.0)
    assert answer_at_once(placed, limited, now) is None
    assert answer_nearest(placed, limited, now) == answer_at_once(placed, limited, now)
    for question in (
        asked._replace(k=9),
        asked._replace(by=Measure.STRAIGHT),
        asked._replace(max_distance_m=100.0),
        asked._replace(amenities=frozenset({"tap"})),
        asked._replace(open_at=now + timedelta(days=1)),
        asked._replace(lat=33.0),
    ):
        assert answer_at_once(placed, question, now) is None
    with pytest.raises(WrongUsage):
        answer_at_once(placed, asked._replace(k=0), now)
    with pytest.raises(UnknownKind):
        answer_at_once(placed, asked._replace(kinds=frozenset({"pool"})), now)


def test_usable_is_now_whenever_it_is_to_be_open(ask: Ask, now: datetime) -> None:
    """A state tells of the present; what is told of a place is told of the present too."""
    fresh = State(now - timedelta(seconds=60), charged=3, empty=3)
    known = [
        place("cabinet", 10, "charging_cabinet", state=fresh, opening_hours="Mo-Su 10:00-13:00"),
        place("full", 20, "charging_cabinet", state=replace(fresh, empty=0)),
        place("late", 30, opening_hours="Mo-Su 18:00-23:00"),
    ]
    evening, ago = now + timedelta(hours=8), now - timedelta(days=30)
    assert ids(ask(known, usable=True, open_at=now + timedelta(minutes=30))) == ["cabinet"]
    assert ids(ask(known, usable=True, open_at=ago)) == ["cabinet"]
    assert ids(ask(known, usable=True, open_at=evening)) == []
    planned = ask(known, open_at=evening)
    assert ids(planned) == ["full", "late"]
    assert [near.opening.open for near in planned.found] == [True, False]
    assert [near.usable for near in planned.found] == [Usable.NO, Usable.NO]
    assert planned.found[0].state_age_s == 60.0


def test_street_is_near_though_none_of_more_than_a_table_holds_is_reached(ask: Ask) -> None:
    """Beyond 537 km nothing is reached; that is no reason to answer straight."""
    known = [Facility(f"f-{number:02}", "rest_station", 112.14, 33.0) for number in range(20)]
    for k in (8, 9, 20):
        answer = ask(known, k=k)
        assert (answer.by, answer.found) == (Measure.TIME, ())

"""The rider's question: filters first, then k; ties, limits, and what is said beside the answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from geo_service.domain.facility import Facility, State
from geo_service.domain.usable import Usable
from geo_service.errors import NotReady, UnknownKind, WrongUsage
from geo_service.flows.districts import Districts
from geo_service.flows.find_nearest import (
    NearestAnswer,
    NearestQuestion,
    answer_nearest,
    open_district,
)
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities as stored
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile

Ask = Callable[..., NearestAnswer]


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
            open_district(workspace, Profile.EBIKE), NearestQuestion(**asked), now
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
        "No facility fits the filters at this time.",
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
    ],
)
def test_senseless_questions_name_the_field(
    ask: Ask, question: dict[str, float], where: str
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
        open_district(empty, Profile.EBIKE)


def test_long_process_sees_what_has_changed_and_reads_nothing_twice(
    ask: Ask, workspace: Workspace, now: datetime
) -> None:
    ask([place("a", 100)])
    districts = Districts(workspace)
    first = districts.current(Profile.EBIKE)
    assert districts.current(Profile.EBIKE) is first
    with workspace.database.writing() as connection:
        stored.write(connection, [place("b", 50)], replace=False)
    changed = districts.current(Profile.EBIKE)
    assert ids(answer_nearest(changed, NearestQuestion(32.04, 112.14), now)) == ["b", "a"]
    assert districts.current(Profile.WALK) is not changed


def test_limit_in_metres_does_not_follow_the_order_by_seconds(ask: Ask) -> None:
    """One wades 130 m to the near one slower than one rides 450 m to the far one."""
    near = replace(place("near", 100), lat=32.0412)
    known = [near, place("far", 450)]
    assert ids(ask(known, k=1)) == ["far"]
    assert ids(ask(known, k=1, max_distance_m=300.0)) == ["near"]

"""Catchments of a workspace: who counts, how far is too far, and what it comes to."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from geo_service.domain.facility import Facility
from geo_service.errors import UnknownKind, WrongUsage
from geo_service.flows.find_catchments import (
    CatchmentQuestion,
    find_by_kind,
    find_catchments,
    limit_of,
)
from geo_service.flows.placed_facilities import PlacedFacilities, place_facilities
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities as stored
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile

EVERYBODY = [
    Facility("a", "rest_station", 112.140, 32.04, amenities=frozenset({"fridge"})),
    Facility("b", "rest_station", 112.150, 32.04, opening_hours="Mo-Su 06:00-08:00"),
    Facility("c", "water_point", 112.145, 32.04),
]


@pytest.fixture
def placed(workspace: Workspace) -> PlacedFacilities:
    """Return a street of 944 m with a station at each end and water in the middle."""
    with workspace.database.writing() as connection:
        stored.write(connection, EVERYBODY, replace=False)
    return place_facilities(workspace, Profile.WALK)


def served(placed: PlacedFacilities, now: datetime, **words: object) -> list[str]:
    """The facilities that have streets, as they follow one another along the street."""
    question = CatchmentQuestion(profile=Profile.WALK, **words)
    found = find_catchments(placed, question, now)
    sites = found.catchments.site[found.catchments.site >= 0].tolist()
    return list(dict.fromkeys(placed.facilities[site].facility_id for site in sites))


def test_filters_say_who_counts(placed: PlacedFacilities, now: datetime) -> None:
    assert served(placed, now) == ["a", "c", "b"]
    assert served(placed, now, kinds=frozenset({"rest_station"})) == ["a", "b"]
    assert served(placed, now, amenities=frozenset({"fridge"})) == ["a"]
    assert served(placed, now, open_at=now) == ["a", "c"]
    assert served(placed, now, open_at=now - timedelta(hours=5)) == ["a", "c", "b"]
    assert served(placed, now, usable=True) == ["a", "c"]


def test_sums_are_of_the_whole_street(placed: PlacedFacilities, now: datetime) -> None:
    question = CatchmentQuestion(
        kinds=frozenset({"water_point"}), by=Measure.DISTANCE, profile=Profile.WALK, metres=100
    )
    found = find_catchments(placed, question, now)
    assert found.limit == 100_000
    assert found.wanted.tolist() == [False, False, True]
    assert found.coverage.near_mm == pytest.approx(200_000, abs=5)
    assert found.coverage.total_mm == placed.streets.network.edge_length_mm.sum()
    assert found.coverage.within_mm.tolist()[:2] == [0, 0]
    assert int(found.coverage.farthest.cost[0]) == pytest.approx(472_260, abs=20)


def test_limit_in_minutes_is_time(placed: PlacedFacilities, now: datetime) -> None:
    question = CatchmentQuestion(profile=Profile.WALK, minutes=0.5)
    found = find_catchments(placed, question, now)
    assert found.catchments.by_time
    assert found.limit == 30_000
    assert np.maximum(found.catchments.cost_start, found.catchments.cost_end)[
        ~found.catchments.beyond
    ].max() == pytest.approx(30_000, abs=1)


def test_each_kind_by_itself(placed: PlacedFacilities, now: datetime) -> None:
    question = CatchmentQuestion(profile=Profile.WALK)
    found = find_by_kind(placed, question, now)
    assert list(found) == ["rest_station", "water_point"]
    assert [one.wanted.tolist() for one in found.values()] == [
        [True, True, False],
        [False, False, True],
    ]
    one = question._replace(kinds=frozenset({"water_point"}))
    assert list(find_by_kind(placed, one, now)) == ["water_point"]


def test_kind_that_nobody_has_is_refused_with_those_present(
    placed: PlacedFacilities, now: datetime
) -> None:
    question = CatchmentQuestion(kinds=frozenset({"helipad"}))
    for ask in (find_catchments, find_by_kind):
        with pytest.raises(UnknownKind, match=r"helipad.*rest_station, water_point"):
            ask(placed, question, now)


def test_without_facilities_all_is_one_hole(workspace: Workspace, now: datetime) -> None:
    empty = place_facilities(workspace, Profile.EBIKE)
    found = find_catchments(empty, CatchmentQuestion(), now)
    assert found.coverage.near_mm == 0
    assert found.coverage.hole_mm == found.coverage.unreached_mm > 0
    assert find_by_kind(empty, CatchmentQuestion(), now) == {}


@pytest.mark.parametrize(
    ("by", "minutes", "metres", "limit"),
    [
        (Measure.TIME, None, None, 600_000),
        (Measure.TIME, 2.5, None, 150_000),
        (Measure.DISTANCE, None, None, 1_000_000),
        (Measure.DISTANCE, None, 0.5, 500),
    ],
)
def test_limit_is_in_thousandths(
    by: Measure, minutes: float | None, metres: float | None, limit: int
) -> None:
    assert limit_of(by, minutes, metres) == limit


@pytest.mark.parametrize(
    ("by", "minutes", "metres", "said"),
    [
        (Measure.TIME, 0, None, "more than 0"),
        (Measure.TIME, float("nan"), None, "more than 0"),
        (Measure.TIME, 1441, None, "at most 1,440"),
        (Measure.TIME, None, 500, "said in minutes"),
        (Measure.DISTANCE, 10, None, "said in metres"),
        (Measure.DISTANCE, None, -1, "more than 0"),
        (Measure.STRAIGHT, None, None, "by street"),
    ],
)
def test_limit_that_makes_no_sense_is_refused(
    by: Measure, minutes: float | None, metres: float | None, said: str
) -> None:
    with pytest.raises(WrongUsage, match=said):
        limit_of(by, minutes, metres)

from datetime import UTC, datetime

import pytest
import shapely

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.issue import Issue
from geo_service.domain.responsibility import Responsible
from geo_service.errors import RefusedFields
from geo_service.flows.find_responsible import find_responsible, find_responsible_for_all
from geo_service.flows.wiring import Workspace
from geo_service.geometry.metric import GEOD
from geo_service.store import areas

TOP = Body("top", "街道", Level.STREET_COMMITTEE)
LOW = Body("low", "社区", Level.COMMUNITY, parent_id="top", categories=frozenset({"fire"}))
SQUARE = shapely.to_wkb(shapely.box(112.13, 32.03, 112.16, 32.045))
FAR = shapely.to_wkb(shapely.box(113.0, 32.0, 113.1, 32.1))


@pytest.fixture
def mapped(workspace: Workspace) -> Workspace:
    """Return the street, an area around it, and one that is a day's walk away."""
    with workspace.database.writing() as connection:
        known = [Area("a", "a", "low", SQUARE), Area("far", "far", "low", FAR)]
        areas.write(connection, known, [TOP, LOW])
    return workspace


def ask(workspace: Workspace, lon: float, lat: float, category: str) -> Responsible:
    with workspace.database.reading() as connection:
        return find_responsible(connection, workspace, lon, lat, category)


def off_the_street(metres: float) -> tuple[float, float]:
    """Go so far west of where the street begins."""
    lon, lat, _ = GEOD.fwd(112.14, 32.04, 270.0, metres)
    return float(lon), float(lat)


def test_the_area_decides_where_its_body_answers(mapped: Workspace) -> None:
    assert ask(mapped, 112.14, 32.04, "fire") == Responsible("a", "low")


def test_what_no_area_answers_for_goes_to_the_top(mapped: Workspace) -> None:
    assert ask(mapped, 112.14, 32.04, "pothole") == Responsible("", "top")
    assert ask(mapped, *off_the_street(4_900), "fire") == Responsible("", "top")


def test_far_from_the_streets_is_refused_and_the_place_is_not_said_again(
    mapped: Workspace,
) -> None:
    lon, lat = off_the_street(5_100)
    with pytest.raises(RefusedFields) as refused:
        ask(mapped, lon, lat, "fire")
    assert refused.value.faults == {
        "lat": "The place lies more than 5 km from the streets of this city, so nobody here can "
        "look after it."
    }


def test_an_area_may_be_far_from_the_streets(mapped: Workspace) -> None:
    assert ask(mapped, 113.05, 32.05, "fire") == Responsible("far", "low")
    assert ask(mapped, 113.05, 32.05, "pothole") == Responsible("", "top")


def test_without_bodies_nobody_answers_but_far_stays_far(workspace: Workspace) -> None:
    assert ask(workspace, 112.14, 32.04, "fire") == Responsible("", "")
    with pytest.raises(RefusedFields, match="can't be accepted"):
        ask(workspace, 100.0, 32.04, "fire")


def test_without_streets_nothing_is_far(empty: Workspace) -> None:
    assert ask(empty, 100.0, 32.04, "fire") == Responsible("", "")


def test_issues_that_are_there_are_answered_for_wherever_they_are(mapped: Workspace) -> None:
    now = datetime(2026, 11, 18, tzinfo=UTC)
    issues = [
        Issue("1", "fire", 112.14, 32.04, now),
        Issue("2", "pothole", 112.14, 32.04, now),
        Issue("3", "fire", 100.0, 0.0, now),
    ]
    with mapped.database.reading() as connection:
        found = find_responsible_for_all(connection, mapped, issues)
        assert find_responsible_for_all(connection, mapped, []) == []
    assert found == [Responsible("a", "low"), Responsible("", "top"), Responsible("", "top")]

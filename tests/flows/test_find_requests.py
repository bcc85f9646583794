from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.role import Role
from geo_service.errors import NotFound
from geo_service.flows.find_requests import find_request, find_requests
from geo_service.flows.track_report import token_of
from geo_service.flows.wiring import Workspace
from geo_service.store import areas, cases, categories, issues
from geo_service.store.case_schema import photos
from geo_service.store.case_search import CaseFilter
from geo_service.store.keys import Key

ALL = CaseFilter()


def a_key(role: Role, now: datetime, rider: str = "") -> Key:
    return Key(f"key-{role}", role, "", now, None, None, rider=rider)


@pytest.fixture
def city(empty: Workspace, now: datetime) -> Workspace:
    """Keep a public issue, one nobody has looked at, and two that were merged into those."""

    def case(number: int, *, approved: bool, merged_into: str = "") -> Case:
        issue = Issue(f"r-{number}", "water", 112, 32, now, approved=approved)
        stage = Stage.MERGED if merged_into else Stage.FILED
        issue = replace(issue, reported_at=now - timedelta(hours=number))
        return Case(
            issue, stage, "u", now, body_id="b", merged_into=merged_into, reporter=f"rider-{number}"
        )

    records = [
        case(1, approved=True),
        case(2, approved=False),
        case(3, approved=True, merged_into="r-1"),
        case(4, approved=True, merged_into="r-2"),
    ]
    shown = {"added_at": now, "width": 1, "height": 1, "size": 1, "digest": b"", "approved": True}
    with empty.database.writing() as connection:
        categories.write(connection, [Category("water", "积水", "Water"), Category("a/b", "x")])
        areas.write(connection, [], [Body("b", "街道", Level.STREET_COMMITTEE)])
        issues.write(connection, [one.issue for one in records])
        cases.add(connection, records)
        connection.execute(
            insert(photos),
            [{"photo_id": f"p{number}", "issue_id": f"r-{number}", **shown} for number in (1, 2)],
        )
    return empty


def ids(city: Workspace, key: Key | None, wanted: CaseFilter = ALL, page: int = 1) -> list[str]:
    found = find_requests(city, key, wanted, page=page, page_size=2 if page > 1 else 10)
    return [one.case.issue.issue_id for one in found]


def test_everybody_sees_what_is_approved_newest_first(city: Workspace, now: datetime) -> None:
    assert ids(city, None) == ["r-1", "r-3", "r-4"]
    assert ids(city, None, page=2) == ["r-4"]
    for role in (Role.OPERATOR, Role.ANALYST):
        assert ids(city, a_key(role, now)) == ["r-1", "r-3", "r-4"]


def test_staff_see_all_and_riders_their_own_too(city: Workspace, now: datetime) -> None:
    for role in (Role.STAFF, Role.ADMIN):
        assert ids(city, a_key(role, now)) == ["r-1", "r-2", "r-3", "r-4"]
    assert ids(city, a_key(Role.RIDER, now, "rider-2")) == ["r-1", "r-2", "r-3", "r-4"]
    assert ids(city, a_key(Role.RIDER, now, "rider-3")) == ["r-1", "r-3", "r-4"]
    # A key made before riders had pseudonyms is nobody's, as reports without a key are.
    assert ids(city, a_key(Role.RIDER, now)) == ["r-1", "r-3", "r-4"]


def test_rights_are_not_for_the_filter_to_say(city: Workspace) -> None:
    assert ids(city, None, CaseFilter(sees_all=True, rider="rider-2")) == ["r-1", "r-3", "r-4"]


def test_a_request_comes_with_names_picture_and_what_it_was_merged_into(
    city: Workspace, now: datetime
) -> None:
    found = find_requests(city, None, ALL, page=1, page_size=10)
    first, merged, merged_into_hidden = found
    assert (first.service_name, first.agency, first.photo_id) == ("积水 Water", "街道", "p1")
    assert (merged.merged_into, merged_into_hidden.merged_into) == ("r-1", "")
    staff = find_request(city, a_key(Role.STAFF, now), "r-4")
    assert staff.merged_into == "r-2"
    # Its picture is approved, but an issue that is not hides its pictures.
    assert find_request(city, a_key(Role.STAFF, now), "r-2").photo_id == ""


def test_what_is_not_approved_is_found_by_those_who_may_see_it(
    city: Workspace, now: datetime
) -> None:
    token = token_of(city, "r-2")
    for key, shown in (
        (a_key(Role.STAFF, now), ""),
        (a_key(Role.RIDER, now, "rider-2"), ""),
        (None, token),
    ):
        assert find_request(city, key, "r-2", shown).case.issue.issue_id == "r-2"
    for key, shown in (
        (None, ""),
        (None, token_of(city, "r-1")),
        (None, token + "0"),
        (a_key(Role.RIDER, now, "rider-1"), ""),
        (a_key(Role.ANALYST, now), ""),
    ):
        with pytest.raises(NotFound, match="no service request with this id"):
            find_request(city, key, "r-2", shown)


@pytest.mark.parametrize("issue_id", ["r-9", "", "\0", "\ud800"])
def test_an_id_that_is_none_is_not_found(city: Workspace, issue_id: str) -> None:
    with pytest.raises(NotFound):
        find_request(city, None, issue_id)
    assert ids(city, None, CaseFilter(issue_ids=frozenset({issue_id}))) == []


@pytest.mark.parametrize("code", ["lane", "", "\0", "\ud800"])
def test_of_a_service_that_is_none_there_are_no_requests(city: Workspace, code: str) -> None:
    assert ids(city, None, CaseFilter(categories=frozenset({code}))) == []

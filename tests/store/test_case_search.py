from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.geometry.metric import geodesic_of_two_m
from geo_service.store import case_search, cases, issues
from geo_service.store import schema as tables
from geo_service.store.case_search import CaseFilter, Way, search
from geo_service.store.database import Database

START = datetime(2026, 10, 1, tzinfo=UTC)
PLACE = (112.14, 32.04)
RIDERS = ("", "rider-a", "rider-b")
AREAS = ("", "east", "west")


def moments() -> st.SearchStrategy[datetime]:
    return st.integers(0, 20).map(lambda hours: START + timedelta(hours=hours))


@st.composite
def all_cases(draw: st.DrawFn) -> list[Case]:
    found = []
    for number in range(draw(st.integers(0, 12))):
        reported_at = draw(moments())
        issue = Issue(
            f"i{number}",
            draw(st.sampled_from(("water", "lane", "light"))),
            PLACE[0] + draw(st.integers(-5, 5)) / 1000,
            PLACE[1] + draw(st.integers(-5, 5)) / 1000,
            reported_at,
            approved=draw(st.booleans()),
        )
        changed = reported_at + timedelta(hours=draw(st.integers(0, 20)))
        reporter = draw(st.sampled_from(RIDERS))
        stage = draw(st.sampled_from(list(Stage)))
        area_id = draw(st.sampled_from(AREAS))
        found.append(Case(issue, stage, "u", changed, area_id=area_id, reporter=reporter))
    return found


FILTERS = st.builds(
    CaseFilter,
    issue_ids=st.none() | st.frozensets(st.sampled_from(("i0", "i1", "i5", "nobody's"))),
    categories=st.frozensets(st.sampled_from(("water", "lane", "no such"))),
    is_open=st.none() | st.booleans(),
    since=st.none() | moments(),
    until=st.none() | moments(),
    updated_since=st.none() | moments(),
    updated_until=st.none() | moments(),
    near=st.none() | st.sampled_from((150.0, 333.0)).map(lambda radius: (*PLACE, radius)),
    sees_all=st.booleans(),
    area_ids=st.frozensets(st.sampled_from(AREAS)),
    rider=st.sampled_from(RIDERS),
)


def lets_through(wanted: CaseFilter, case: Case) -> bool:
    issue = case.issue
    seen = (
        wanted.sees_all
        or issue.approved
        or case.area_id in wanted.area_ids
        or (wanted.rider and case.reporter == wanted.rider)
    )
    spans = (
        (wanted.since, issue.reported_at, wanted.until),
        (wanted.updated_since, case.updated_at, wanted.updated_until),
    )
    return bool(
        seen
        and (wanted.issue_ids is None or issue.issue_id in wanted.issue_ids)
        and (not wanted.categories or issue.category in wanted.categories)
        and (wanted.is_open is None or case.is_open == wanted.is_open)
        and all((low is None or low <= at) and (up is None or at <= up) for low, at, up in spans)
        and (
            wanted.near is None or geodesic_of_two_m(*PLACE, issue.lon, issue.lat) <= wanted.near[2]
        )
    )


def keep(database: Database, records: Sequence[Case]) -> None:
    with database.writing() as connection:
        connection.execute(delete(tables.issues))
        issues.write(connection, [case.issue for case in records])
        cases.add(connection, records)


@given(all_cases(), FILTERS, st.integers(0, 4), st.integers(1, 6))
@pytest.mark.parametrize("way", [None, *Way])
def test_a_page_holds_what_a_look_at_each_case_finds(
    shared_database: Database,
    way: Way | None,
    records: list[Case],
    wanted: CaseFilter,
    offset: int,
    limit: int,
) -> None:
    keep(shared_database, records)
    with pytest.MonkeyPatch.context() as patch:
        if way is not None:
            # Whichever way is taken, what is found is the same.
            patch.setattr(case_search, "_shortest_way", lambda *_: way)
        with shared_database.reading() as connection:
            found = search(connection, wanted, offset=offset, limit=limit)
    right = [case for case in records if lets_through(wanted, case)]
    right.sort(key=lambda case: (case.issue.reported_at, case.issue.issue_id), reverse=True)
    assert found == right[offset : offset + limit]


def filled(database: Database, **changes: Any) -> None:  # noqa: ANN401 - any field of a case
    """Keep 400 cases, an hour apart, one in forty of them open."""
    records = []
    for number in range(400):
        reported_at = START + timedelta(hours=number)
        issue = Issue(f"i{number:03}", f"c{number % 2}", *PLACE, reported_at)
        stage = Stage.FILED if number % 40 == 0 else Stage.CLOSED
        records.append(replace(Case(issue, stage, "u", reported_at), **changes))
    keep(database, records)


@pytest.mark.parametrize(
    ("wanted", "way"),
    [
        (CaseFilter(), Way.TIME),
        (CaseFilter(is_open=True), Way.STAGE),
        (CaseFilter(is_open=False), Way.TIME),
        (CaseFilter(categories=frozenset({"c1"})), Way.TIME),
        (CaseFilter(categories=frozenset({"none"})), Way.PLACE),
        (CaseFilter(categories=frozenset({"c1"}), near=(0.0, 0.0, 100.0)), Way.PLACE),
        (CaseFilter(updated_since=START + timedelta(hours=397)), Way.UPDATE),
        (CaseFilter(issue_ids=frozenset({"i1"})), Way.ID),
        (CaseFilter(is_open=True, since=START + timedelta(hours=399)), Way.TIME),
    ],
)
def test_the_way_with_the_fewest_to_look_at_is_taken(
    database: Database, wanted: CaseFilter, way: Way
) -> None:
    filled(database)
    with database.reading() as connection:
        assert case_search._shortest_way(connection, wanted, 10) is way


def test_categories_are_found_by_looks_into_the_index(database: Database) -> None:
    with database.reading() as connection:
        assert case_search._categories(connection) == []
    filled(database)
    with database.reading() as connection:
        assert case_search._categories(connection) == ["c0", "c1"]

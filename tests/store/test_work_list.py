"""The staff's list, page by page, beside a plain look at every case."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import OPEN, Stage
from geo_service.store import cases, issues
from geo_service.store.database import Database
from geo_service.store.work_list import WHENEVER, Work, place_of, read_place, read_work

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)

BODIES, CATEGORIES = ("a", "b"), ("fire", "water")
AREAS = ("", "east", "west")
known_cases = st.tuples(
    st.sampled_from(Stage),
    st.none() | st.integers(-2, 2).map(lambda hours: NOW + hours * HOUR),
    st.sampled_from(BODIES),
    st.sampled_from(CATEGORIES),
    st.booleans(),
    st.sampled_from([-180.0, -179.0, 0.0, 179.0]),
    st.sampled_from([-1.0, 0.0, 1.0]),
    st.sampled_from(AREAS),
)
boxes = st.tuples(
    st.sampled_from([-180.0, -1.0, 179.0]),
    st.sampled_from([-1.0, 0.0]),
    st.sampled_from([-180.0, -179.0, 0.0, 180.0]),
    st.sampled_from([0.0, 1.0]),
)
works = st.builds(
    Work,
    stages=st.just(OPEN) | st.frozensets(st.sampled_from(Stage)),
    categories=st.frozensets(st.sampled_from(CATEGORIES)),
    body_ids=st.frozensets(st.sampled_from(BODIES)),
    overdue_at=st.none() | st.just(NOW),
    approved=st.none() | st.booleans(),
    box=st.none() | boxes,
    area_ids=st.none() | st.frozensets(st.sampled_from(AREAS)),
)


def made(number: int, told: tuple[object, ...]) -> Case:
    stage, due_at, body_id, category, approved, lon, lat, area_id = told
    issue = Issue(f"i-{number}", category, lon, lat, NOW, approved=approved)  # type: ignore[arg-type]
    case = Case(issue, stage, "u", NOW, body_id=body_id, due_at=due_at)  # type: ignore[arg-type]
    return replace(case, area_id=area_id)  # type: ignore[arg-type]


def wanted(case: Case, work: Work) -> bool:
    issue = case.issue
    within = True
    if work.box is not None:
        west, south, east, north = work.box
        across = west > east
        inside = issue.lon >= west or issue.lon <= east if across else west <= issue.lon <= east
        within = inside and south <= issue.lat <= north
    return (
        case.stage in work.stages
        and (not work.categories or issue.category in work.categories)
        and (not work.body_ids or case.body_id in work.body_ids)
        and (work.overdue_at is None or case.overdue(work.overdue_at))
        and work.approved in (None, issue.approved)
        and (work.area_ids is None or case.area_id in work.area_ids)
        and within
    )


@given(st.lists(known_cases, max_size=8), works, st.integers(1, 4))
def test_pages_hold_what_is_wanted_in_order_each_once(
    shared_database: Database, lives: list[tuple[object, ...]], work: Work, limit: int
) -> None:
    known = [made(number, told) for number, told in enumerate(lives)]
    right = [case for case in known if wanted(case, work)]
    right.sort(key=lambda case: (case.due_at is None, case.due_at or NOW, case.issue.issue_id))
    with shared_database.writing() as connection:
        issues.write(connection, [], replace=True)
        issues.write(connection, [case.issue for case in known])
        cases.add(connection, known)
        found, after = list[Case](), None
        # One page more than there can be, so that a list without end is seen too.
        for _ in range(len(known) + 1):
            page = read_work(connection, work, after=after, limit=limit)
            assert len(page) <= limit
            found += page
            after = read_place(str(place_of(page[-1]))) if page else after
    assert found == right


def test_a_place_comes_back_as_it_was_written() -> None:
    case = made(1, (Stage.FILED, None, "a", "fire", True, 0.0, 0.0, ""))
    early = replace(case, due_at=datetime(1970, 1, 1, tzinfo=UTC))
    odd = replace(case, issue=replace(case.issue, issue_id="a-b 站-"))
    for one in (case, early, odd):
        assert read_place(str(place_of(one))) == place_of(one)
    assert place_of(case).due_at == WHENEVER


@pytest.mark.parametrize("text", ["", "-", "1", "1-", "x-i", "-i", "1.5-i", "9" * 19 + "-i"])
def test_what_is_no_place_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        read_place(text)


def test_edges_belong_to_the_box_and_what_is_due_now_is_not_late(database: Database) -> None:
    def case(name: str, lon: float, late: timedelta) -> Case:
        issue = Issue(name, "fire", lon, 0.0, NOW)
        return Case(issue, Stage.FILED, "u", NOW, due_at=NOW - late)

    known = [case("edge", 1.0, HOUR), case("beside", 2.0, HOUR), case("now", 1.0, 0 * HOUR)]
    with database.writing() as connection:
        issues.write(connection, [one.issue for one in known])
        cases.add(connection, known)
        work = Work(overdue_at=NOW, box=(1.0, 0.0, 1.0, 0.0))
        found = read_work(connection, work, after=None, limit=9)
    assert [one.issue.issue_id for one in found] == ["edge"]

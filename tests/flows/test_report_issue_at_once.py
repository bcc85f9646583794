"""Many who report at once on PostgreSQL, where those who write different things don't wait."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from private_postgis import Cluster

from geo_service.domain.category import Category
from geo_service.domain.facility import Facility, State
from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.manage_keys import add_key
from geo_service.flows.report_issue import Reported, report_issue
from geo_service.flows.report_state import report_state
from geo_service.flows.wiring import Workspace
from geo_service.store import audit, categories, city, facilities, issues
from geo_service.store.acting import Act, Deed, acting
from geo_service.store.change_journal import FACILITIES, ISSUES, changed_since
from geo_service.store.database import Database

SENDERS = 8
CABINETS = [Facility(f"c-{n}", "charging_cabinet", 112.14, 32.04 + n / 1000) for n in range(3)]
WATER = Report("standing_water", 112.145, 32.0401, "积水")


@pytest.fixture
def place(empty: Workspace, postgis: Cluster) -> Iterator[Workspace]:
    """Return a city without streets: no place is too far from them."""
    with postgis.copied() as address, closing(Database(address)) as database:
        with database.writing() as connection:
            categories.write(connection, [Category("standing_water", "积水")])
            facilities.write(connection, CABINETS)
        yield replace(empty, database=database)


def test_what_many_send_at_once_is_one_issue_and_what_differs_is_many(
    place: Workspace, now: datetime
) -> None:
    def send(number: int) -> Reported:
        report = WATER if number % 2 else replace(WATER, description=f"积水 {number}")
        with acting(Act(lambda: now, lambda: Deed("report"))):
            return report_issue(
                place, report, key=None, now=now, idempotency_key="same" if number % 2 else ""
            )

    with place.database.reading() as connection:
        before = city.changes(connection)
    with ThreadPoolExecutor(SENDERS) as pool:
        done = list(pool.map(send, range(4 * SENDERS)))
    same = [one for number, one in enumerate(done) if number % 2]
    others = [one for number, one in enumerate(done) if not number % 2]
    assert len({one.case.issue.issue_id for one in same}) == 1
    assert sorted(one.repeated for one in same) == [False] + [True] * (len(same) - 1)
    assert not any(one.repeated for one in others)
    ids = {one.case.issue.issue_id for one in done}
    assert len(ids) == 1 + len(others)
    with place.database.reading() as connection:
        assert {issue.issue_id for issue in issues.read_all(connection)} == ids
        assert changed_since(connection, ISSUES, before) == ids
        assert city.changes(connection) == before + len(ids)
        assert {entry.about_id for entry in audit.entries(connection, None, None)} == ids


def test_of_many_states_at_once_the_latest_of_each_is_kept(place: Workspace, now: datetime) -> None:
    _, token = add_key(place, Role.STAFF, None, now)
    staff = recognise_key(place, token, now)

    def report(number: int) -> bool:
        state = State(now - timedelta(seconds=number * 7 % 60), charged=number)
        with acting(Act(lambda: now, lambda: Deed("state"), staff.key_id)):
            return report_state(place, staff, f"c-{number % 3}", state, now).kept

    with place.database.reading() as connection:
        before = city.changes(connection)
    with ThreadPoolExecutor(SENDERS) as pool:
        kept = list(pool.map(report, range(60)))
    with place.database.reading() as connection:
        found = {one.facility_id: one.state for one in facilities.read_all(connection)}
        assert changed_since(connection, FACILITIES, before) == set(found)
        assert city.changes(connection) == before + sum(kept)
        entries = list(audit.entries(connection, None, None))
    assert [entry.who for entry in entries if entry.what == "state"] == [staff.key_id] * sum(kept)
    for name, state in found.items():
        numbers = [number for number in range(60) if f"c-{number % 3}" == name]
        latest = min(number * 7 % 60 for number in numbers)
        assert state is not None
        assert state.observed_at == now - timedelta(seconds=latest)

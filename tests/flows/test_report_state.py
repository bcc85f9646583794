"""What facilities report of themselves, in whatever order it comes."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from geo_service.domain.facility import Facility, State
from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotAllowed, NotFound, RefusedFields
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.manage_keys import add_key
from geo_service.flows.report_state import report_state
from geo_service.flows.wiring import Workspace
from geo_service.store import city, facilities
from geo_service.store.change_journal import FACILITIES, changed_since
from geo_service.store.keys import Key

CABINET = Facility("cabinet", "charging_cabinet", 112.14, 32.04, operator="Tower")


@pytest.fixture
def staff(empty: Workspace, now: datetime) -> Key:
    with empty.database.writing() as connection:
        facilities.write(connection, [CABINET])
    return key_of(empty, Role.STAFF, now)


def key_of(workspace: Workspace, role: Role, now: datetime, operator: str = "") -> Key:
    _, token = add_key(workspace, role, None, now, operator=operator)
    return recognise_key(workspace, token, now)


def known(workspace: Workspace) -> State | None:
    with workspace.database.reading() as connection:
        found = facilities.find(connection, "cabinet")
    assert found is not None
    return found.state


def test_a_report_is_kept_and_told_back(empty: Workspace, staff: Key, now: datetime) -> None:
    state = State(now, charged=3, empty=1)
    done = report_state(empty, staff, "cabinet", state, now)
    assert (done.kept, done.facility.state, done.facility.name) == (True, state, CABINET.name)
    assert known(empty) == state


def test_what_is_known_is_told_when_it_is_later(
    empty: Workspace, staff: Key, now: datetime
) -> None:
    later, earlier = State(now, free=1), State(now - timedelta(seconds=1), free=2)
    report_state(empty, staff, "cabinet", later, now)
    done = report_state(empty, staff, "cabinet", earlier, now)
    assert (done.kept, done.facility.state) == (False, later)
    assert known(empty) == later


def test_of_two_at_one_moment_the_one_that_comes_later_is_kept(
    empty: Workspace, staff: Key, now: datetime
) -> None:
    for count in (5, 2, 2):
        done = report_state(empty, staff, "cabinet", State(now, free=count), now)
        assert (done.kept, done.facility.state) == (True, State(now, free=count))


def test_the_future_begins_where_clocks_can_not_differ(
    empty: Workspace, staff: Key, now: datetime
) -> None:
    latest = now + timedelta(seconds=empty.settings.future_slack_s)
    with pytest.raises(RefusedFields) as refused:
        report_state(empty, staff, "cabinet", State(latest + timedelta(microseconds=1)), now)
    assert refused.value.faults.keys() == {"observed_at"}
    assert known(empty) is None
    assert report_state(empty, staff, "cabinet", State(latest), now).kept


def test_only_who_may_report_changes_anything(empty: Workspace, staff: Key, now: datetime) -> None:
    with pytest.raises(NotFound):
        report_state(empty, staff, "none", State(now), now)
    with pytest.raises(NoKey):
        report_state(empty, None, "cabinet", State(now), now)
    for key in (
        key_of(empty, Role.RIDER, now),
        key_of(empty, Role.OPERATOR, now),
        key_of(empty, Role.OPERATOR, now, "tower"),
    ):
        with pytest.raises(NotAllowed):
            report_state(empty, key, "cabinet", State(now), now)
    assert known(empty) is None
    assert report_state(
        empty, key_of(empty, Role.OPERATOR, now, "Tower"), "cabinet", State(now), now
    ).kept


def test_what_is_sent_again_is_known_and_written_once(
    empty: Workspace, staff: Key, now: datetime
) -> None:
    said = State(now, free=3)
    assert report_state(empty, staff, "cabinet", said, now).kept
    with empty.database.reading() as connection:
        before = city.changes(connection)
    again = report_state(empty, staff, "cabinet", said, now)
    assert (again.kept, again.facility.state) == (True, said)
    with empty.database.reading() as connection:
        assert city.changes(connection) == before
    assert report_state(empty, staff, "cabinet", replace(said, free=4), now).kept


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_order_the_latest_stays_and_nothing_is_lost(
    empty: Workspace, staff: Key, now: datetime, seed: int
) -> None:
    """Eight threads report at once, each moment with a count of its own."""
    dice = random.Random(seed)  # noqa: S311 - no secret hangs on it
    ages = [dice.randrange(10**7) for _ in range(160)]
    states = [State(now - timedelta(microseconds=age), free=age % 1000) for age in ages]
    with empty.database.reading() as connection:
        before = city.changes(connection)
    with ThreadPoolExecutor(8) as pool:
        done = list(
            pool.map(lambda state: report_state(empty, staff, "cabinet", state, now), states)
        )
    latest = max(states, key=lambda state: state.observed_at)
    assert known(empty) == latest
    for state, one in zip(states, done, strict=True):
        assert one.facility.state is not None
        if one.kept:
            assert one.facility.state == state
        else:
            assert one.facility.state.observed_at > state.observed_at
    with empty.database.reading() as connection:
        kept = sum(one.kept for one in done)
        assert city.changes(connection) == before + kept
        assert changed_since(connection, FACILITIES, before) == {"cabinet"}
    # Were states written without a look at what is known, all would have been kept.
    assert 1 <= kept < len(states)

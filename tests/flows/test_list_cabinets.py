from datetime import UTC, datetime, timedelta

from geo_service.domain.battery_exchange import NOTHING, Exchange
from geo_service.domain.facility import Facility, State
from geo_service.flows.list_cabinets import list_cabinets
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities as stored


def keep(workspace: Workspace, *records: Facility) -> None:
    with workspace.database.writing() as connection:
        stored.write(connection, list(records))


def test_only_cabinets_are_listed_and_no_streets_are_needed(
    empty: Workspace, now: datetime
) -> None:
    state = State(now, charged=1, empty=2)
    cabinet = Facility("c", "charging_cabinet", 112.0, 32.0, state=state)
    keep(empty, Facility("s", "rest_station", 112.0, 32.0), cabinet)
    listed = list_cabinets(empty, now)
    assert listed.cabinets == ((cabinet, Exchange(1, 2, hands_out=True, takes_in=True)),)
    assert listed.time_zone == "Asia/Shanghai"


def test_a_city_without_cabinets_has_nothing_that_could_change(
    empty: Workspace, now: datetime
) -> None:
    listed = list_cabinets(empty, now)
    assert listed.cabinets == ()
    assert listed.until is None


def test_closed_cabinets_neither_hand_out_nor_take_in(empty: Workspace, now: datetime) -> None:
    state = State(now, charged=1, empty=2)
    night = Facility("n", "charging_cabinet", 112.0, 32.0, opening_hours="20:00-23:00", state=state)
    keep(empty, night)
    ((_, told),) = list_cabinets(empty, now).cabinets
    assert told == Exchange(1, 2, hands_out=False, takes_in=False)


def test_it_holds_until_the_first_state_grows_stale_or_a_door_opens(
    empty: Workspace, now: datetime
) -> None:
    state = State(now - timedelta(seconds=500), charged=1, empty=2)
    keep(empty, Facility("c", "charging_cabinet", 112.0, 32.0, state=state))
    until = list_cabinets(empty, now).until
    assert until is not None
    last = until - timedelta(microseconds=1)
    assert last == state.observed_at + timedelta(seconds=600)
    assert list_cabinets(empty, last).cabinets[0][1] != NOTHING
    assert list_cabinets(empty, until).cabinets[0][1] == NOTHING
    keep(empty, Facility("d", "charging_cabinet", 112.0, 32.0, opening_hours="12:01-13:00"))
    assert list_cabinets(empty, now).until == datetime(2026, 11, 18, 4, 1, tzinfo=UTC)

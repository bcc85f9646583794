from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from geo_service.domain.facility import Facility
from geo_service.domain.opening import Calendar
from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotAllowed, NotFound
from geo_service.flows.check_in import CheckInAnswer, check_in, station_code
from geo_service.flows.wiring import Workspace
from geo_service.store import check_ins, city, facilities, ledger
from geo_service.store.keys import Key

THREADS = 8
RIDER = "0123456789abcdef"


def rider_key(rider: str, now: datetime, role: Role = Role.RIDER) -> Key:
    return Key("key", role, "", now, None, None, rider=rider)


@pytest.fixture
def stations(empty: Workspace) -> Workspace:
    with empty.database.writing() as connection:
        known = [Facility(name, "rest_station", 112.14, 32.04) for name in ("驿站/1", "other")]
        facilities.write(connection, known)
    return empty


def visit(
    workspace: Workspace, now: datetime, rider: str = RIDER, place: str = "驿站/1"
) -> CheckInAnswer:
    code = station_code(workspace, place)
    return check_in(workspace, rider_key(rider, now), place, code, now)


def test_a_visit_counts_once_a_day(stations: Workspace, now: datetime) -> None:
    """Now is noon in the city, so its day ends in twelve hours."""
    assert visit(stations, now) == CheckInAnswer(counted=True, points=1, balance=1)
    last = now + timedelta(hours=12) - timedelta(microseconds=1)
    assert visit(stations, last) == CheckInAnswer(counted=False, points=0, balance=1)
    tomorrow = now + timedelta(hours=12)
    assert visit(stations, tomorrow) == CheckInAnswer(counted=True, points=1, balance=2)


def test_the_day_is_the_citys(stations: Workspace, now: datetime) -> None:
    with stations.database.writing() as connection:
        city.write_calendar(connection, Calendar("America/New_York", "US"))
    # Eleven in the evening there.
    assert visit(stations, now).counted
    assert visit(stations, now + timedelta(hours=1)).counted
    assert not visit(stations, now + timedelta(hours=2)).counted


def test_other_places_and_other_riders_count_too(stations: Workspace, now: datetime) -> None:
    assert [
        visit(stations, now),
        visit(stations, now, place="other"),
        visit(stations, now, rider="b"),
    ] == [
        CheckInAnswer(counted=True, points=1, balance=1),
        CheckInAnswer(counted=True, points=1, balance=2),
        CheckInAnswer(counted=True, points=1, balance=1),
    ]
    with stations.database.reading() as connection:
        found = check_ins.read_of_rider(connection, RIDER, None, 9)
    assert [one.facility_id for one in found] == ["other", "驿站/1"]


def test_points_are_those_of_the_setting(stations: Workspace, now: datetime) -> None:
    none = replace(stations, settings=replace(stations.settings, points_check_in=0))
    assert visit(none, now) == CheckInAnswer(counted=True, points=0, balance=0)
    five = replace(stations, settings=replace(stations.settings, points_check_in=5))
    assert visit(five, now) == CheckInAnswer(counted=False, points=0, balance=0)
    assert visit(five, now, place="other") == CheckInAnswer(counted=True, points=5, balance=5)


def test_only_the_code_that_is_put_up_there_opens_it(stations: Workspace, now: datetime) -> None:
    for code in ("", "AAAAAAAAAA", station_code(stations, "other"), "驿站"):
        with pytest.raises(NotAllowed, match="Scan the code at the station"):
            check_in(stations, rider_key(RIDER, now), "驿站/1", code, now)
    with stations.database.reading() as connection:
        assert check_ins.read_of_rider(connection, RIDER, None, 9) == []
        assert ledger.balance(connection, RIDER) == 0
    code = station_code(stations, "驿站/1").lower()
    assert check_in(stations, rider_key(RIDER, now), "驿站/1", code, now).counted


def test_there_must_be_such_a_place(stations: Workspace, now: datetime) -> None:
    with pytest.raises(NotFound):
        visit(stations, now, place="nowhere")


def test_only_riders_check_in(stations: Workspace, now: datetime) -> None:
    code = station_code(stations, "other")
    with pytest.raises(NoKey):
        check_in(stations, None, "other", code, now)
    for role in set(Role) - {Role.RIDER}:
        with pytest.raises(NotAllowed):
            check_in(stations, rider_key(RIDER, now, role), "other", code, now)
    with pytest.raises(NotAllowed, match="names no rider"):
        check_in(stations, rider_key("", now), "other", code, now)


def test_no_source_tells_who_the_visitor_was(stations: Workspace, now: datetime) -> None:
    visit(stations, now)
    with stations.database.reading() as connection:
        (entry,) = ledger.entries(connection, RIDER, None, 9)
    assert entry.source.startswith("visit:驿站/1:")
    assert RIDER not in entry.source


def test_of_scans_at_the_same_time_one_counts(stations: Workspace, now: datetime) -> None:
    ready = Barrier(THREADS)

    def scan(_: int) -> CheckInAnswer:
        ready.wait()
        return visit(stations, now)

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(scan, range(THREADS)))
    assert sum(one.counted for one in answers) == 1
    assert {one.balance for one in answers} == {1}

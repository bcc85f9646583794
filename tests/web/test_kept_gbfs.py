import json
from datetime import datetime, timedelta

import pytest

from geo_service.domain.facility import Facility, State
from geo_service.flows.remove_trips import remove_trips
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored
from geo_service.web.kept_gbfs import TTL_S, KeptGbfs


@pytest.fixture
def workspace(own_settings: Settings) -> Workspace:
    return open_workspace(own_settings)


def test_feeds_are_kept_for_a_minute_and_no_longer(workspace: Workspace, now: datetime) -> None:
    with workspace:
        kept = KeptGbfs(workspace)
        first = kept.feeds(now)
        assert kept.feeds(now + timedelta(seconds=TTL_S - 1)) is first
        later = kept.feeds(now + timedelta(seconds=TTL_S))
        assert later is not first
        assert later.made_at == now + timedelta(seconds=TTL_S)
        # A clock that was put back does not make what is kept come from the future.
        assert kept.feeds(now).made_at == now


def test_a_report_is_told_at_once(workspace: Workspace, now: datetime) -> None:
    with workspace:
        kept = KeptGbfs(workspace)
        assert _charged(kept, now) == {"cabinet-fresh": 2, "cabinet-stale": 0}
        with workspace.database.writing() as connection:
            stored.write_state(connection, "cabinet-stale", State(now, charged=7, empty=1))
        assert _charged(kept, now) == {"cabinet-fresh": 2, "cabinet-stale": 7}


def test_a_trip_that_comes_in_moves_no_date(workspace: Workspace, now: datetime) -> None:
    """Or everybody could watch when riders send trips."""
    with workspace:
        kept = KeptGbfs(workspace)
        first = kept.feeds(now)
        rider = next(name for day in workspace.lake.read(None, None) for name in day.rider_ids)
        assert remove_trips(workspace, rider_ids=[rider]).trips == 2
        assert kept.feeds(now + timedelta(seconds=1)) is first
        with workspace.database.writing() as connection:
            stored.write_state(connection, "cabinet-stale", State(now, charged=7, empty=1))
        assert kept.feeds(now + timedelta(seconds=2)).made_at == now + timedelta(seconds=2)


def test_what_closes_is_closed_at_once(workspace: Workspace, now: datetime) -> None:
    state = State(now, charged=1, empty=1)
    hours = Facility("c", "charging_cabinet", 112.1, 32.0, opening_hours="09:00-10:01", state=state)
    begun = now + timedelta(seconds=30)
    with workspace:
        with workspace.database.writing() as connection:
            stored.write(connection, [hours])
        kept = KeptGbfs(workspace)
        assert _renting(kept, begun)["c"] is True
        assert _renting(kept, begun + timedelta(seconds=29))["c"] is True
        assert _renting(kept, begun + timedelta(seconds=30))["c"] is False


def _stations(kept: KeptGbfs, now: datetime) -> list[dict]:
    return json.loads(kept.feeds(now).texts["station_status"])["data"]["stations"]


def _charged(kept: KeptGbfs, now: datetime) -> dict[str, int]:
    return {one["station_id"]: one["num_vehicles_available"] for one in _stations(kept, now)}


def _renting(kept: KeptGbfs, now: datetime) -> dict[str, bool]:
    return {one["station_id"]: one["is_renting"] for one in _stations(kept, now)}

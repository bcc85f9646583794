from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from geo_service.flows import remove_trips as flow
from geo_service.flows.keep_up import keep_up
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_by_issue
from geo_service.flows.remove_trips import remove_old_trips, remove_trips
from geo_service.flows.wiring import Workspace

# The rides of ``ridden`` begin on five days from 2026-10-01T23:59:30Z, and end past midnight.
FIRST_END = datetime.fromisoformat("2026-10-02T00:01:20+00:00")


def kept(workspace: Workspace) -> set[str]:
    return {name for day in workspace.lake.read() for name in day.trip_ids}


def test_what_was_counted_of_removed_trips_is_forgotten(ridden: Workspace) -> None:
    folder = ridden.settings.workspace / "counts"
    overlay_by_issue(ridden, OverlayQuestion())
    assert len(list(folder.iterdir())) == 5
    remove_trips(ridden, ["t0"])
    assert len(list(folder.iterdir())) == 4
    remove_trips(ridden, rider_ids=["x"])
    assert kept(ridden) <= {"t1", "t3"}


def test_trips_go_a_whole_day_at_a_time(ridden: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "AT_ONCE", 2)
    bounded = replace(ridden, settings=replace(ridden.settings, trace_days=30))
    # Thirty days after the first end it is still the same day.
    assert remove_old_trips(bounded, FIRST_END + timedelta(days=30, hours=23)) == 0
    assert kept(ridden) == {"t0", "t1", "t2", "t3", "t4"}
    assert keep_up(bounded, FIRST_END + timedelta(days=31)).removed == 1
    assert kept(ridden) == {"t1", "t2", "t3", "t4"}
    assert remove_old_trips(bounded, FIRST_END + timedelta(days=34)) == 3
    assert kept(ridden) == {"t4"}


def test_without_the_setting_nothing_goes(ridden: Workspace) -> None:
    assert remove_old_trips(ridden, FIRST_END + timedelta(days=10_000)) == 0
    assert len(kept(ridden)) == 5

"""Which trips a question is about, and that they are looked at part by part."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from geo_service.flows.look_at_trips import OverlayQuestion, look_at_trips, partitions_of
from geo_service.flows.wiring import Workspace
from geo_service.store import trace_folder

START = datetime(2026, 10, 1, 23, 59, 30, tzinfo=UTC)
"""When the first of the rides begins."""


def trips(workspace: Workspace, **question: datetime) -> list[str]:
    days = partitions_of(workspace, OverlayQuestion(**question))
    return [name for fixes in days for name in fixes.trip_ids]


def test_trips_belong_to_when_they_start_whole(ridden: Workspace) -> None:
    second = START + timedelta(days=1)
    assert trips(ridden) == ["t0", "t1", "t2", "t3", "t4"]
    assert trips(ridden, since=second) == ["t1", "t2", "t3", "t4"]
    assert trips(ridden, until=second) == ["t0"]
    assert trips(ridden, since=START + timedelta(seconds=1), until=second) == []
    just_after = second + timedelta(microseconds=1)
    assert trips(ridden, since=just_after) == ["t2", "t3", "t4"]
    assert trips(ridden, until=just_after) == ["t0", "t1"]
    east = timezone(timedelta(hours=8))
    assert trips(ridden, since=second.astimezone(east)) == ["t1", "t2", "t3", "t4"]
    lengths = [len(fixes) for fixes in partitions_of(ridden, OverlayQuestion())]
    assert lengths == [12] * 5, "the part after midnight too"


def test_each_part_is_looked_at_once_and_in_order(
    ridden: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_folder, "FIXES_IN_A_PART", 1)
    looked = list(look_at_trips(ridden, OverlayQuestion(), lambda fixes: fixes.trip_ids))
    assert looked == [("t0",), ("t1",), ("t2",), ("t3",), ("t4",)]


def test_what_a_look_raises_is_raised(ridden: Workspace) -> None:
    with pytest.raises(ZeroDivisionError):
        list(look_at_trips(ridden, OverlayQuestion(), lambda fixes: 1 // (fixes.trips - 1)))

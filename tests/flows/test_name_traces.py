"""A trip's name is that of the time in which it begins, as the lake keeps that time."""

from datetime import UTC, datetime, timedelta

import pytest
from rotating import add_rides, rides_of, rotate

from geo_service.domain.rider import pseudonym
from geo_service.errors import NotReady
from geo_service.flows.look_at_trips import OverlayQuestion, partitions_of
from geo_service.flows.wiring import Workspace

CHANGE = datetime(2026, 9, 30, 16, tzinfo=UTC)


def test_the_beginning_decides_not_the_end(empty: Workspace) -> None:
    rotate(empty, "2026-10")
    before, after = CHANGE - timedelta(seconds=60), CHANGE
    fixes = rides_of(empty, [("Wang", before), ("Li", after), ("Wang", after), ("Li", before)])
    key, names = empty.rider_key(), empty.trace_names()
    wang, li = pseudonym("Wang", key), pseudonym("Li", key)
    assert [fixes.rider_ids[number] for number in fixes.rider] == [
        wang,
        names.name(li, 1),
        names.name(wang, 1),
        li,
    ]
    assert names.name(wang, 1) not in {wang, li, names.name(li, 1)}


@pytest.mark.parametrize("microseconds", [-501, -500, -1, 0, 1])
def test_names_and_periods_agree_to_the_millisecond(empty: Workspace, microseconds: int) -> None:
    rotate(empty, "2026-10")
    add_rides(empty, [("Wang", CHANGE + timedelta(microseconds=microseconds))])
    account = pseudonym("Wang", empty.rider_key())
    later = OverlayQuestion(since=CHANGE)
    (name,) = {name for part in partitions_of(empty, OverlayQuestion()) for name in part.rider_ids}
    assert bool(list(partitions_of(empty, later))) == (name != account)


def test_without_a_key_no_trip_of_its_time_gets_a_name(empty: Workspace) -> None:
    rotate(empty, "2026-10")
    file = empty.settings.rider_key_file.with_name("rider.key.2026-10")
    right = file.read_text()
    for content in (None, "ab" * 32, "torn"):
        if content is None:
            file.unlink()
        else:
            file.write_text(content)
        assert rides_of(empty, [("Wang", CHANGE - timedelta(days=1))]).trips == 1
        with pytest.raises(NotReady) as refused:
            rides_of(empty, [("Wang", CHANGE)])
        assert refused.value.where == str(file)
        assert "2026-10" in refused.value.what
    file.write_text(right)
    assert rides_of(empty, [("Wang", CHANGE)]).trips == 1

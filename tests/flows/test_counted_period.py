"""Whatever trips there are and whenever names change: no rider is counted twice."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rotating import add_rides, rotate

from geo_service.domain.issue import Issue
from geo_service.errors import WrongUsage
from geo_service.flows.counted_period import Period, within_one_generation
from geo_service.flows.look_at_trips import OverlayQuestion, partitions_of
from geo_service.flows.overlay_issues import overlay_by_cell, overlay_by_issue
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import issues as stored_issues

MONTHS = ("2026-08", "2026-09", "2026-10")
CHANGES = (
    datetime(2026, 7, 31, 16, tzinfo=UTC),
    datetime(2026, 8, 31, 16, tzinfo=UTC),
    datetime(2026, 9, 30, 16, tzinfo=UTC),
)
"""When these begin in Xiangyang."""
FIRST = datetime(2026, 7, 20, tzinfo=UTC)
HOURS = 24 * 95
PEOPLE = ("Wang", "Li", "Zhang")

near_a_change = st.builds(
    lambda change, seconds: change + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-90, 90),
)
anywhere = st.integers(0, HOURS).map(lambda hours: FIRST + timedelta(hours=hours))
moments = near_a_change | anywhere
rides = st.lists(st.tuples(st.sampled_from(PEOPLE), moments), min_size=1, max_size=12, unique=True)


@contextmanager
def city(started: Settings) -> Iterator[Workspace]:
    """Open a copy of a workspace with nothing in it, and let an issue be there."""
    with TemporaryDirectory() as folder:
        shutil.copytree(started.workspace, Path(folder) / "w")
        place = replace(
            started, workspace=Path(folder) / "w", rider_key_file=Path(folder) / "rider.key"
        )
        with open_workspace(place) as workspace:
            seen = Issue("i", "standing_water", 112.143, 32.04, FIRST - timedelta(days=9))
            with workspace.database.writing() as connection:
                stored_issues.write(connection, [seen], replace=False)
            yield workspace


@settings(max_examples=40, deadline=None)
@given(
    months=st.sets(st.sampled_from(MONTHS)).map(sorted),
    ridden=rides,
    asked=st.lists(st.tuples(st.none() | moments, st.none() | moments), min_size=4, max_size=4),
)
def test_no_rider_is_counted_twice_and_no_count_spans_a_change(
    started_city: Settings,
    months: list[str],
    ridden: list[tuple[str, datetime]],
    asked: list[tuple[datetime | None, datetime | None]],
) -> None:
    changes = [CHANGES[MONTHS.index(month)] for month in months]

    def time_of(start: datetime) -> int:
        return sum(change <= start for change in changes)

    with city(started_city) as workspace:
        rotate(workspace, *months)
        add_rides(workspace, ridden)
        for since, until in asked:
            meant = [
                (name, start)
                for name, start in ridden
                if (since is None or since <= start) and (until is None or start < until)
            ]
            times = {time_of(start) for _, start in meant}
            question = OverlayQuestion(since, until)
            if since is not None and len(times) > 1:
                with pytest.raises(WrongUsage, match="Riders have other names from 2026-"):
                    overlay_by_issue(workspace, question)
                continue
            counted = [one for one in meant if time_of(one[1]) == max(times)]
            # The issue lies on the street that everybody rides, whole or in part.
            (passes,), (riders,) = (
                overlay_by_issue(workspace, question).counts.passes.tolist(),
                overlay_by_issue(workspace, question).counts.riders.tolist(),
            )
            assert (passes, riders) == (len(counted), len({name for name, _ in counted}))
            cells = overlay_by_cell(workspace, question)
            assert cells.riders.max() == riders
            assert cells.trips.max() == passes
            # Trips alone may be of all times.
            every = OverlayQuestion(since, until, counts_riders=False)
            assert sum(part.trips for part in partitions_of(workspace, every)) == len(meant)


@settings(max_examples=25, deadline=None)
@given(months=st.sets(st.sampled_from(MONTHS), min_size=1).map(sorted), ridden=rides)
def test_what_is_kept_to_one_time_stays_so_whatever_comes_later(
    started_city: Settings, months: list[str], ridden: list[tuple[str, datetime]]
) -> None:
    with city(started_city) as workspace:
        rotate(workspace, *months)
        add_rides(workspace, ridden)
        kept = within_one_generation(workspace, Period())
        every = [(name, FIRST + timedelta(days=10 * day)) for name in PEOPLE for day in range(10)]
        add_rides(workspace, every)
        assert within_one_generation(workspace, kept) == kept
        names = workspace.trace_names()
        question = OverlayQuestion(*kept.bounds)
        for part in partitions_of(workspace, question):
            starts = part.t[part.offsets[:-1]] / 1e6
            times = {names.generation_of(datetime.fromtimestamp(one, UTC)) for one in starts}
            assert len(times) == 1
        # One name each, so as many names as people at the most.
        seen = {name for part in partitions_of(workspace, question) for name in part.rider_ids}
        assert len(seen) <= len(PEOPLE)


def test_the_refusal_says_when_and_what_to_ask(empty: Workspace) -> None:
    rotate(empty, "2026-09", "2026-10")
    add_rides(empty, [("Wang", change + timedelta(hours=1)) for change in CHANGES])
    with pytest.raises(WrongUsage) as refused:
        within_one_generation(empty, Period(FIRST))
    assert refused.value.where == "since"
    assert "2026-09-01T00:00+08:00, 2026-10-01T00:00+08:00" in refused.value.what
    assert "until 2026-09-01T00:00+08:00" in refused.value.remedy
    # Without a beginning the last time is counted that has trips.
    assert within_one_generation(empty, Period()) == Period(CHANGES[2], None)
    assert within_one_generation(empty, Period(until=CHANGES[2])) == Period(CHANGES[1], CHANGES[2])
    assert within_one_generation(empty, Period(until=CHANGES[1])) == Period(None, CHANGES[1])
    # Nobody is on the other side of a change: nothing is refused.
    kept = within_one_generation(empty, Period(CHANGES[1], CHANGES[2]))
    assert kept == Period(CHANGES[1], CHANGES[2])
    back_to_front = Period(CHANGES[2], CHANGES[1])
    assert within_one_generation(empty, back_to_front) == back_to_front


def test_a_change_to_come_takes_nothing_away(empty: Workspace) -> None:
    rotate(empty, "2026-10")
    add_rides(empty, [("Wang", CHANGES[0])])
    assert within_one_generation(empty, Period(FIRST)) == Period(FIRST, CHANGES[2])
    assert within_one_generation(empty, Period()) == Period(None, CHANGES[2])


def test_where_names_never_changed_all_is_as_asked(empty: Workspace) -> None:
    for asked in (Period(), Period(FIRST), Period(None, FIRST)):
        assert within_one_generation(empty, asked) == asked


def test_a_day_with_two_names_is_kept_for_neither(empty: Workspace) -> None:
    """What was counted of the UTC day before names were changed on it is not used after."""
    change = CHANGES[2]
    add_rides(empty, [("Wang", change - timedelta(hours=2)), ("Li", change - timedelta(hours=3))])
    seen = Issue("i", "standing_water", 112.143, 32.04, FIRST)
    with empty.database.writing() as connection:
        stored_issues.write(connection, [seen], replace=False)

    def riders(**asked: datetime) -> int:
        return int(np.sum(overlay_by_issue(empty, OverlayQuestion(**asked)).counts.riders))

    assert riders() == 2
    rotate(empty, "2026-10")
    assert riders() == 2
    add_rides(empty, [("Wang", change + timedelta(hours=1))])
    assert riders() == 1
    assert riders(until=change) == 2
    assert riders(since=change) == 1

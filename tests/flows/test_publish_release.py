"""Periods never overlap, whatever the calendar; what is released stays, whatever comes in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from geo_service.domain.opening import Calendar
from geo_service.domain.release import Release, calendar_month
from geo_service.domain.trace import Fixes
from geo_service.errors import WrongUsage
from geo_service.flows import publish_release as publishing
from geo_service.flows.publish_release import publish_release
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import city, releases
from geo_service.store.schema import release_cells
from geo_service.store.schema import releases as table

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
ZONES = (
    *("Asia/Shanghai", "UTC", "America/New_York", "Europe/Lisbon", "Pacific/Kiritimati"),
    *("Pacific/Pago_Pago", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"),
)
STEPS = 60


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    own = Settings(workspace=tmp_path / "w", rider_key_file=tmp_path / "rider.key")
    with start_workspace(own, Calendar()) as workspace:
        yield workspace


def ride(workspace: Workspace, riders: range, begun: datetime) -> None:
    """Have riders ride two kilometres along one street, one trip each."""
    count, steps = len(riders), np.arange(STEPS)
    t = np.tile(int(begun.timestamp()) + 10 * steps, count) * 1_000_000
    workspace.lake.add(
        Fixes(
            trip_ids=tuple(f"{begun:%m%d}-{rider}" for rider in riders),
            rider_ids=tuple(f"r{rider}" for rider in riders),
            rider=np.arange(count),
            offsets=np.arange(count + 1) * STEPS,
            t=t.astype(np.int64),
            lon=np.tile(112.14 + 0.0004 * steps, count),
            lat=np.full(count * STEPS, 32.04),
        )
    )


def held(workspace: Workspace) -> list[Release]:
    with workspace.database.reading() as connection:
        found = [releases.read(connection, name) for name in releases.periods(connection)]
    return [one for one in found if one is not None]


MONTHS = st.sampled_from([f"{year}-{month:02}" for year in (2025, 2026) for month in (1, 3, 4, 10)])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(asked=st.lists(st.tuples(st.sampled_from(ZONES), MONTHS), min_size=2, max_size=8))
def test_periods_never_overlap_whatever_the_calendar_becomes(
    place: Workspace, asked: list[tuple[str, str]]
) -> None:
    with place.database.writing() as connection:
        connection.execute(delete(release_cells))
        connection.execute(delete(table))
    taken: dict[str, tuple[datetime, datetime]] = {}
    for zone, period in asked:
        with place.database.writing() as connection:
            city.write_calendar(connection, Calendar(time_zone=zone))
        since, until = calendar_month(period, place.calendar().zone)
        free = all(until <= begun or ended <= since for begun, ended in taken.values())
        if free and period not in taken:
            publish_release(place, period, NOW)
            taken[period] = since, until
        else:
            with pytest.raises(WrongUsage, match="has been released already"):
                publish_release(place, period, NOW)
    found = held(place)
    assert {one.period: (one.since, one.until) for one in found} == taken
    for one in found:
        assert not any(one.overlaps(other.since, other.until) for other in found if other != one)


def test_what_is_released_stays_whatever_comes_in(place: Workspace) -> None:
    ride(place, range(12), datetime(2026, 10, 5, tzinfo=UTC))
    first = publish_release(place, "2026-10", NOW)
    assert first.rows
    assert held(place) == [first]
    ride(place, range(40), datetime(2026, 10, 6, tzinfo=UTC))
    place.lake.remove([f"1005-{rider}" for rider in range(12)])
    assert held(place) == [first]
    with pytest.raises(WrongUsage, match="2026-10 has been released already"):
        publish_release(place, "2026-10", NOW)
    assert held(place) == [first]


def test_what_has_been_released_is_refused_before_trips_are_counted(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_release(place, "2026-10", NOW)
    monkeypatch.delattr(publishing, "count_released_cells")
    with pytest.raises(WrongUsage, match="released already"):
        publish_release(place, "2026-10", NOW)


def test_of_two_who_have_counted_at_once_one_wins(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ride(place, range(12), datetime(2026, 10, 5, tzinfo=UTC))
    both, counted = Barrier(2), publishing.count_released_cells
    told: list[Release] = []
    refused: list[WrongUsage] = []

    def count_and_wait(*given: object, **named: object) -> object:
        cells = counted(*given, **named)  # type: ignore[arg-type]
        both.wait(60)
        return cells

    def publish() -> None:
        with open_workspace(place.settings) as workspace:
            try:
                told.append(publish_release(workspace, "2026-10", NOW))
            except WrongUsage as problem:
                refused.append(problem)

    monkeypatch.setattr(publishing, "count_released_cells", count_and_wait)
    threads = [Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held(place) == told
    assert [str(one).partition(",")[0] for one in refused] == [
        "release 2026-10: 2026-10 has been released already"
    ]


@pytest.mark.slow
def test_of_two_commands_at_once_one_wins(place: Workspace) -> None:
    ride(place, range(12), datetime(2024, 10, 5, tzinfo=UTC))
    environ = {
        **os.environ,
        "GEO_SERVICE_WORKSPACE": str(place.settings.workspace),
        "GEO_SERVICE_RIDER_KEY_FILE": str(place.settings.rider_key_file),
    }
    command = [sys.executable, "-m", "geo_service", "release", "2024-10"]
    running = [
        subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[1] for process in running]
    codes = [process.returncode for process in running]
    assert sorted(codes) == [0, 2], said
    assert "released already, and a release is never changed" in said[codes.index(2)]
    (release,) = held(place)
    assert release.rows
    assert all(row.riders == row.trips == 10 for row in release.rows)

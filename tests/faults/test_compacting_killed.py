"""Making many files one is killed at random moments: every trip is there as it was, once."""

import os
from collections.abc import Callable
from functools import partial

import pytest
from city_rows import rows_of
from killed_work import kill, measure, moments
from whole_city import rides
from works import compact, start

from geo_service.flows.examine_workspace import examine
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import trace_compaction

KILLS = int(os.environ.get("KILLS", "5"))
"""How many times; ``scripts/faults`` asks for 100."""
FILES, DAYS = 20, 5


@pytest.fixture
def worn_city(copy_city: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return a city in which each of some days has many files, left as they came."""
    settings = copy_city("worn")
    with monkeypatch.context() as patient:
        patient.setattr(trace_compaction, "MOST_FILES_A_DAY", 2 * FILES)
        with open_workspace(settings) as workspace:
            for number in range(FILES):
                workspace.lake.add(rides(f"{number}-", DAYS, shift=number * 1e-5))
    return settings


def files(settings: Settings) -> int:
    return len(list((settings.workspace / "traces").iterdir()))


@pytest.mark.slow
def test_killed_compacting_loses_no_trip(
    worn_city: Settings, copy_city: Callable[..., Settings]
) -> None:
    copy = partial(copy_city, "city", worn_city)
    before, many = rows_of(worn_city), files(worn_city)
    assert many > FILES * DAYS
    measure(compact, copy())
    course = measure(compact, settings := copy())
    few = files(settings)
    assert (few, rows_of(settings)) == (DAYS, before)
    midway = 0
    for moment in moments(course, KILLS, seed=20261201):
        settings = copy()
        outcome = kill(moment, compact, settings)
        assert rows_of(settings) == before
        midway += not outcome.acknowledged
        start(settings)
        with open_workspace(settings) as workspace:
            assert examine(workspace).findings == ()
        compact(settings)
        assert (files(settings), rows_of(settings)) == (few, before)
    assert midway >= KILLS // 2

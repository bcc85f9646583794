"""Loads are killed at random moments: a file is there whole or not at all, and loads again.

What lies about then is tidied up by the next start, which says so.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from city_rows import rows_of, without_journals
from killed_work import Outcome, kill, measure, moments
from works import LOADS, file_of, load, start

from geo_service.flows.examine_workspace import examine
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

KILLS = int(os.environ.get("KILLS", "5"))
"""How many times each; ``scripts/faults`` asks for 100."""


@pytest.mark.slow
@pytest.mark.parametrize("what", LOADS)
def test_a_killed_load_is_whole_or_nothing(
    what: str,
    hurt_city: Settings,
    copy_city: Callable[..., Settings],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = file_of(what, tmp_path)
    measure(load, copy_city("whole"), what, file)
    course = measure(load, whole := copy_city("whole"), what, file)
    nothing, everything = rows_of(hurt_city), rows_of(whole)
    assert nothing != everything
    outcomes: list[Outcome] = []
    for moment in moments(course, KILLS, seed=20261130):
        settings = copy_city("city")
        outcomes.append(kill(moment, load, settings, what, file))
        found = rows_of(settings)
        assert found == everything if outcomes[-1].acknowledged else found in (nothing, everything)
        with open_workspace(settings) as workspace:
            left = examine(workspace)
        assert left.sound
        caplog.clear()
        start(settings)
        # What it tidied up, it says.
        assert bool(left.findings) == ("interrupted command left" in caplog.text)
        with open_workspace(settings) as workspace:
            assert examine(workspace).findings == ()
        load(settings, what, file)
        assert without_journals(rows_of(settings)) == without_journals(everything)
    assert sum(not outcome.acknowledged for outcome in outcomes) >= KILLS // 2

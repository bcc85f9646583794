"""Starts that bring an older database up to date are killed at random moments: nothing is lost."""

import os
import random
import shutil
from pathlib import Path

import pytest
from city_rows import rows_of
from killed_work import kill, measure, moments
from old_city import make_old_city, revisions
from works import start

from geo_service.flows.examine_workspace import examine
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store.schema import REVISION

KILLS = int(os.environ.get("KILLS", "5"))
"""How many times; ``scripts/faults`` asks for 100."""


@pytest.mark.slow
def test_a_killed_start_leaves_the_older_city_or_the_new_one(
    hurt_city: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    older = [revision for revision in revisions() if revision != REVISION]
    chance = random.Random(20261203)  # noqa: S311 - no secret hangs on it

    def copy(revision: str) -> Settings:
        shutil.rmtree(tmp_path / "city", ignore_errors=True)
        return make_old_city(hurt_city, tmp_path / "city", revision)[0]

    measure(start, copy(older[0]))
    midway = brought = 0
    # Each revision is tried: the kills of one after those of the other.
    for revision in chance.sample(older, min(len(older), KILLS)):
        course = measure(start, settings := copy(revision))
        wanted = rows_of(settings)
        for moment in moments(course, -(-KILLS // len(older)), seed=int(revision)):
            outcome = kill(moment, start, settings := copy(revision))
            midway += not outcome.acknowledged
            caplog.clear()
            assert rows_of(settings) == wanted
            told = f"revision {revision}" in caplog.text
            brought += told
            assert not (told and outcome.acknowledged)
            with open_workspace(settings) as workspace:
                assert examine(workspace).sound
    assert midway >= brought > 0

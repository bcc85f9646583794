"""A release is killed at random moments: it is public whole, or not there and can be made again."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import numpy as np
import pytest
from city_rows import rows_of
from killed_work import kill, measure, moments
from sqlalchemy import delete
from whole_city import rides
from works import release, start

from geo_service.errors import WrongUsage
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store.schema import release_cells, releases

KILLS = int(os.environ.get("KILLS", "5"))
"""How many times; ``scripts/faults`` asks for 100."""
PERIOD = "2026-09"


@pytest.fixture
def ridden_city(copy_city: Callable[..., Settings]) -> Settings:
    """Return a city with some hundred cells to be released for September."""
    freely = {"release_riders": 1, "release_step": 1, "release_trim_m": 0.0}
    settings = replace(copy_city("ridden"), release_resolution=12, **freely)
    with open_workspace(settings) as workspace:
        with workspace.database.writing() as connection:
            # Cells of all releases are of one size.
            connection.execute(delete(release_cells))
            connection.execute(delete(releases))
        for number in range(40):
            made = rides(f"september {number}-", 5, shift=0.01 * (number - 20))
            earlier = made.t - timedelta(days=20) // timedelta(microseconds=1)
            workspace.lake.add(replace(made, t=np.asarray(earlier)))
    return settings


@pytest.mark.slow
def test_a_killed_release_is_whole_or_none(
    ridden_city: Settings, copy_city: Callable[..., Settings]
) -> None:
    copy = partial(copy_city, "city", ridden_city)
    before = rows_of(ridden_city)
    measure(release, copy(), PERIOD)
    course = measure(release, settings := copy(), PERIOD)
    released = rows_of(settings)
    assert released["release_cells"].total() > before["release_cells"].total() + 100
    midway = 0
    for moment in moments(course, KILLS, seed=20261202):
        outcome = kill(moment, release, settings := copy(), PERIOD)
        found = rows_of(settings)
        assert found == released if outcome.acknowledged else found in (before, released)
        midway += not outcome.acknowledged
        start(settings)
        if found == before:
            release(settings, PERIOD)
        else:
            with pytest.raises(WrongUsage, match="released already"):
                release(settings, PERIOD)
        assert rows_of(settings) == released
    assert midway >= KILLS // 2

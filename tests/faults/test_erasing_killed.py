"""Erasing a rider is killed at random moments; finished later, nothing of the rider is left."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from killed_work import kill, measure, moments
from works import erase

from geo_service.domain.rider import pseudonym
from geo_service.domain.role import Role
from geo_service.domain.trace import Fixes
from geo_service.flows.erase_rider import finish_erasures
from geo_service.flows.manage_keys import add_key
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

KILLS = int(os.environ.get("KILLS", "5"))
"""How many times; ``scripts/faults`` asks for 100."""
NAME = "rider-to-be-erased"
DAYS = 40


def rides(rider: str, name: str, lon: float) -> Fixes:
    fixes = np.arange(DAYS * 50)
    begins = fixes // 50 * 86_400 + fixes % 50 * 5
    return Fixes(
        tuple(f"{name}-{day}" for day in range(DAYS)),
        (rider,),
        np.zeros(DAYS, dtype=np.int64),
        np.arange(DAYS + 1) * 50,
        (int(datetime(2026, 9, 1, 4, tzinfo=UTC).timestamp()) + begins) * 1_000_000,
        lon + fixes / 1e6,
        np.full(len(fixes), 32.04),
    )


def left_of(settings: Settings, rider: str) -> set[str]:
    """Return what is found of the rider, in all bytes and in all rows of the lake."""
    found = {
        word
        for path in settings.workspace.rglob("*")
        if path.is_file()
        for word in (NAME, rider)
        if word.encode() in path.read_bytes()
    }
    for path in (settings.workspace / "traces").glob("*.parquet"):
        if min(pq.read_table(path)["lon"].to_pylist()) < 1_130_000_000:
            found.add("track")
    return found


def fill(settings: Settings) -> str:
    """Let the rider, and another one, ride and have a key; return the rider's pseudonym."""
    with open_workspace(settings) as workspace:
        rider = pseudonym(NAME, workspace.rider_key())
        workspace.lake.add(rides("other", "other", 114.0))
        workspace.lake.add(rides(rider, "own", 112.1))
        add_key(workspace, Role.RIDER, None, datetime.now(UTC), rider=NAME, note=NAME)
        workspace.database.empty_log()
    return rider


@pytest.mark.slow
def test_whenever_it_is_killed_it_is_finished_later(small_city: Settings, tmp_path: Path) -> None:
    settings = replace(small_city, workspace=tmp_path / "city", rider_key_file=tmp_path / "key")
    shutil.copytree(small_city.workspace, settings.workspace)
    for _ in range(2):
        fill(settings)
        course = measure(erase, settings, NAME)
    midway = 0
    for moment in moments(course, KILLS, seed=20261128):
        rider = fill(settings)
        assert left_of(settings, rider) == {NAME, rider, "track"}
        outcome = kill(moment, erase, settings, NAME)
        midway += not outcome.acknowledged
        with open_workspace(settings) as workspace:
            finish_erasures(workspace, datetime.now(UTC))
        if left_of(settings, rider):
            # It was killed before anything was written down.
            assert not outcome.acknowledged
            with open_workspace(settings) as workspace:
                assert workspace.lake.trips() == 2 * DAYS
            erase(settings, NAME)
        # A start tidies up too, as every server does.
        with start_workspace(settings) as workspace:
            assert workspace.lake.trips() == DAYS
        assert left_of(settings, rider) == set()
    assert midway >= KILLS // 2

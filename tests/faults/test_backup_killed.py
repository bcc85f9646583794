"""Backups and restores are killed at random moments: nothing half bears a name, and the next try
comes through."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from whole_city import NOW, add_photo, elsewhere, make_whole_city, settings_in

from geo_service.flows.back_up import back_up
from geo_service.flows.examine_workspace import examine
from geo_service.flows.restore import restore
from geo_service.flows.wiring import open_workspace
from geo_service.settings import PREFIX, Settings

KILLS = int(os.environ.get("KILLS", "3"))
"""How many times each; ``scripts/faults`` asks for 100."""
PHOTOS = 150
"""Each is on the disk before the next one is written, so that it takes a while."""
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def large_city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("large"))
    make_whole_city(settings)
    with open_workspace(settings) as workspace:
        for number in range(PHOTOS):
            add_photo(workspace, b"%d" % number * 10_000)
    return settings


@contextmanager
def begun(
    words: list[object], environ: Mapping[str, str], sign: Path
) -> Iterator[subprocess.Popen]:
    """Run a command; give its process once there is a sign that it writes, or that it is done."""
    command = [sys.executable, "-m", "geo_service", *map(str, words)]
    process = subprocess.Popen(
        command, env={**os.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    deadline, pause = time.monotonic() + PATIENCE_S, Event()
    try:
        while not sign.exists() and process.poll() is None:
            assert time.monotonic() < deadline
            pause.wait(0.002)
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def environ_of(settings: Settings) -> dict[str, str]:
    return {
        f"{PREFIX}WORKSPACE": str(settings.workspace),
        f"{PREFIX}RIDER_KEY_FILE": str(settings.rider_key_file),
    }


@pytest.mark.slow
def test_a_killed_backup_is_none_and_the_next_one_is_whole(
    large_city: Settings, tmp_path: Path
) -> None:
    chance = random.Random(20261128)  # noqa: S311 - moments to kill at, no secrets
    killed = 0
    for number in range(KILLS):
        out = tmp_path / f"b{number}" / "backup"
        draft = out.with_name(".backup.geo-service-draft")
        with begun(["backup", "--out", out], environ_of(large_city), draft):
            Event().wait(chance.uniform(0, 0.2))
        killed += draft.exists()
        assert not (draft.exists() and out.exists())
        with open_workspace(large_city) as workspace:
            assert examine(workspace).findings == ()
            if not out.exists():
                back_up(workspace, out, lambda: NOW)
        assert [path.name for path in out.parent.iterdir()] == ["backup"]
        settings = elsewhere(large_city, tmp_path / f"r{number}")
        assert restore(settings, out, NOW).manifest.counts["photos"] == PHOTOS + 3
    assert killed


@pytest.mark.slow
def test_a_killed_restore_is_none_and_the_next_one_is_whole(
    large_city: Settings, tmp_path: Path
) -> None:
    chance = random.Random(20261129)  # noqa: S311 - moments to kill at, no secrets
    with open_workspace(large_city) as workspace:
        made = back_up(workspace, tmp_path / "backup", lambda: NOW)
    killed = 0
    for number in range(KILLS):
        settings = elsewhere(large_city, tmp_path / f"r{number}" / "city")
        draft = settings.workspace.with_name(".city.geo-service-draft")
        with begun(["restore", made.folder], environ_of(settings), draft):
            Event().wait(chance.uniform(0, 0.2))
        killed += draft.exists()
        if not settings.workspace.exists():
            assert restore(settings, made.folder, NOW).content == made.manifest.content
        assert [path.name for path in settings.workspace.parent.iterdir()] == ["city"]
        with open_workspace(settings) as again:
            assert examine(again).findings == ()
            assert back_up(again, tmp_path / f"again{number}", lambda: NOW).manifest.content == (
                made.manifest.content
            )
    assert killed

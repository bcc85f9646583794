"""Backups and restores are killed at random moments: nothing half bears a name, and the next try
comes through."""

import os
import shutil
from pathlib import Path

import pytest
from killed_work import kill, measure, moments
from whole_city import NOW, add_photo, elsewhere, make_whole_city, settings_in
from works import put_back, save

from geo_service.flows.back_up import back_up
from geo_service.flows.examine_workspace import examine
from geo_service.flows.restore import restore
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

KILLS = int(os.environ.get("KILLS", "5"))
"""How many times each; ``scripts/faults`` asks for 100."""
PHOTOS = 40
"""Each is on the disk before the next one is written: so many steps at least."""


@pytest.fixture(scope="module")
def large_city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("large"))
    make_whole_city(settings)
    with open_workspace(settings) as workspace:
        for number in range(PHOTOS):
            add_photo(workspace, b"%d" % number * 10_000)
    return settings


@pytest.mark.slow
def test_a_killed_backup_is_none_and_the_next_one_is_whole(
    large_city: Settings, tmp_path: Path
) -> None:
    measure(save, large_city, tmp_path / "first")
    course = measure(save, large_city, tmp_path / "second")
    killed = 0
    for number, moment in enumerate(moments(course, KILLS, seed=20261128)):
        out = tmp_path / f"b{number}" / "backup"
        draft = out.with_name(".backup.geo-service-draft")
        outcome = kill(moment, save, large_city, out)
        killed += draft.exists()
        assert out.exists() or not outcome.acknowledged
        assert not (draft.exists() and out.exists())
        with open_workspace(large_city) as workspace:
            assert examine(workspace).findings == ()
            if not out.exists():
                back_up(workspace, out, lambda: NOW)
        assert [path.name for path in out.parent.iterdir()] == ["backup"]
        settings = elsewhere(large_city, tmp_path / f"r{number}")
        assert restore(settings, out, NOW).manifest.counts["photos"] == PHOTOS + 3
        shutil.rmtree(out.parent)
        shutil.rmtree(settings.workspace)
    assert killed


@pytest.mark.slow
def test_a_killed_restore_is_none_and_the_next_one_is_whole(
    large_city: Settings, tmp_path: Path
) -> None:
    with open_workspace(large_city) as workspace:
        made = back_up(workspace, tmp_path / "backup", lambda: NOW)
    measure(put_back, elsewhere(large_city, tmp_path / "first"), made.folder)
    course = measure(put_back, elsewhere(large_city, tmp_path / "second"), made.folder)
    killed = 0
    for number, moment in enumerate(moments(course, KILLS, seed=20261129)):
        settings = elsewhere(large_city, tmp_path / f"r{number}" / "city")
        draft = settings.workspace.with_name(".city.geo-service-draft")
        outcome = kill(moment, put_back, settings, made.folder)
        killed += draft.exists()
        assert settings.workspace.exists() or not outcome.acknowledged
        if not settings.workspace.exists():
            assert restore(settings, made.folder, NOW).content == made.manifest.content
        assert [path.name for path in settings.workspace.parent.iterdir()] == ["city"]
        with open_workspace(settings) as again:
            assert examine(again).findings == ()
            assert back_up(again, tmp_path / f"again{number}", lambda: NOW).manifest.content == (
                made.manifest.content
            )
        shutil.rmtree(tmp_path / f"again{number}")
        shutil.rmtree(settings.workspace.parent)
    assert killed

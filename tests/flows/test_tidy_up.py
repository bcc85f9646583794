"""What was left behind goes with the next start, which says so; what is in use stays."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command

from geo_service.flows.examine_workspace import examine
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.tidy_up import TidiedUp, tidy_up
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import migrating
from geo_service.store.workspace_files import DATABASE_FILE


def leave(folder: Path, now: datetime) -> None:
    """Leave what a killed load, a killed report and killed streets leave."""
    (folder / "traces" / "2026-10-01-0.parquet.part").write_bytes(b"half")
    photo = folder / "photos" / "ab" / f"ab{'0' * 30}.jpg"
    photo.parent.mkdir(exist_ok=True)
    for path, age in ((photo, timedelta(hours=2)), (photo.with_stem(f"ac{'0' * 30}"), timedelta())):
        path.write_bytes(b"unnamed")
        os.utime(path, ((now - age).timestamp(),) * 2)
    (folder / "streets" / f".draft-{'0' * 32}" / "ebike").mkdir(parents=True)


def test_a_start_says_what_it_removed(
    own_city: Settings, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    leave(own_city.workspace, now)
    with open_workspace(own_city) as workspace:
        before = examine(workspace)
    assert before.sound
    assert [finding.harmless for finding in before.findings] == [True] * 3
    start_workspace(own_city, now=now).close()
    (told,) = caplog.messages
    assert told.startswith(f"{own_city.workspace}: Removed what an interrupted command left ")
    assert "(files of traces: 1, files of photos: 1, drafts of streets: 1)" in told
    with open_workspace(own_city) as workspace:
        (young,) = examine(workspace).findings
        assert young.harmless
        assert young.where.endswith(f"ac{'0' * 30}.jpg")
        assert tidy_up(workspace, now) == TidiedUp(0, 0, 0)
        assert tidy_up(workspace, now + timedelta(hours=2)) == TidiedUp(0, 1, 0)
        assert examine(workspace).findings == ()


def test_where_nothing_was_left_nothing_is_said(
    whole: Workspace, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    assert tidy_up(whole, now) == TidiedUp(0, 0, 0)
    assert caplog.messages == []
    assert TidiedUp(0, 0, 0).in_words() == ""


def test_streets_that_are_being_written_stay(whole: Workspace, now: datetime) -> None:
    with whole.networks.changing():
        leave(whole.settings.workspace, now)
        assert tidy_up(whole, None) == TidiedUp(1, 0, 0)
    assert tidy_up(whole, None) == TidiedUp(0, 0, 1)


def test_a_start_says_that_it_brought_the_database_up_to_date(
    own_city: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    database = own_city.workspace / DATABASE_FILE
    assert database.exists()
    with open_workspace(own_city) as workspace, workspace.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM rider_key_generations")
        configuration = migrating._configuration()
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "0007")
    open_workspace(own_city).close()
    assert "the database was of an older program (revision 0007)" in caplog.text
    caplog.clear()
    open_workspace(own_city).close()
    assert caplog.messages == []

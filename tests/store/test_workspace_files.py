"""Which files the database names; it can name none outside the workspace."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from geo_service.domain.issue import Issue
from geo_service.domain.photo import StoredPhoto
from geo_service.errors import NotReady
from geo_service.store import city, issues, photos
from geo_service.store.database import Database
from geo_service.store.schema import trace_files
from geo_service.store.workspace_files import is_workspace_path, named_files

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def test_streets_in_use_traces_and_photos_are_named(database: Database, tmp_path: Path) -> None:
    for version in ("used", "other"):
        folder = tmp_path / "streets" / version / "ebike"
        folder.mkdir(parents=True)
        (folder / "plain.json").write_bytes(b"{}")
    photo = "ab" + "0" * 30
    with database.writing() as connection:
        city.write_streets_version(connection, "used")
        connection.execute(insert(trace_files), {"name": "2026-10-01-ab.parquet", "day": 1})
        issues.write(connection, [Issue("i", "c", 0.0, 0.0, NOW)])
        file = StoredPhoto(photo, "i", NOW, 1, 1, 1, b"0", approved=True, rider="")
        photos.add(connection, [file])
        assert named_files(connection, tmp_path) == {
            "streets/used/ebike/plain.json",
            "traces/2026-10-01-ab.parquet",
            f"photos/ab/{photo}.jpg",
        }


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/b", "", ".hidden"])
def test_a_name_that_leads_elsewhere_is_refused(
    database: Database, tmp_path: Path, name: str
) -> None:
    with database.writing() as connection:
        connection.execute(insert(trace_files), {"name": name, "day": 1})
        with pytest.raises(NotReady, match="none of a workspace"):
            named_files(connection, tmp_path)


def test_streets_outside_are_refused(database: Database, tmp_path: Path) -> None:
    (tmp_path / "outside" / "deep").mkdir(parents=True)
    (tmp_path / "outside" / "deep" / "file").write_bytes(b"x")
    (tmp_path / "streets").mkdir()
    for version in ("../outside", str(tmp_path / "outside")):
        with database.writing() as connection:
            city.write_streets_version(connection, version)
        with database.reading() as connection, pytest.raises(NotReady):
            named_files(connection, tmp_path)


def test_paths_end_where_they_end() -> None:
    assert is_workspace_path("geo_service.sqlite")
    assert not is_workspace_path("geo_service.sqlite\n")
    assert not is_workspace_path("xgeo_service.sqlite")
    assert not is_workspace_path("geo_service_sqlite")

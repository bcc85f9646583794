"""Photos when a process is killed at any moment: no row without its whole file."""

import hashlib
import os
import random
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo_service.domain.issue import Issue
from geo_service.store import issues, photos
from geo_service.store.database import Database
from geo_service.store.photo_files import PhotoFiles

Start = Callable[..., subprocess.Popen[str]]

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
ADD_FOR_EVER = """
import os, sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from geo_service.domain.photo import Photo, StoredPhoto
from geo_service.store import photos
from geo_service.store.database import Database
from geo_service.store.photo_files import PhotoFiles

folder = Path(sys.argv[1])
files = PhotoFiles(folder / "photos")
database = Database(sys.argv[2])
more = {"issue_id": "a", "added_at": datetime(2026, 11, 18, tzinfo=UTC), "approved": False}
while True:
    written = files.write([Photo(os.urandom(200_000), 40, 30) for _ in range(3)])
    with database.writing() as connection:
        photos.add(connection, [StoredPhoto(**asdict(file), **more) for file in written])
    print(*(file.photo_id for file in written), flush=True)
"""


@pytest.mark.slow
def test_every_row_has_its_file_however_often_the_writer_is_killed(
    database: Database, address: str, tmp_path: Path, start_python: Start
) -> None:
    with database.writing() as connection:
        issues.write(connection, [Issue("a", "standing_water", 112.1, 32.0, NOW)])
    files = PhotoFiles(tmp_path / "photos")
    chance = random.Random(20261118)  # noqa: S311 - no secret hangs on it
    acknowledged: set[str] = set()
    for _ in range(8):
        process = start_python(ADD_FOR_EVER, tmp_path, address)
        assert process.stdout is not None
        for _ in range(chance.randint(1, 5)):
            acknowledged |= set(process.stdout.readline().split())
        process.kill()
        acknowledged |= set(process.stdout.read().split())
        process.wait()
        with database.reading() as connection:
            kept = photos.of_issue(connection, "a")
        assert acknowledged <= {photo.photo_id for photo in kept}
        for photo in kept:
            data = files.read(photo.photo_id)
            assert data is not None
            assert hashlib.sha256(data).digest() == photo.digest
    known = {photo.photo_id for photo in kept}
    for path in (tmp_path / "photos").rglob("*"):
        os.utime(path, (0, 0))
    files.remove_leftovers(known, NOW)
    lying = {path.name for path in (tmp_path / "photos").rglob("*") if path.is_file()}
    assert lying == {f"{name}.jpg" for name in known}

"""Photos and their rows: what is missing, damaged or spare is told apart."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from geo_service.domain.issue import Issue
from geo_service.domain.photo import Photo, StoredPhoto
from geo_service.store import issues, photos
from geo_service.store.database import Database
from geo_service.store.photo_check import prove_photos
from geo_service.store.photo_files import PhotoFiles, path_in_folder

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)


def test_missing_damaged_and_spare_photos_are_told_apart(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    files = PhotoFiles(folder).write([Photo(b"%d" % number, 4, 3) for number in range(4)])
    whole, missing, damaged, spare = (folder / path_in_folder(one.photo_id) for one in files)
    with database.writing() as connection:
        issues.write(connection, [Issue("a", "standing_water", 112.1, 32.0, NOW)])
        photos.add(
            connection,
            [
                StoredPhoto(**asdict(one), issue_id="a", added_at=NOW, approved=False)
                for one in files[:3]
            ],
        )
    assert [finding.harmless for finding in prove_photos(folder, database).findings] == [True]
    missing.unlink()
    damaged.write_bytes(b"?")
    (folder / "note.txt").write_text("nobody's business")
    count, findings = prove_photos(folder, database)
    assert count == 3
    told = {one.where: (one.what, one.harmless) for one in findings}
    assert told == {
        str(missing): ("The photo is missing.", False),
        str(damaged): ("The photo's bytes are not those that were written.", False),
        str(spare): ("No photo has this file.", True),
    }
    damaged.unlink()
    damaged.mkdir()
    told = {one.where: (one.what, one.harmless) for one in prove_photos(folder, database).findings}
    assert "can't be read" in told[str(damaged)][0]
    assert str(whole) not in told

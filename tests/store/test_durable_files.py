import os
from pathlib import Path

import pytest

from geo_service.store.durable_files import write_durably


def test_a_file_that_cannot_be_written_bears_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_durably(tmp_path / "picture.jpg", memoryview(b"content"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_on_the_disk_before_it_bears_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "picture.jpg"
    seen: list[tuple[bool, int]] = []

    def look(descriptor: int) -> None:
        seen.append((path.exists(), os.fstat(descriptor).st_size))

    monkeypatch.setattr(os, "fsync", look)
    write_durably(path, memoryview(b"content"))
    assert seen == [(False, len(b"content"))]
    assert path.read_bytes() == b"content"

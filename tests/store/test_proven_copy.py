"""A copy is proven by what was read; links and pipes are no files."""

import hashlib
import os
from pathlib import Path

import pytest

from geo_service.store import proven_copy
from geo_service.store.proven_copy import Proof, copy_proven, prove


@pytest.mark.parametrize("size", [0, 1, 7, 8, 1000])
def test_a_copy_has_the_bytes_and_the_proof(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proven_copy, "PIECE_BYTES", 8)
    content = os.urandom(size)
    (tmp_path / "a").write_bytes(content)
    told = Proof(size, hashlib.sha256(content).hexdigest())
    assert copy_proven(tmp_path / "a", tmp_path / "b") == told == prove(tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == content


def test_what_is_no_plain_file_is_neither_read_nor_waited_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", ".", "none"):
        with pytest.raises(OSError, match=r"."):
            prove(tmp_path / name)
        with pytest.raises(OSError, match=r"."):
            copy_proven(tmp_path / name, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text(name)
    with pytest.raises(FileExistsError):
        copy_proven(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "b"

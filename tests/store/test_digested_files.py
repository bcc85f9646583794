import hashlib
from pathlib import Path

import pytest

from geo_service.store.digested_files import DigestedFile, digests_in


def test_the_digest_is_of_what_was_written(tmp_path: Path) -> None:
    with DigestedFile(tmp_path / "a") as file:
        assert (file.write(b"one"), file.write(b" two")) == (3, 4)
    assert file.digest == hashlib.sha256(b"one two").digest()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b").write_bytes(b"")
    assert digests_in(tmp_path) == {
        "a": file.digest,
        "folder/b": hashlib.sha256(b"").digest(),
    }


def test_a_file_that_can_not_be_read_leaves_no_digests(tmp_path: Path) -> None:
    (tmp_path / "astray").symlink_to(tmp_path / "nowhere")
    assert digests_in(tmp_path) is None


def test_a_file_is_let_go_of_when_something_goes_wrong(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), DigestedFile(tmp_path / "a") as file:
        raise ZeroDivisionError
    with pytest.raises(ValueError, match="closed"):
        file.write(b"more")

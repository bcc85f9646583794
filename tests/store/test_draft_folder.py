"""A folder bears its name when it is whole; until then nothing does."""

import os
from pathlib import Path

import pytest

from geo_service.errors import NotReady
from geo_service.store.draft_folder import draft_folder


def test_it_gets_its_name_at_the_end(tmp_path: Path) -> None:
    final = tmp_path / "new" / "folder"
    with draft_folder(final) as draft:
        (draft / "deep").mkdir()
        (draft / "deep" / "file").write_bytes(b"x")
        assert not final.exists()
        assert draft.stat().st_mode & 0o777 == 0o700
    assert (final / "deep" / "file").read_bytes() == b"x"
    assert list(final.parent.iterdir()) == [final]


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt, OSError])
def test_whatever_goes_wrong_nothing_is_left(tmp_path: Path, problem: type[BaseException]) -> None:
    def go_wrong() -> None:
        with draft_folder(tmp_path / "folder") as draft:
            (draft / "file").write_bytes(b"x")
            raise problem

    with pytest.raises(problem):
        go_wrong()
    assert list(tmp_path.iterdir()) == []


def test_what_another_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / ".folder.geo-service-draft"
    (left / "deep").mkdir(parents=True)
    (left / "deep" / "file").write_bytes(b"old")
    (left / "link").symlink_to(tmp_path)
    with draft_folder(tmp_path / "folder") as draft:
        assert list(draft.iterdir()) == []
    assert list((tmp_path / "folder").iterdir()) == []


def test_drafts_of_other_names_go_too_but_not_those_that_are_written(tmp_path: Path) -> None:
    for name in (".monday.geo-service-draft", "monday", ".other"):
        (tmp_path / name).mkdir()
    (tmp_path / ".link.geo-service-draft").symlink_to(tmp_path / "monday")
    with draft_folder(tmp_path / "one") as held, draft_folder(tmp_path / "two"):
        assert held.is_dir()
    there = {path.name for path in tmp_path.iterdir()}
    assert there == {"monday", ".other", ".link.geo-service-draft", "one", "two"}


def test_two_do_not_write_at_once(tmp_path: Path) -> None:
    with draft_folder(tmp_path / "folder") as draft:
        (draft / "file").write_bytes(b"x")
        with pytest.raises(NotReady, match="Another command"), draft_folder(tmp_path / "folder"):
            pass
    assert (tmp_path / "folder" / "file").read_bytes() == b"x"


def test_nothing_is_replaced_but_an_empty_folder(tmp_path: Path) -> None:
    final = tmp_path / "folder"
    final.mkdir()
    with draft_folder(final) as draft:
        (draft / "mine").write_bytes(b"x")
    with pytest.raises(NotReady, match="can't get its name"), draft_folder(final):
        pass
    assert [path.name for path in final.iterdir()] == ["mine"]
    assert list(tmp_path.iterdir()) == [final]


def test_names_are_on_the_disk_before_the_folder_gets_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    final, synced = tmp_path / "folder", []

    def look(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink().name, final.exists()))

    monkeypatch.setattr(os, "fsync", look)
    with draft_folder(final) as draft:
        (draft / "deep").mkdir()
    assert synced == [
        ("deep", False),
        (".folder.geo-service-draft", False),
        (tmp_path.name, True),
    ]

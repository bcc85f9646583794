"""What ``backup`` and ``restore`` say, and how they end."""

import re
from collections.abc import Callable
from pathlib import Path


def content(said: str) -> str:
    (found,) = re.findall(r"^Content: ([0-9a-f]{64})$", said, re.MULTILINE)
    return str(found)


def test_a_backup_is_restored_with_the_same_content(town: Callable, tmp_path: Path) -> None:
    made = town("backup", "--out", tmp_path / "b" / "monday")
    assert (made.code, made.err) == (0, "")
    assert "2 facilities, 1 issues, 1 trips, 2 fixes, 0 photos." in made.out
    key = tmp_path / "rider.key"
    assert f"Not in it: the riders' key, {key}." in made.out
    back = town("restore", tmp_path / "b" / "monday", "--workspace", tmp_path / "again")
    assert back.code == 0
    assert content(back.out) == content(made.out)
    assert town("doctor", "--workspace", tmp_path / "again").code == 0
    again = town("backup", "--workspace", tmp_path / "again", "--out", tmp_path / "b" / "tuesday")
    assert content(again.out) == content(made.out)
    assert f"bytes of it are shared with {tmp_path / 'b' / 'monday'}." in again.out


def test_that_later_erasures_are_not_known_is_said(town: Callable, tmp_path: Path) -> None:
    made = town("backup", "--out", tmp_path / "backup")
    (moment,) = re.findall(r"^As of (\S+): ", made.out, re.MULTILINE)
    back = town("restore", tmp_path / "backup", "--workspace", tmp_path / "again")
    assert back.code == 0
    assert back.err.startswith(f"Riders erased after {moment} are not known here")
    assert "erase-rider --list there, --apply FILE here" in back.err
    listed = tmp_path / "listed.json"
    listed.write_text(town("erase-rider", "--list").out)
    with_list = ("--erasures", listed, "--workspace", tmp_path / "third")
    back = town("restore", tmp_path / "backup", *with_list)
    assert back.err.startswith(f"All else is as it was at {moment}: keys revoked since open again")


def test_the_riders_key_is_missed(town: Callable, tmp_path: Path) -> None:
    town("backup", "--out", tmp_path / "backup")
    (tmp_path / "rider.key").unlink()
    back = town("restore", tmp_path / "backup", "--workspace", tmp_path / "again")
    assert back.code == 0
    assert f"The riders' key {tmp_path / 'rider.key'} is not here." in back.err
    assert not (tmp_path / "rider.key").exists()


def test_a_backup_of_a_damaged_workspace_is_made_and_told(town: Callable, tmp_path: Path) -> None:
    (path,) = (tmp_path / "workspace" / "traces").iterdir()
    path.unlink()
    made = town("backup", "--out", tmp_path / "backup")
    assert made.code == 1
    assert f"{path}: The file is missing." in made.err
    assert "1 faults" in made.err
    assert (tmp_path / "backup" / "manifest.json").exists()


def test_refusals_say_what_and_where(town: Callable, tmp_path: Path) -> None:
    assert town("backup", "--out", tmp_path / "backup").code == 0
    twice = town("backup", "--out", tmp_path / "backup")
    assert twice.code == 2
    assert "never written over anything" in twice.err
    over = town("restore", tmp_path / "backup")
    assert over.code == 2
    assert f"{tmp_path / 'workspace'}: There is a workspace here" in over.err
    none = town("restore", tmp_path / "workspace", "--workspace", tmp_path / "again")
    assert none.code == 1
    assert "this is no backup" in none.err
    assert not (tmp_path / "again").exists()
    assert town("backup").code == 2
    assert town("backup", "--workspace", tmp_path / "no", "--out", tmp_path / "x").code == 1


def test_lists_of_other_keys_are_counted_in_words(town: Callable, tmp_path: Path) -> None:
    town("backup", "--out", tmp_path / "b" / "before")
    key, kept, other = tmp_path / "rider.key", tmp_path / "rider.key.kept", tmp_path / "other"
    for said in ("a list of erased riders", "2 lists of erased riders"):
        key.rename(kept)
        key.write_text("0" * 64)
        town("init", "--workspace", other)
        town("erase-rider", "x", "--workspace", other)
        town("backup", "--workspace", other, "--out", tmp_path / "b" / f"of another with {said}")
        kept.rename(key)
        back = town("restore", tmp_path / "b" / "before", "--workspace", tmp_path / said)
        assert back.code == 0
        assert f"Backups beside it hold {said} under another riders' key" in back.err

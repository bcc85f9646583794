"""What ``doctor`` says of a sound workspace and of a damaged one, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path


def test_a_sound_workspace_is_told_with_counts(town: Callable) -> None:
    answer = town("doctor")
    assert (answer.code, answer.err) == (0, "")
    assert "traces: 1 files, 1 trips, 2 fixes\nphotos: 0\nThe workspace is sound.\n" in answer.out


def test_faults_are_told_beside_and_end_with_one(town: Callable, tmp_path: Path) -> None:
    (path,) = (tmp_path / "workspace" / "traces").iterdir()
    path.unlink()
    answer = town("doctor", "--json")
    assert answer.code == 1
    assert f"{path}: The file is missing, and with it 1 trips." in answer.err
    said = json.loads(answer.out)
    assert not said["sound"]
    assert [finding["where"] for finding in said["findings"]] == [str(path)]
    assert town("load", "traces", tmp_path / "traces.csv").code == 0
    assert town("doctor").code == 0


def test_what_only_takes_room_ends_with_none(town: Callable, tmp_path: Path) -> None:
    left = tmp_path / "workspace" / "traces" / "2026-10-01-0.parquet"
    left.write_bytes(b"left")
    answer = town("doctor")
    assert answer.code == 0
    assert str(left) in answer.err


def test_a_workspace_that_others_can_read_is_told_of(town: Callable, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    for mode in (0o755, 0o750, 0o711, 0o707):
        folder.chmod(mode)
        answer = town("doctor")
        assert answer.code == 0
        assert f"{folder}: Other accounts" in answer.err
        assert f"(mode {mode:04o})" in answer.err
        assert f"chmod 700 {folder}\n" in answer.err
    folder.chmod(0o700)
    assert town("doctor").err == ""


def test_where_there_is_no_workspace_it_says_so(run: Callable) -> None:
    assert run("doctor").code == 1

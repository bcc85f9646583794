import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo_service.errors import NotReady
from geo_service.web import commons as module
from geo_service.web.commons import Commons, common_folder

COUNT = (
    "INSERT INTO counts VALUES ('a', '1') "
    "ON CONFLICT (worker) DO UPDATE SET told = CAST(told + 1 AS TEXT)"
)


def count(commons: Commons, times: int) -> None:
    for _ in range(times):
        with commons.open() as file:
            file.execute(COUNT)


def counted(commons: Commons) -> int:
    with commons.open() as file:
        row = file.execute("SELECT told FROM counts WHERE worker = 'a'").fetchone()
    return int(row[0]) if row else 0


def test_threads_and_processes_take_turns(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from geo_service.web.commons import Commons\n"
        f"commons = Commons(Path({str(tmp_path)!r}))\n"
        "for _ in range(200):\n"
        f"    with commons.open() as file: file.execute({COUNT!r})\n"
    )
    others = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    commons = Commons(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: count(commons, 100), range(4)))
    assert [other.wait(timeout=60) for other in others] == [0, 0]
    assert counted(commons) == 800


def test_what_fails_in_the_midst_changes_nothing(tmp_path: Path) -> None:
    commons = Commons(tmp_path)

    def fail() -> None:
        with commons.open() as file:
            file.execute(COUNT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert counted(commons) == 0
    count(commons, 1)
    assert counted(commons) == 1


def test_one_who_is_alone_shares_with_nobody() -> None:
    one, other = Commons(), Commons()
    count(one, 1)
    assert not one.shared
    assert counted(other) == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotReady, match="common folder") as told:
        Commons(tmp_path / "file" / "folder")
    assert told.value.where == str(tmp_path / "file" / "folder")


def test_folder_of_workers_is_private_and_gone_afterwards() -> None:
    with common_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        count(Commons(folder), 1)
    assert not folder.exists()


def test_what_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", tmp_path)
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "city.sqlite").write_text("")
    (tmp_path / f"geo-service-{ended}-link").symlink_to(kept)
    odd = [tmp_path / f"geo-service-{name}-x" for name in ("9" * 20, "²")]
    for folder in odd:
        folder.mkdir()
    left, living, other = (
        tmp_path / name
        for name in (f"geo-service-{ended}-x", f"geo-service-{os.getpid()}-x", "geo-service-new-x")
    )
    for folder in (left, living, other):
        folder.mkdir()
        (folder / module.FILE).write_text("")
    with common_folder() as folder:
        assert folder.parent == tmp_path
        assert [one.exists() for one in (left, living, other)] == [False, True, True]
    # What others may have put there is neither followed nor a stumbling block.
    assert (kept / "city.sqlite").exists()
    assert all(folder.exists() for folder in odd)

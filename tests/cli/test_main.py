"""How commands end, whatever happens, and what they say on which stream."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service import __version__, errors
from geo_service.cli import city
from geo_service.cli.main import main


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.RefusedData, 1),
        (errors.UnreadableFile, 1),
        (errors.MissingColumn, 1),
        (errors.RefusedRecords, 1),
        (errors.WrongUsage, 2),
        (errors.UnknownKind, 2),
        (errors.NotFound, 1),
        (errors.NoKey, 1),
        (errors.NotAllowed, 1),
        (errors.NotReady, 1),
    ],
)
def test_every_error_has_its_exit_code_and_words(
    run: Callable, monkeypatch: pytest.MonkeyPatch, error: type[errors.GeoServiceError], code: int
) -> None:
    def fail(_: object) -> None:
        raise error("It is wrong.", where="here", remedy="Mend it.")

    monkeypatch.setattr(city, "run_init", fail)
    answer = run("init")
    assert (answer.code, answer.out) == (code, "")
    assert answer.err == "geo-service: here: It is wrong. Mend it.\n"


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "geo-service: stopped; nothing is half-written.\n"),
        (
            PermissionError(13, "Permission denied", "x.csv"),
            1,
            "geo-service: x.csv: Permission denied.\n",
        ),
        (
            OSError(28, "No space left on device"),
            1,
            "geo-service: disk: No space left on device.\n",
        ),
    ],
)
def test_stops_and_full_disks_are_told_in_one_line(
    run: Callable, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, said: str
) -> None:
    def fail(_: object) -> None:
        raise raised

    monkeypatch.setattr(city, "run_init", fail)
    answer = run("init")
    assert (answer.code, answer.out, answer.err) == (code, "", said)


def test_mistakes_of_our_own_are_not_hidden(run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city, "run_init", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("init")


def test_reader_of_the_pipe_may_leave(tmp_path: Path) -> None:
    """As ``geo-service nearest ... | head -0`` does."""
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "geo_service", "init", "--workspace", tmp_path / "w"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("fly",),
        ("nearest",),
        ("nearest", "32"),
        ("nearest", "north", "112"),
        ("load", "weather", "x.csv"),
        ("load", "facilities", "x.csv", "--datum", "mars"),
        ("load", "facilities", "x.csv", "--columns", "id"),
        ("overlay",),
        ("overlay", "--by", "rider", "--out", "x.csv"),
        ("overlay", "--since", "2026-10-01", "--out", "x.csv"),
        ("release", "2026-13"),
        ("keys",),
        ("keys", "add", "--role", "king"),
        ("serve", "--port", "70000"),
        ("serve", "--port", "0"),
    ],
)
def test_wrong_words_end_with_2_and_touch_nothing(
    run: Callable, words: tuple[str, ...], tmp_path: Path
) -> None:
    answer = run(*words)
    assert (answer.code, answer.out) == (2, "")
    assert "usage: geo-service" in answer.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("--help",), ("nearest", "--help"), ("keys", "add", "--help")])
def test_help_ends_with_0(run: Callable, words: tuple[str, ...]) -> None:
    answer = run(*words)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("usage: geo-service")


def test_wrong_setting_is_wrong_usage(run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO_SERVICE_RADIUS_M", "wide")
    answer = run("init")
    assert answer.code == 2
    assert "GEO_SERVICE_RADIUS_M" in answer.err


def test_place_that_can_not_be_written_is_named(town: Callable, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = town("overlay", "--out", tmp_path / "file" / "x.csv")
    assert (answer.code, answer.out) == (1, "")
    assert str(tmp_path / "file") in answer.err
    assert "Traceback" not in answer.err


def test_words_are_those_of_the_process_if_none_are_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["geo-service", "init", "--workspace", str(tmp_path / "w")])
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert main() == 0
    assert (tmp_path / "w").is_dir()


def test_the_command_tells_its_version(run: Callable) -> None:
    told = run("--version")
    assert (told.code, told.out) == (0, f"geo-service {__version__}\n")
    project = (Path(__file__).resolve().parents[2] / "pyproject.toml").read_text()
    assert f'\nversion = "{__version__}"\n' in project

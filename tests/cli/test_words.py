import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo_service.cli import words


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-10-01T12:00+08:00", datetime(2026, 10, 1, 4, tzinfo=UTC)),
        ("2026-10-01T04:00:00Z", datetime(2026, 10, 1, 4, tzinfo=UTC)),
        ("2026-10-01 04:00:00.5+00:00", datetime(2026, 10, 1, 4, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_moment_is_read_in_utc(text: str, read: datetime) -> None:
    assert words.moment(text) == read
    assert words.moment(text).tzinfo is UTC


def test_now_is_now() -> None:
    before = datetime.now(tz=UTC)
    assert before <= words.moment("now") <= datetime.now(tz=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("noon", "2026-10-01T12:00"),
        ("2026-10-01T12:00", "for example 2026-10-01T12:00+08:00"),
        ("2026-10-01", "for example 2026-10-01T00:00+08:00"),
        ("0001-01-01T00:00+08:00", "beyond"),
        ("1790000000", "no time"),
    ],
)
def test_moment_that_is_none_is_told_how_to_write_one(text: str, said: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        words.moment(text)
    assert said in str(caught.value)


def test_columns_are_pairs() -> None:
    assert words.columns("id=Nr, lon=x y,name=a=b") == {"id": "Nr", "lon": "x y", "name": "a=b"}
    for text in ("", ",", "id", "id=", "=Nr"):
        with pytest.raises(argparse.ArgumentTypeError, match="ours=theirs"):
            words.columns(text)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "x", "1e3", " 1"])
def test_whole_numbers_begin_at_1(text: str) -> None:
    assert words.positive("12") == 12
    with pytest.raises(argparse.ArgumentTypeError):
        words.positive(text)


def test_ports_end_at_65535() -> None:
    assert words.port("65535") == 65_535
    with pytest.raises(argparse.ArgumentTypeError, match="65535"):
        words.port("65536")


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("-1e-3", "-0.001"),
        ("-8.61", "-8.61"),
        ("-861e-2", "-8.61"),
        ("-1.E2", "-100"),
        ("-.5e+1", "-5"),
        ("-5.", "-5"),
        ("-e5", "-e5"),
        ("--by", "--by"),
        ("-k", "-k"),
        ("-1e9999", "-1e9999"),
        ("1e-3", "1e-3"),
        ("f-1e3", "f-1e3"),
    ],
)
def test_only_odd_negative_numbers_are_written_out(word: str, plain: str) -> None:
    assert words.plain_number(word) == plain


def test_workspace_is_that_of_the_option_then_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for option, environment, folder in (
        ("a", "b", "a"),
        (None, "b", "b"),
        (None, "", "workspace"),
    ):
        monkeypatch.setenv("GEO_SERVICE_WORKSPACE", environment)
        typed = argparse.Namespace(workspace=None if option is None else Path(option))
        assert words.settings_of(typed).workspace == Path(folder)


def test_json_is_one_line_in_any_script_and_never_nan(capsys: pytest.CaptureFixture[str]) -> None:
    words.say_json({"name": "驿\n站"})
    assert capsys.readouterr() == ('{"name": "驿\\n站"}\n', "")
    with pytest.raises(ValueError, match="JSON"):
        words.say_json({"m": float("nan")})


def test_no_progress_bar_in_a_pipe(town: Callable, tmp_path: Path) -> None:
    answer = town("overlay", "--out", tmp_path / "x.csv")
    assert answer.code == 0
    assert answer.err == ""
    assert len(answer.out.splitlines()) == 1

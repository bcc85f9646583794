"""Commands stopped by Ctrl-C or killed at a chosen moment: what they say, and what they leave.

The command runs in a process of its own, which says so when it has come to the moment and waits.
"""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

RUN_TO_A_MOMENT = """
import signal, sys
from importlib import import_module
from geo_service.cli.main import main

place, *words = sys.argv[1:]
module, _, names = place.partition(":")
*path, name = names.split(".")
home = import_module(module)
for step in path:
    home = getattr(home, step)
there = getattr(home, name)

def wait_and_go_on(*given, **named):
    print("here", flush=True)
    sys.stdin.read()
    return there(*given, **named)

setattr(home, name, wait_and_go_on)
# As from a shell; a parent that ignores Ctrl-C would have handed that on.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(words))
"""
SAID = "geo-service: stopped; nothing is half-written.\n"
READING = "geo_service.store.trace_lake:TraceLake.read_packed"
NAMING = "pathlib:Path.replace"
MORE_TRACES = (
    "trip_id,rider_id,t,lon,lat\n"
    "t2,x,2026-10-02T08:00:00Z,112.1395,32.04\n"
    "t2,x,2026-10-02T08:00:20Z,112.1405,32.04\n"
)

Stop = Callable[..., tuple[int, str, str]]


@pytest.fixture
def stop(pytestconfig: pytest.Config) -> Iterator[Stop]:
    """Return what runs a command up to a moment, sends a signal, and tells code and words."""
    started: list[subprocess.Popen[str]] = []

    def run(number: signal.Signals, moment: str, *words: object) -> tuple[int, str, str]:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN_TO_A_MOMENT, moment, *map(str, words)],
            cwd=pytestconfig.rootpath,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(number)
        # Its input ends only now, so what is being worked on ends after the signal.
        out, err = process.communicate()
        return process.returncode, out, err

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def whole(town: Callable, tmp_path: Path) -> Callable[[], list[str]]:
    """Return what names all files of a sound workspace, days by the beginning of their names."""
    assert town("doctor").code == 0

    def names() -> list[str]:
        answer = town("doctor")
        assert (answer.code, answer.err) == (0, "")
        folders = (tmp_path / "workspace" / name for name in ("traces", "counts"))
        return sorted(path.name[:10] for folder in folders for path in folder.glob("*"))

    return names


def test_ctrl_c_while_traces_are_read_leaves_no_file(
    town: Callable, stop: Stop, whole: Callable[[], list[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out" / "passes.csv"
    before = whole()
    assert stop(signal.SIGINT, READING, "overlay", "--out", out) == (130, "", SAID)
    assert not out.parent.exists()
    assert whole() == before
    assert town("overlay", "--out", out).code == 0
    assert [path.name for path in out.parent.iterdir()] == ["passes.csv"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_stopped_while_counts_are_kept_the_next_run_counts_and_tidies(
    town: Callable,
    stop: Stop,
    whole: Callable[[], list[str]],
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    out = tmp_path / "passes.csv"
    ended = stop(number, NAMING, "overlay", "--out", out)
    assert ended == ((130, "", SAID) if number == signal.SIGINT else (-number, "", ""))
    assert not out.exists()
    kept = list((tmp_path / "workspace" / "counts").iterdir())
    assert len(kept) == (number == signal.SIGKILL)
    assert town("overlay", "--out", out).out.endswith("1 rows by issue, 1 passes\n")
    assert whole() == ["2026-10-01", "passes-207"]


def test_ctrl_c_while_the_table_takes_its_name_leaves_the_former_one(
    town: Callable, stop: Stop, tmp_path: Path
) -> None:
    out = tmp_path / "out" / "passes.csv"
    assert town("overlay", "--out", out).code == 0
    out.write_text("of yesterday")
    assert stop(signal.SIGINT, NAMING, "overlay", "--out", out) == (130, "", SAID)
    assert [path.read_text() for path in out.parent.iterdir()] == ["of yesterday"]


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        (NAMING, signal.SIGINT),
        ("geo_service.store.lake_place:sync_folder", signal.SIGKILL),
        ("geo_service.store.trace_rows:write", signal.SIGINT),
        ("geo_service.store.trace_lake:TraceLake._merge", signal.SIGINT),
    ],
)
def test_a_load_stopped_at_any_moment_is_done_or_not_and_leaves_nothing_to_the_next(
    town: Callable,
    stop: Stop,
    whole: Callable[[], list[str]],
    tmp_path: Path,
    moment: str,
    number: signal.Signals,
) -> None:
    more = tmp_path / "more.csv"
    more.write_text(MORE_TRACES)
    ended = stop(number, moment, "load", "traces", more)
    assert ended == ((130, "", SAID) if number == signal.SIGINT else (-number, "", ""))
    done = moment.endswith("_merge")
    told = town("doctor").out
    assert f"traces: {1 + done} files, {1 + done} trips, {2 + 2 * done} fixes\n" in told
    again = town("load", "traces", more)
    assert (again.code, again.err) == (0, "")
    assert whole() == ["2026-10-01", "2026-10-02"]
    assert town("overlay", "--out", tmp_path / "passes.csv").out.endswith("2 passes\n")

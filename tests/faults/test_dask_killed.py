"""Workers and schedulers of Dask are killed: the answer is whole and equal, or it is said why not.

All are processes of their own on loopback. A worker says in a file of marks that it has come to a
part of the lake, and waits there to be killed.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from lake_city import make_lake_city, settings_of
from own_process import PATIENCE_S, free_port, wait_for_port

from geo_service.cli.main import main
from geo_service.settings import Settings

pytestmark = pytest.mark.slow

DAYS = 8
WAIT_AT_A_PART = """
import os
from threading import Event
from geo_service.flows import look_at_parts

def dask_setup(worker):
    look, parts = look_at_parts._ReadAndLook.look_at, []

    def look_or_wait(self, common, part):
        parts.append(part)
        if len(parts) == 2 and not os.path.exists(os.environ["MARK"]):
            with open(os.environ["MARK"], "x") as mark:
                mark.write(f"{os.getpid()}\\n")
            Event().wait()
        return look(self, common, part)

    look_at_parts._ReadAndLook.look_at = look_or_wait
"""
DIE_AT_A_PART = """
import os, signal
from geo_service.flows import look_at_parts

def dask_setup(worker):
    look = look_at_parts._ReadAndLook.look_at

    def look_or_die(self, common, part):
        if any(trip.startswith("05-") for trip in part.trip_ids):
            os.kill(os.getpid(), signal.SIGKILL)
        return look(self, common, part)

    look_at_parts._ReadAndLook.look_at = look_or_die
"""
NO_PROGRAM = """
import sys

class Nothing:
    def find_spec(self, name, *_):
        if name.split(".")[0] == "geo_service":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nothing())
"""
OTHER_PROGRAM = """
from geo_service.flows import dask_workers

dask_workers.content_of_program = lambda: "of yesterday"
"""
A_TASK_A_DAY = """
import sys
from geo_service.cli.main import main
from geo_service.flows import dask_workers, look_at_parts

look_at_parts.FIXES_IN_A_TASK = 1
dask_workers.LONELY_LOOKS = int(sys.argv.pop(1))
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Make a city whose lake has a part a day."""
    settings = settings_of(tmp_path_factory.mktemp("city"))
    make_lake_city(settings, 5, days=DAYS, trips=20, issues=30)
    return settings


class Started:
    """Processes of Dask and commands, all of which end with the test."""

    def __init__(self, city: Settings, folder: Path) -> None:
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.mark, self.out = folder / "mark", folder / "out" / "table.csv"
        self._city, self._folder = city, folder
        self._all: list[subprocess.Popen[str]] = []

    def scheduler(self, **environ: str) -> subprocess.Popen[str]:
        port = int(self.address.rpartition(":")[2])
        words = ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        process = self._dask(words, environ)
        wait_for_port(port, lambda: process.poll() is None)
        return process

    def workers(self, hook: str = "", *, count: int = 2, nanny: bool = True) -> None:
        """Start workers that do something of their own before all else."""
        preload = self._folder / "preload.py"
        preload.write_text(hook)
        for _ in range(count):
            self._dask(
                (
                    *("worker", self.address, "--host", "127.0.0.1", "--no-dashboard"),
                    *("--nthreads", "1", "--memory-limit", "0", "--preload", str(preload)),
                    *("--local-directory", str(self._folder / "scratch")),
                    *(() if nanny else ("--no-nanny",)),
                ),
                {},
            )

    def command(
        self, *words: object, dask: str | None = None, hook: str = "", lonely: int = 60
    ) -> subprocess.Popen[str]:
        """Begin the command, which looks so many times whether there are workers."""
        environ = {}
        if hook:
            (self._folder / "preload.py").write_text(hook)
            environ["DASK_DISTRIBUTED__WORKER__PRELOAD"] = str(self._folder / "preload.py")
        place = ("--workspace", self._city.workspace, "--out", self.out)
        asked = ("overlay", *place, "--dask", dask or self.address, *words)
        return self._begin(("-c", A_TASK_A_DAY, str(lonely), *map(str, asked)), environ)

    def in_this_process(self, *words: object) -> bytes:
        """Return the table that threads make, with nothing kept for the next."""
        plain = self._folder / "plain.csv"
        asked = ("overlay", "--workspace", self._city.workspace, *words, "--out", plain)
        assert main([str(word) for word in asked]) == 0
        self.forget()
        return plain.read_bytes()

    def forget(self) -> None:
        for path in (self._city.workspace / "counts").glob("*"):
            path.unlink()

    def marked(self) -> int:
        """Wait until a worker has come to its part, and return the worker's process id."""
        pause = Event()
        for _ in range(int(PATIENCE_S / 0.05)):
            with suppress(FileNotFoundError):
                told = self.mark.read_text()
                if told.endswith("\n"):
                    return int(told)
            pause.wait(0.05)
        raise AssertionError("no worker came to its part")

    def end(self) -> None:
        for process in self._all:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        self._all.clear()

    def _dask(self, words: tuple[str, ...], environ: dict[str, str]) -> subprocess.Popen[str]:
        return self._begin(("-m", "dask", *words), environ, quiet=True)

    def _begin(
        self, words: tuple[str, ...], environ: dict[str, str], *, quiet: bool = False
    ) -> subprocess.Popen[str]:
        told = subprocess.DEVNULL if quiet else subprocess.PIPE
        process = subprocess.Popen(
            [sys.executable, *words],
            env={**os.environ, "MARK": str(self.mark), **environ},
            stdout=told,
            stderr=told,
            text=True,
            start_new_session=True,
            # Who starts tests in the background has them hear no Ctrl-C, and so what they start.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
        self._all.append(process)
        return process


@pytest.fixture
def started(city: Settings, tmp_path: Path) -> Iterator[Started]:
    """Return what starts processes."""
    one = Started(city, tmp_path)
    yield one
    one.end()
    one.forget()


def said(command: subprocess.Popen[str]) -> tuple[int, str]:
    """Return how a command ended, and what it said of what went wrong."""
    _, err = command.communicate(timeout=PATIENCE_S)
    return command.returncode, err


def refused(command: subprocess.Popen[str], pattern: str, out: Path) -> None:
    """Hold that a command ended with one plain line, and wrote nothing."""
    code, err = said(command)
    assert code == 1, err
    assert re.fullmatch(f"geo-service: {pattern}\n", err), err
    assert not out.parent.exists()


@pytest.mark.parametrize("by", ["street", "cell"])
def test_a_worker_killed_in_the_midst_changes_nothing_in_the_answer(
    started: Started, by: str
) -> None:
    plain = started.in_this_process("--by", by)
    started.scheduler()
    started.workers(WAIT_AT_A_PART)
    command = started.command("--by", by)
    os.kill(started.marked(), signal.SIGKILL)
    assert said(command) == (0, "")
    assert started.out.read_bytes() == plain


def test_a_worker_of_this_machine_killed_in_the_midst_is_replaced(started: Started) -> None:
    plain = started.in_this_process()
    command = started.command(dask="local", hook=WAIT_AT_A_PART)
    os.kill(started.marked(), signal.SIGKILL)
    assert said(command) == (0, "")
    assert started.out.read_bytes() == plain


def test_a_scheduler_killed_in_the_midst_is_told_and_nothing_is_written(started: Started) -> None:
    plain = started.in_this_process()
    scheduler = started.scheduler()
    started.workers(WAIT_AT_A_PART)
    command = started.command()
    started.marked()
    scheduler.kill()
    gone = r"tcp://127.0.0.1:\d+: The scheduler of Dask has gone .* ask again\."
    refused(command, gone, started.out)
    started.end()
    started.scheduler()
    started.workers()
    assert said(started.command()) == (0, "")
    assert started.out.read_bytes() == plain


def test_without_a_scheduler_it_is_said_at_once(started: Started) -> None:
    nobody = r"tcp://127.0.0.1:\d+: No scheduler of Dask answers there\. .* --dask local\."
    refused(started.command(), nobody, started.out)


def test_without_any_worker_for_long_nobody_waits_for_ever(started: Started) -> None:
    started.scheduler()
    started.workers(WAIT_AT_A_PART, count=1, nanny=False)
    command = started.command(lonely=10)
    os.kill(started.marked(), signal.SIGKILL)
    alone = r"tcp://\S+ The scheduler of Dask has had no workers for 20 seconds\. Start some .*"
    refused(command, alone, started.out)


def test_a_part_that_kills_its_workers_is_given_up(started: Started) -> None:
    started.scheduler(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1")
    started.workers(DIE_AT_A_PART)
    refused(started.command(), r"tcp://\S+ 2 workers of Dask died .* memory.*", started.out)


@pytest.mark.parametrize(
    ("hook", "pattern"),
    [
        (NO_PROGRAM, r"tcp://\S+ A worker .* another program .*No module named 'geo_service'.*"),
        (OTHER_PROGRAM, r".+, process \d+: This worker of Dask has another version .*"),
    ],
)
def test_workers_without_this_program_are_told(started: Started, hook: str, pattern: str) -> None:
    started.scheduler()
    started.workers(hook)
    refused(started.command(), pattern, started.out)


def test_ctrl_c_ends_the_workers_of_this_machine_too(started: Started) -> None:
    command = started.command(dask="local", hook=WAIT_AT_A_PART)
    worker = started.marked()
    # As a terminal does it: all processes of the command hear it.
    os.killpg(command.pid, signal.SIGINT)
    assert said(command) == (130, "geo-service: stopped; nothing is half-written.\n")
    assert not started.out.parent.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)

"""Workers of Dask do what threads do: in order, few at a time, and what goes wrong is told."""

import json
import operator
import pickle
import re
import signal
import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

import numpy as np
import pytest
from dask_cluster import WORKERS, dask_cluster
from lake_city import make_lake_city, moment, settings_of
from own_process import free_port

from geo_service.domain.slots import Per
from geo_service.domain.trace import Fixes, join_fixes
from geo_service.errors import NotReady, UnreadableFile
from geo_service.export.frames import Frame
from geo_service.flows import dask_workers as subject
from geo_service.flows import look_at_parts as look_at_parts_module
from geo_service.flows.counted_period import Period
from geo_service.flows.dask_workers import AHEAD, DaskWorkers, dask_workers
from geo_service.flows.import_traces import import_traces
from geo_service.flows.loading import LoadOptions
from geo_service.flows.look_at_parts import look_at_parts
from geo_service.flows.look_at_trips import OverlayQuestion, _LookWithin
from geo_service.flows.overlay_tables import TableQuestion, overlay_table
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.store import trace_folder
from geo_service.store.kept_counts import KeptCounts
from geo_service.store.workspace_files import TRACES

FIXES_IN_A_PART = 500
"""So that a day has several parts."""
FIXES_IN_A_TASK = 600
"""So that some of them go by themselves, and some together with those of the next day."""
NAMES = _LookWithin(Period(), operator.attrgetter("trip_ids"))
BY = ("issue", "street", "cell")


@pytest.fixture(scope="module")
def crew() -> Iterator[DaskWorkers]:
    """Start a cluster of two processes once."""
    with dask_cluster() as workers:
        yield workers


@contextmanager
def made_city(seed: int, patch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    patch.setattr(trace_folder, "FIXES_IN_A_PART", FIXES_IN_A_PART)
    patch.setattr(look_at_parts_module, "FIXES_IN_A_TASK", FIXES_IN_A_TASK)
    with TemporaryDirectory() as folder:
        settings = settings_of(Path(folder))
        make_lake_city(settings, seed, days=3, trips=12, issues=60)
        with open_workspace(settings) as workspace:
            yield workspace


def table(workspace: Workspace, question: TableQuestion) -> Frame:
    """Count with nothing kept from before."""
    with TemporaryDirectory() as folder:
        return overlay_table(replace(workspace, kept_counts=KeptCounts(Path(folder))), question)


def bits(frame: Frame) -> dict[str, list[object]]:
    """Return every cell, numbers with a fraction as the integers that have their bits."""
    told: dict[str, list[object]] = {}
    for name, column in frame.items():
        floats = column.dtype == np.float64
        told[str(name)] = (column.to_numpy().view(np.int64) if floats else column).tolist()
    return told


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_every_table_is_bit_for_bit_that_of_this_process(
    crew: DaskWorkers, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(seed)
    since = None if seed % 2 else moment(float(random.uniform(0, 1)))
    until = moment(float(random.uniform(2, 4)))
    trips = OverlayQuestion(since, until, float(random.uniform(5, 60)))
    few = OverlayQuestion(until=moment(0.4))
    questions = [
        # The same issues on the same days, and workers that have just seen them.
        TableQuestion("issue", replace(trips, radius_m=90.0)),
        *(TableQuestion(by, trips) for by in BY),
        *(TableQuestion(by, trips, Per.HOUR) for by in BY),
        *(TableQuestion(by, few, blind_spots=True) for by in BY[1:]),
    ]
    with made_city(seed, monkeypatch) as here:
        there = replace(here, workers=crew)
        for question in questions:
            ours, theirs = table(here, question), table(there, question)
            assert bits(theirs) == bits(ours), question
            assert len(ours), question
            assert question.blind_spots or ours["passes"].sum() > 0, question


def test_what_workers_counted_is_kept_for_threads(
    crew: DaskWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made_city(7, monkeypatch) as here:
        question = TableQuestion("issue")
        theirs = overlay_table(replace(here, workers=crew), question)
        monkeypatch.setattr(type(here.lake), "read_packed", None)
        assert bits(overlay_table(here, question)) == bits(theirs)


def test_trips_moved_and_removed_meanwhile_are_found_and_left_out(
    crew: DaskWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made_city(8, monkeypatch) as here:
        parts = [(None, part) for day in here.lake.days() for part in here.lake.look(day.day).parts]
        assert len(parts) > 5
        whole = [name for _, part in parts for name in part.trip_ids]
        here.lake.remove([whole[3]])
        lies = here.settings.workspace / TRACES / parts[0][1].files[0]
        assert not lies.exists()
        found = look_at_parts(replace(here, workers=crew), NAMES, parts)
        assert [name for (names,) in found for name in names] == whole[:3] + whole[4:]


def test_a_file_that_is_gone_and_a_folder_that_workers_do_not_see_are_told_apart(
    crew: DaskWorkers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with made_city(8, monkeypatch) as here:
        parts = [(None, part) for part in here.lake.look(here.lake.days()[0].day).parts]
        settings = replace(here.settings, workspace=tmp_path)
        with pytest.raises(NotReady, match=r"worker does not see .* same path") as caught:
            list(look_at_parts(replace(here, settings=settings, workers=crew), NAMES, parts))
        assert caught.value.where.startswith(str(tmp_path))
        (here.settings.workspace / TRACES / parts[0][1].files[0]).unlink()
        with pytest.raises(NotReady, match=r"file in the folder of traces is missing"):
            list(look_at_parts(replace(here, workers=crew), NAMES, parts))


def test_answers_come_in_order_and_few_things_are_taken_before(crew: DaskWorkers) -> None:
    taken: list[int] = []

    def things() -> Iterator[tuple[int, int]]:
        for thing in range(40):
            taken.append(thing)
            yield thing // 10, thing

    for number, made in enumerate(crew.each(operator.add, things())):
        assert made == number + number // 10
        assert len(taken) <= number + AHEAD * WORKERS
    assert len(taken) == 40
    assert list(crew.each(operator.add, [])) == []


def test_arrays_arrive_as_they_were_so_that_no_kernel_is_compiled_again(crew: DaskWorkers) -> None:
    (there,) = crew.each(operator.getitem, [([np.arange(3.0)], 0)])
    assert (there.flags.writeable, there.flags.c_contiguous, there.dtype) == (True, True, float)


def test_what_the_work_raises_comes_where_its_answer_would(crew: DaskWorkers) -> None:
    answers = crew.each(operator.floordiv, ((12, thing) for thing in (3, 2, 0, 1)))
    assert [next(answers), next(answers)] == [4, 6]
    with pytest.raises(ZeroDivisionError):
        next(answers)
    assert list(crew.each(operator.floordiv, [(12, 3)])) == [4]


def test_another_program_at_the_workers_is_told(
    crew: DaskWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "content_of_program", lambda: "of yesterday")
    with pytest.raises(NotReady, match=r"another version .*Install this version") as caught:
        list(crew.each(operator.add, [(1, 2)]))
    assert re.fullmatch(r".+, process \d+", caught.value.where)


@pytest.mark.parametrize("says", [None, b"", b"HTTP/1.0 400 Bad Request\r\n\r\n"])
def test_a_scheduler_that_does_not_answer_is_told_soon(
    monkeypatch: pytest.MonkeyPatch, says: bytes | None
) -> None:
    """Nobody listens, or somebody who says nothing, or something else."""
    monkeypatch.setattr(subject, "CONNECT_S", 0.5)
    with ExitStack() as stack:
        port = free_port()
        if says is not None:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", port)))
            stack.enter_context(ThreadPoolExecutor(1)).submit(answer_once, listening, says)
        hold_that_nobody_answers(f"tcp://127.0.0.1:{port}")


def answer_once(listening: socket.socket, says: bytes) -> None:
    asking, _ = listening.accept()
    with asking:
        asking.sendall(says)
        while asking.recv(1 << 16):
            pass


def hold_that_nobody_answers(address: str) -> None:
    with pytest.raises(NotReady, match=r"No scheduler .*--dask local") as caught:  # noqa: SIM117 - entered is enough
        with dask_workers(address):
            pass
    assert caught.value.where == address


GPX = (
    """<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{}</trkseg></trk><trk/></gpx>"""
)
POINT = '<trkpt lon="{:.4f}" lat="32.0460"><time>2026-10-09T08:00:{:02}Z</time></trkpt>'


def trace_files(folder: Path) -> list[Path]:
    """Write trips that bear ids and some that bear none, good ones and bad ones."""
    gpx, lines, fixes = (folder / name for name in ("a.gpx", "b.geojson", "c.csv"))
    points = [POINT.format(112.141 + 5e-4 * step, 5 * step) for step in range(10)]
    gpx.write_text(GPX.format("".join(points)))
    times = [f"2026-10-08T08:00:{second:02}Z" for second in (0, 10, 20)]
    line = [[112.143, 32.046], [112.1435, 32.046], [112.144, 32.046]]
    features = [
        {
            "type": "Feature",
            "properties": {"rider_id": rider, "times": told},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for rider, told in (("x", times), (None, times), ("y", times[:2]), ("y", times))
    ]
    lines.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    rows = [f"t{n // 9},z,2026-10-07T08:00:{n % 9:02},112.145,32.046" for n in range(27)]
    fixes.write_text("\n".join(["trip_id,rider_id,t,lon,lat", *rows]))
    return [gpx, lines, fixes]


class Overheard:
    """Workers, and whatever goes to them."""

    are_here = False

    def __init__(self, crew: DaskWorkers) -> None:
        self._crew, self.sent = crew, bytearray()

    def each(self, work: Any, things: Iterable[Any]) -> Iterator[Any]:  # noqa: ANN401 - handed on
        self.sent += pickle.dumps(work)

        def heard() -> Iterator[Any]:
            for thing in things:
                self.sent.extend(pickle.dumps(thing))
                yield thing

        return self._crew.each(work, heard())


def test_files_are_read_by_workers_as_here_and_they_never_see_the_riders_key(
    crew: DaskWorkers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files, loaded, now = trace_files(tmp_path), [], moment(40)
    options = LoadOptions(rider="r", time_zone="Asia/Shanghai", skip_refused=True)
    for elsewhere in (False, True):
        with made_city(3, monkeypatch) as here:
            key = b"k" * 32
            here.settings.rider_key_file.write_text(key.hex())
            overheard = Overheard(crew)
            asked = replace(here, workers=overheard) if elsewhere else here
            report = import_traces(asked, files, options, now)
            table(asked, TableQuestion("issue"))
            refused = report.trips.refused_list
            assert refused is not None
            fixes = join_fixes(list(here.lake.read()))
            trips = replace(report.trips, refused_list=None)
            loaded.append((replace(report, trips=trips), refused.read_bytes(), told(fixes)))
            assert bool(overheard.sent) == elsewhere
            assert key not in overheard.sent
            assert key.hex().encode() not in overheard.sent
    assert loaded[0] == loaded[1]
    assert (loaded[0][0].trips.loaded, loaded[0][0].trips.refused) == (7, 2)


def told(fixes: Fixes) -> list[object]:
    numbers = (fixes.rider, fixes.offsets, fixes.t, fixes.lon, fixes.lat)
    return [fixes.trip_ids, fixes.rider_ids, *(column.tolist() for column in numbers)]


def test_a_file_that_a_worker_can_not_read_is_refused_as_here(
    crew: DaskWorkers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "bad.gpx"
    path.write_text("<gpx>")
    with made_city(3, monkeypatch) as here:
        for workspace in (here, replace(here, workers=crew)):
            with pytest.raises(UnreadableFile, match="cut off at line 1"):
                import_traces(workspace, [path], LoadOptions(), moment(40))


def test_ctrl_c_is_heard_at_the_next_answer_and_twice_at_once(crew: DaskWorkers) -> None:
    asked = crew._submit(sleep, 20)
    # Who starts tests in the background has them hear none.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with subject._remembered_ctrl_c() as stopped:
            signal.raise_signal(signal.SIGINT)
            assert stopped.is_set()
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    crew._stopped.set()
    with pytest.raises(KeyboardInterrupt):
        crew._wait(asked)
    crew._stopped.clear()
    asked.cancel()

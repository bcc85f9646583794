"""What is kept of earlier counting never shows in an answer; it only saves reading."""

import dataclasses
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.issue import Issue
from geo_service.domain.opening import Calendar
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.flows import count_passes
from geo_service.flows.counted_period import Period
from geo_service.flows.look_at_trips import OverlayQuestion, partitions_of
from geo_service.flows.overlay_issues import overlay_by_issue
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.overlay import pass_counts
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.pass_counts import PassCounts
from geo_service.overlay.passes import Watch
from geo_service.settings import Settings
from geo_service.store import issues as stored
from geo_service.store import kept_counts, trace_compaction, trace_folder
from geo_service.store.kept_counts import KeptCounts
from geo_service.store.trace_rows import LyingTrips

Trip: TypeAlias = tuple[str, int, int, int, int]
"""Rider, day, second of the day, place, and steps north of the place."""
Step: TypeAlias = Callable[[Workspace], None]
Fresh: TypeAlias = Callable[[], AbstractContextManager[Workspace]]

START = datetime(2026, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = 4
PLACES = [(112.14, 32.04), (112.1403, 32.0402), (112.62, 32.04), (-71.06, 42.36), (179.9999, 0.0)]
"""Two of them are passed by one ride; the last lie so far off that the grid is another one."""
STEP = 0.0001
"""Degrees: ten metres. Nothing lies just at a radius."""
ISSUE_OFF = 0.00003
AFTER = timedelta(milliseconds=137)
"""No life begins or ends at a fix."""
FIXES = 10


def fixes_of(trips: Mapping[str, Trip]) -> Fixes:
    """Ride past places from west to east, a fix every five seconds."""
    t, lon, lat = [], [], []
    for _, day, second, place, north in trips.values():
        begin = int((START + day * DAY).timestamp()) + second
        for fix in range(FIXES):
            t.append((begin + 5 * fix) * 1_000_000)
            east = PLACES[place][0] + STEP * (fix - FIXES / 2)
            lon.append(east - 360.0 if east > 180.0 else east)
            lat.append(PLACES[place][1] + STEP * north)
    riders = sorted({trip[0] for trip in trips.values()})
    return Fixes(
        trip_ids=tuple(trips),
        rider_ids=tuple(riders),
        rider=np.array([riders.index(trip[0]) for trip in trips.values()], dtype=np.int64),
        offsets=np.arange(len(trips) + 1, dtype=np.int64) * FIXES,
        t=np.array(t, dtype=np.int64),
        lon=np.array(lon, dtype=np.float64),
        lat=np.array(lat, dtype=np.float64),
    )


def issue(
    name: str,
    place: int = 0,
    lives: Sequence[tuple[float, float | None]] = ((-9, None),),
    confirmed: float | None = None,
) -> Issue:
    """Report a problem at a place; lives are in days from the start."""
    (first, *later) = [
        (START + start * DAY + AFTER, None if end is None else START + end * DAY + AFTER)
        for start, end in lives
    ]
    lon, lat = PLACES[place]
    return Issue(
        name,
        "standing_water",
        lon + ISSUE_OFF,
        lat + ISSUE_OFF,
        first[0],
        first[1],
        reopened=tuple(later),
        confirmed_at=None if confirmed is None else START + confirmed * DAY + AFTER,
    )


def report(workspace: Workspace, *issues: Issue, replace: bool = False) -> None:
    with workspace.database.writing() as connection:
        stored.write(connection, issues, replace=replace)


def answer(workspace: Workspace, question: OverlayQuestion) -> PassCounts:
    return overlay_by_issue(workspace, question).counts


def bits(counts: PassCounts) -> dict[str, list[int]]:
    """Return every figure as the integer that has its bits."""
    return {
        one.name: np.ascontiguousarray(getattr(counts, one.name)).view(np.int64).tolist()
        for one in dataclasses.fields(counts)
    }


def without_what_is_kept(workspace: Workspace, question: OverlayQuestion) -> PassCounts:
    with TemporaryDirectory() as folder:
        return answer(
            dataclasses.replace(workspace, kept_counts=KeptCounts(Path(folder))), question
        )


def check(workspace: Workspace, question: OverlayQuestion) -> None:
    """Hold the kept way against a full rerun, and that against all trips in one loop."""
    kept, anew = answer(workspace, question), without_what_is_kept(workspace, question)
    assert bits(kept) == bits(anew)
    with workspace.database.reading() as connection:
        points = issue_points(stored.read_all(connection))
    rule = PassRule(question.radius_m or 25.0)
    plain = pass_counts.count_passes(partitions_of(workspace, question), points, rule)
    for figure in ("passes", "riders", "riders_since_confirmed"):
        assert getattr(anew, figure).tolist() == getattr(plain, figure).tolist(), figure
    assert anew.first_us == pytest.approx(plain.first_us, abs=2)
    assert anew.last_us == pytest.approx(plain.last_us, abs=2)
    assert anew.closest_m == pytest.approx(plain.closest_m, abs=1e-6, nan_ok=True)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Return what opens an empty workspace, as often as wanted."""
    made = tmp_path_factory.mktemp("made") / "w"
    start_workspace(Settings(workspace=made), Calendar()).close()

    @contextmanager
    def opened() -> Iterator[Workspace]:
        with TemporaryDirectory() as folder:
            copy = Path(shutil.copytree(made, Path(folder) / "w"))
            with open_workspace(Settings(workspace=copy)) as workspace:
                yield workspace

    return opened


RIDDEN: dict[str, Trip] = {
    "a": ("x", 0, 43_200, 0, 0),
    "b": ("y", 0, 86_380, 1, 1),
    "c": ("x", 1, 43_200, 2, 1),
    "d": ("z", 2, 0, 3, -1),
    "e": ("x", 2, 43_200, 0, 1),
    "f": ("y", 3, 43_230, 4, 0),
}
REPORTED = [issue("A"), issue("B", 1), issue("C", 2), issue("D", 3), issue("E", 4)]


@pytest.fixture
def city(fresh: Fresh) -> Iterator[Workspace]:
    with fresh() as workspace:
        yield workspace


TRIPS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(
        st.sampled_from("xyz"),
        st.integers(0, DAYS - 1),
        st.sampled_from([0, 43_200, 43_230, 86_380]),
        st.integers(0, len(PLACES) - 1),
        st.integers(-4, 4),
    ),
    max_size=4,
)
LIFE = st.tuples(st.sampled_from([-1, 0.5, 1, 1.5, 2]), st.sampled_from([None, 0.5, 1.5, 2, 3]))
ISSUES = st.lists(
    st.builds(
        issue,
        st.sampled_from("ABCDE"),
        st.integers(0, len(PLACES) - 1),
        st.lists(LIFE, min_size=1, max_size=3),
        st.sampled_from([None, 0, 2, 5]),
    ),
    max_size=3,
)
MOMENT = st.sampled_from([None, *(START + days * DAY for days in (0, 0.5, 1, 1.6, 2, 4))])
QUESTION = st.builds(OverlayQuestion, MOMENT, MOMENT, st.sampled_from([None, 25.0, 60.0]))


def add(trips: Mapping[str, Trip], *, replace: bool, again: bool) -> Step:
    def step(workspace: Workspace) -> None:
        for _ in range(1 + again):
            workspace.lake.add(fixes_of(trips), replace=replace)

    return step


def change_issues(issues: Sequence[Issue], *, replace: bool) -> Step:
    return lambda workspace: report(workspace, *issues, replace=replace)


def compact(workspace: Workspace) -> None:
    workspace.lake.compact()


def harm(chance: int) -> Step:
    """Cut off, empty, turn a bit of, exchange or remove one of the kept files."""

    def step(workspace: Workspace) -> None:
        files = sorted((workspace.settings.workspace / "counts").glob("passes-*"))
        if not files:
            return
        path, other = files[chance % len(files)], files[chance // 7 % len(files)]
        whole = path.read_bytes() or b"emptied before"
        place = chance % len(whole)
        turned = whole[:place] + bytes([whole[place] ^ (1 << chance % 8)]) + whole[place + 1 :]
        path.write_bytes([whole[:place], b"", turned, other.read_bytes(), b"not ours"][chance % 5])

    return step


def count_by_another_program(workspace: Workspace) -> None:
    """Fill the kept folder as other versions do, of the file and of the kernel."""
    for home, name, other in (
        (kept_counts, "FORMAT", 0),
        (count_passes, "content_of_kernels", lambda: "other"),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(home, name, other)
            answer(workspace, OverlayQuestion())


STEPS = st.one_of(
    st.builds(add, TRIPS, replace=st.sampled_from([False] * 5 + [True]), again=st.booleans()),
    st.builds(change_issues, ISSUES, replace=st.booleans()),
    st.just(compact),
    st.builds(harm, st.integers(0, 1 << 30)),
    st.just(count_by_another_program),
)


@settings(deadline=None, max_examples=15)  # each example writes to a disk
@given(st.lists(st.tuples(STEPS, QUESTION), min_size=1, max_size=8))
def test_after_any_history_the_answer_is_that_of_counting_anew(
    fresh: Fresh, history: list[tuple[Step, OverlayQuestion]]
) -> None:
    with fresh() as workspace, pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace_compaction, "MOST_FILES_A_DAY", 2)
        patch.setattr(trace_folder, "FIXES_IN_A_PART", FIXES)
        workspace.lake.add(fixes_of(RIDDEN))
        report(workspace, *REPORTED)
        assert answer(workspace, OverlayQuestion()).passes.sum() == 7
        for step, question in history:
            step(workspace)
            check(workspace, question)
            check(workspace, OverlayQuestion())


@dataclasses.dataclass
class Read:
    """What was read of the lake, and for how many issues."""

    parts: int = 0
    watched: list[int] = dataclasses.field(default_factory=list)

    def since_last(self) -> tuple[int, list[int]]:
        told = self.parts, sorted(self.watched)
        self.parts, self.watched = 0, []
        return told


@pytest.fixture
def read(city: Workspace, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Fill the city, count once, and then tell what counting reads."""
    told = Read()
    read_packed, watch = city.lake.read_packed, count_passes.watch

    def read_and_tell(part: LyingTrips) -> object:
        told.parts += 1
        return read_packed(part)

    def watch_and_tell(points: object, issues: np.ndarray, rule: PassRule) -> Watch:
        told.watched.append(len(issues))
        return watch(points, issues, rule)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(city.lake, "read_packed", read_and_tell)
    monkeypatch.setattr(count_passes, "watch", watch_and_tell)
    city.lake.add(fixes_of(RIDDEN))
    report(city, *REPORTED)
    answer(city, OverlayQuestion())
    assert told.since_last() == (DAYS, [5] * DAYS)
    return told


def test_where_nothing_changed_nothing_is_read(city: Workspace, read: Read) -> None:
    answer(city, OverlayQuestion())
    city.lake.add(fixes_of(RIDDEN))
    report(city, *REPORTED, replace=True)
    assert city.lake.compact() == 0
    answer(city, OverlayQuestion())
    assert read.since_last() == (0, [])


@pytest.mark.parametrize(
    ("trips", "parts"),
    [
        ({"new": ("x", 4, 0, 0, 0)}, 1),
        ({"new": ("x", 2, 600, 0, 0)}, 1),
        ({"a": ("x", 0, 43_200, 0, 3)}, 1),
        ({"a": ("w", 0, 43_200, 0, 0)}, 1),
        ({"a": ("x", 1, 43_200, 0, 0)}, 2),
        ({"f": ("y", 2, 43_230, 4, 0)}, 1),  # the last trip of a day goes to another
        ({"a": ("x", 0, 43_200, 0, 0)}, 0),  # as it was
    ],
)
def test_only_days_whose_trips_are_others_are_read(
    city: Workspace, read: Read, trips: dict[str, Trip], parts: int
) -> None:
    city.lake.add(fixes_of(trips))
    answer(city, OverlayQuestion())
    assert read.since_last() == (parts, [5] * parts)
    check(city, OverlayQuestion())


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (issue("A", lives=[(-9, 2.7)]), 0),  # closed after the last trip of day 2, before day 3's
        (issue("A", lives=[(-9, 2.2)]), 1),  # closed amid day 2
        (issue("A", lives=[(-9, 2.2), (2.3, None)]), 1),
        (issue("A", lives=[(-9, 0.1)]), 0),  # closed before all
        (issue("A", lives=[(-99, None)]), 0),
        (issue("A", lives=[(-9, 77)]), 0),
        (issue("A", confirmed=2), 0),
        (issue("A", 1), DAYS),  # moved
        (issue("new", 1), DAYS),
        (issue("new", 1, lives=[(2.7, None)]), 1),
        (issue("new", 1, lives=[(9, None)]), 0),
    ],
)
def test_an_issue_is_counted_on_those_days_only_on_which_its_life_is_another(
    city: Workspace, read: Read, change: Issue, parts: int
) -> None:
    report(city, change)
    answer(city, OverlayQuestion())
    assert read.since_last() == (parts, [1] * parts)
    check(city, OverlayQuestion())


def test_issues_that_are_gone_are_not_counted_and_what_is_left_is_kept(
    city: Workspace, read: Read
) -> None:
    report(city, *REPORTED[1:], replace=True)
    assert answer(city, OverlayQuestion()).passes.tolist() == [2, 1, 1, 1]
    report(city, replace=True)
    assert answer(city, OverlayQuestion()).passes.tolist() == []
    assert read.since_last() == (0, [])


def test_an_issue_reported_again_after_it_was_rejected_is_counted_again(
    city: Workspace, read: Read
) -> None:
    report(city, *REPORTED[1:], replace=True)
    answer(city, OverlayQuestion())
    report(city, issue("new", 2))
    answer(city, OverlayQuestion())
    report(city, *REPORTED, replace=True)
    read.since_last()
    assert answer(city, OverlayQuestion()).passes.tolist() == [2, 2, 1, 1, 1]
    assert read.since_last() == (DAYS, [1] * DAYS)


def test_another_radius_is_another_count(city: Workspace, read: Read) -> None:
    wide = OverlayQuestion(radius_m=60.0)
    assert answer(city, wide).passes.sum() > 7
    assert read.since_last() == (DAYS, [5] * DAYS)
    answer(city, wide)
    assert read.since_last() == (0, [])
    check(city, OverlayQuestion())


def test_what_another_program_counted_is_counted_again(
    city: Workspace, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count_passes, "content_of_kernels", lambda: "other")
    answer(city, OverlayQuestion())
    assert read.since_last() == (DAYS, [5] * DAYS)


def test_of_a_period_only_days_cut_by_its_ends_are_read(city: Workspace, read: Read) -> None:
    cut = OverlayQuestion(START + DAY / 2, START + 3 * DAY)
    assert answer(city, cut).passes.sum() == 6
    assert read.since_last() == (1, [5])
    answer(city, cut)
    assert read.since_last() == (1, [5])
    answer(city, OverlayQuestion(START, START + 4 * DAY))
    assert read.since_last() == (0, [])


def test_a_day_is_whole_from_midnight_to_midnight() -> None:
    midnight, day = START, int(START.timestamp()) // 86_400
    tick = timedelta(microseconds=1)
    assert Period().holds_day(day)
    assert Period(midnight, midnight + DAY).holds_day(day)
    assert not Period(midnight + tick, None).holds_day(day)
    assert not Period(None, midnight + DAY - tick).holds_day(day)


def test_merged_files_are_the_same_trips(
    city: Workspace, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        city.lake.add(fixes_of({f"n{number}": ("x", 1, 600 * number, 0, 0)}))
    before = bits(answer(city, OverlayQuestion()))
    read.since_last()
    monkeypatch.setattr(trace_compaction, "MOST_FILES_A_DAY", 2)
    assert city.lake.compact() == 1
    assert bits(answer(city, OverlayQuestion())) == before
    assert read.since_last() == (0, [])


@pytest.mark.usefixtures("read")
@pytest.mark.parametrize("trip", ["new", "b"])
def test_of_trips_that_change_while_their_day_is_looked_at_the_new_ones_are_counted(
    city: Workspace, monkeypatch: pytest.MonkeyPatch, trip: str
) -> None:
    look = city.lake.look
    changed: list[object] = []

    def change_and_look(*arguments: object) -> object:
        if not changed:
            # Later than all trips were, and near an issue that nobody could pass before.
            changed.append(city.lake.add(fixes_of({trip: ("w", 0, 86_399, 0, 1)})))
        return look(*arguments)  # type: ignore[arg-type] # passed on as they came

    report(city, issue("always"), issue("late", 1, lives=[(1.0003, 1.0006)]))
    with monkeypatch.context() as patch:
        patch.setattr(city.lake, "look", change_and_look)
        seen = bits(answer(city, OverlayQuestion()))
    assert seen["passes"][-1] == 1
    assert seen == bits(without_what_is_kept(city, OverlayQuestion()))
    assert seen == bits(answer(city, OverlayQuestion()))


def test_a_day_whose_trips_go_while_it_is_looked_at_is_left_out(
    city: Workspace, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = city.lake.look

    def go_and_look(*arguments: object) -> object:
        city.lake.add(fixes_of({"a": RIDDEN["a"]}), replace=True)
        return look(*arguments)  # type: ignore[arg-type] # passed on as they came

    report(city, issue("new"))
    read.since_last()
    with monkeypatch.context() as patch:
        patch.setattr(city.lake, "look", go_and_look)
        seen = bits(answer(city, OverlayQuestion()))
    assert seen == bits(without_what_is_kept(city, OverlayQuestion()))


def test_what_is_of_no_use_goes_with_the_next_count(city: Workspace, read: Read) -> None:
    folder = city.settings.workspace / "counts"
    assert len(list(folder.iterdir())) == DAYS
    (folder / "left-by-a-kill").write_bytes(b"half")
    city.lake.add(fixes_of({"a": RIDDEN["a"]}), replace=True)
    answer(city, OverlayQuestion(since=START + 9 * DAY))
    assert read.since_last() == (0, [])
    assert [path.name.partition(".")[0] for path in folder.iterdir()] == [
        f"passes-{int(START.timestamp()) // 86_400}"
    ]

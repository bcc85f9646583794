"""Who is asked about which issues, and when; by plain counting of trips."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import pytest
from rotating import WEST, rides_of, rotate
from sqlalchemy import select

from geo_service.domain.case import Case, Move
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.opening import Calendar
from geo_service.domain.rider import pseudonym
from geo_service.domain.role import Role
from geo_service.domain.trace import Fixes
from geo_service.domain.verification import Answer, Task
from geo_service.flows import ask_riders as asking
from geo_service.flows.ask_riders import ask_riders
from geo_service.flows.erase_rider import erase_rider
from geo_service.flows.manage_keys import add_key
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings
from geo_service.store import cases, issues, supporters, tasks
from geo_service.store.case_schema import tasks as case_tasks

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EAST, LAT = 112.14, 32.04
FIXES = 12
HERE, BESIDE = LAT + 0.0001, LAT + 0.01
"""An issue on the street that all ride along, and one that nobody comes near."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(
        workspace=tmp_path / "w", rider_key_file=tmp_path / "rider.key", ask_riders=3, usual_trips=2
    )
    with start_workspace(settings, Calendar()) as workspace:
        yield workspace


def ride(workspace: Workspace, *rides: tuple[str, timedelta]) -> None:
    """Have riders ride along the street, each so long ago."""
    known = workspace.lake.trips()
    riders = tuple(sorted({rider for rider, _ in rides}))
    steps = np.arange(FIXES)
    begun = np.array([int((NOW - ago).timestamp()) for _, ago in rides])
    fixes = Fixes(
        trip_ids=tuple(f"trip-{known + number}" for number in range(len(rides))),
        rider_ids=riders,
        rider=np.array([riders.index(rider) for rider, _ in rides]),
        offsets=np.arange(len(rides) + 1) * FIXES,
        t=((begun[:, None] + 5 * steps).ravel() * 1_000_000).astype(np.int64),
        lon=np.tile(EAST + 0.0002 * steps, len(rides)),
        lat=np.full(len(rides) * FIXES, LAT),
    )
    workspace.lake.add(fixes)


def report(
    workspace: Workspace,
    issue_id: str,
    stage: Stage = Stage.FILED,
    *,
    lat: float = HERE,
    closed: timedelta | None = None,
    reporter: str = "",
) -> None:
    closed_at = None if closed is None else NOW - closed
    issue = Issue(issue_id, "standing_water", EAST + 0.001, lat, NOW - 3 * HOUR, closed_at)
    if closed_at is not None:
        issue = Issue(issue_id, "standing_water", EAST + 0.001, lat, NOW - 60 * DAY, closed_at)
    with workspace.database.writing() as connection:
        issues.write(connection, [issue])
        cases.add(connection, [Case(issue, stage, "49S", closed_at or NOW, reporter=reporter)])


def asked(workspace: Workspace, issue_id: str = "i", number: int = 1) -> list[Task]:
    """Return the tasks of a round, by looking at every rider there is."""
    with workspace.database.reading() as connection:
        riders = [*"abcdefgh", "", pseudonym("", workspace.rider_key())]
        found = [
            task
            for rider in riders
            for task in tasks.open_of_rider(connection, rider, NOW - 99 * DAY)
        ]
    return [task for task in found if (task.issue_id, task.round) == (issue_id, number)]


def names(workspace: Workspace, issue_id: str = "i", number: int = 1) -> list[str]:
    return [task.rider for task in asked(workspace, issue_id, number) if task.rider]


def often(rider: str, times: int, *, hours: int = 0) -> list[tuple[str, timedelta]]:
    return [(rider, (day + 1) * DAY - hours * HOUR) for day in range(times)]


def test_those_are_asked_who_pass_often_with_their_hours(place: Workspace) -> None:
    ride(place, *often("a", 3), *often("b", 2, hours=2), *often("c", 1))
    report(place, "i")
    assert ask_riders(place, NOW) == 2
    assert names(place) == ["a", "b"]
    # Noon in Shanghai, and two o'clock.
    assert [task.hours for task in asked(place)] == [1 << 12, 1 << 14]
    assert {task.asked_at for task in asked(place)} == {NOW}
    assert {task.lapses_at for task in asked(place)} == {NOW + 7 * DAY}


def test_the_same_trip_back_and_forth_is_one_trip(place: Workspace) -> None:
    steps = np.concatenate([np.arange(FIXES), np.arange(FIXES)[::-1]])
    begun = int((NOW - DAY).timestamp())
    fixes = Fixes(
        ("there-and-back",),
        ("a",),
        np.zeros(1, np.int64),
        np.array([0, 2 * FIXES]),
        (begun + 5 * np.arange(2 * FIXES)) * 1_000_000,
        EAST + 0.0002 * steps,
        np.full(2 * FIXES, LAT),
    )
    place.lake.add(fixes)
    report(place, "i")
    assert ask_riders(place, NOW) == 0


def test_no_more_are_asked_than_the_setting_says_most_trips_first(place: Workspace) -> None:
    ride(place, *often("d", 2), *often("c", 2), *often("a", 2), *often("b", 4))
    report(place, "i")
    assert ask_riders(place, NOW) == 3
    assert names(place) == ["a", "b", "c"]


def test_old_trips_and_those_to_come_do_not_count(place: Workspace) -> None:
    rides = [("a", 29 * DAY), ("a", DAY), ("b", 27 * DAY), ("b", DAY), ("c", DAY)]
    ride(place, *rides, ("c", -HOUR))
    report(place, "i")
    ask_riders(place, NOW)
    assert names(place) == ["b"]


def test_who_knows_it_already_is_not_asked(place: Workspace) -> None:
    ride(place, *often("a", 3), *often("b", 3), *often("c", 3), *often("d", 3), *often("e", 3))
    report(place, "i", reporter="a")
    with place.database.writing() as connection:
        supporters.add(connection, "i", "b", NOW)
    ask_riders(place, NOW)
    assert names(place) == ["c", "d", "e"]


def test_trips_of_nobody_are_left_out(place: Workspace) -> None:
    ride(place, *often("", 9), *often(pseudonym("", place.rider_key()), 9), *often("a", 2))
    report(place, "i")
    assert ask_riders(place, NOW) == 1
    assert names(place) == ["a"]


def test_a_route_counts_though_the_issue_was_not_there_when_it_was_ridden(place: Workspace) -> None:
    ride(place, *often("a", 9))
    report(place, "i", Stage.COLLECTED)
    assert ask_riders(place, NOW) == 1


def test_done_twice_it_is_done_once(place: Workspace) -> None:
    ride(place, *often("a", 3))
    report(place, "i")
    assert [ask_riders(place, NOW), ask_riders(place, NOW + DAY)] == [1, 0]
    assert ask_riders(place, NOW + 7 * DAY) == 1
    assert (names(place, number=1), names(place, number=2)) == (["a"], ["a"])


def test_several_at_once_ask_once(place: Workspace) -> None:
    ride(place, *often("a", 3), *often("b", 3))
    report(place, "i")
    together, counts = Barrier(4), []

    def go() -> None:
        together.wait()
        counts.append(ask_riders(place, NOW))

    threads = [Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, 2]
    assert names(place) == ["a", "b"]


def test_many_issues_are_asked_about_in_turns_and_each_once(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 2)
    ride(place, *often("a", 3), *often("b", 3))
    for number in range(5):
        report(place, f"i{number}")
    commits = place.database.commits
    assert ask_riders(place, NOW) == 10
    assert place.database.commits > commits + 3
    assert all(names(place, f"i{number}") == ["a", "b"] for number in range(5))
    assert ask_riders(place, NOW) == 0


def test_who_is_erased_while_trips_are_read_is_not_asked_and_others_the_next_time(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ride(place, *often("a", 3), *often("b", 3))
    report(place, "i")
    find = asking.find_usual_riders

    def find_and_erase(workspace: Workspace, issues: Sequence[Issue], now: datetime) -> object:
        found = find(workspace, issues, now)
        monkeypatch.undo()
        erase_rider(workspace, "a", now)
        return found

    monkeypatch.setattr(asking, "find_usual_riders", find_and_erase)
    assert ask_riders(place, NOW) == 0
    assert asked(place) == []
    assert ask_riders(place, NOW) == 1
    assert names(place) == ["b"]


def test_trips_are_read_only_if_somebody_is_to_be_asked(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    find = asking.find_usual_riders

    def counted(workspace: Workspace, issues: Sequence[Issue], now: datetime) -> object:
        reads.append(len(issues))
        return find(workspace, issues, now)

    monkeypatch.setattr(asking, "find_usual_riders", counted)
    ride(place, *often("a", 3))
    assert (ask_riders(place, NOW), reads) == (0, [])
    report(place, "i")
    report(place, "far", lat=BESIDE)
    for minutes in (0, 1, 59):
        ask_riders(place, NOW + timedelta(minutes=minutes))
    assert reads == [2]
    ask_riders(place, NOW + HOUR)
    assert reads == [2, 1]


def test_nobody_found_today_may_be_found_tomorrow(place: Workspace) -> None:
    report(place, "i")
    assert ask_riders(place, NOW) == 0
    ride(place, *often("a", 2))
    assert ask_riders(place, NOW + HOUR) == 1


def test_looking_in_vain_leaves_one_row(place: Workspace) -> None:
    report(place, "i")
    for hours in range(5):
        ask_riders(place, NOW + hours * HOUR)
    with place.database.reading() as connection:
        held = connection.execute(select(case_tasks).where(case_tasks.c.rider == ""))
        assert [row.asked_at for row in held] == [NOW + 4 * HOUR]


def test_who_leaves_questions_unanswered_makes_room_for_others(place: Workspace) -> None:
    ride(place, *often("a", 5), *often("b", 5), *often("c", 5), *often("d", 2))
    report(place, "i")
    ask_riders(place, NOW)
    assert names(place) == ["a", "b", "c"]
    with place.database.writing() as connection:
        (of_b,) = (task for task in asked(place) if task.rider == "b")
        tasks.answer(connection, of_b.task_id, Answer.UNSURE, NOW)
    ask_riders(place, NOW + 7 * DAY)
    assert names(place, number=2) == ["a", "b", "d"]


def move(workspace: Workspace, to: Stage, ago: timedelta) -> None:
    with workspace.database.writing() as connection:
        case = cases.find(connection, "i")
        assert case is not None
        moved = Case(case.issue, to, case.unit, NOW - ago)
        cases.change(
            connection, moved, Move("i", 0, NOW - ago, case.stage, to, Mover.STAFF, who="key-1")
        )


def test_what_is_said_to_be_done_is_asked_about_at_once(place: Workspace) -> None:
    ride(place, *often("a", 3), *often("b", 3))
    report(place, "i", Stage.HANDLING)
    ask_riders(place, NOW - 2 * HOUR)
    move(place, Stage.REPORTED_BACK, HOUR)
    assert ask_riders(place, NOW) == 2
    assert names(place, number=2) == ["a", "b"]
    with place.database.reading() as connection:
        # What was asked before it was said to be done can't be answered any more.
        for rider in "ab":
            (left,) = tasks.open_of_rider(connection, rider, NOW)
            assert left.round == 2


@pytest.mark.parametrize(
    ("stage", "closed", "expected"),
    [
        (Stage.CLOSED, 6 * DAY, 1),
        (Stage.RATED, 6 * DAY, 1),
        (Stage.CLOSED, 8 * DAY, 0),
        (Stage.REJECTED, DAY, 0),
        (Stage.MERGED, DAY, 0),
    ],
)
def test_only_what_was_closed_lately_is_asked_about_afterwards(
    place: Workspace, stage: Stage, closed: timedelta, expected: int
) -> None:
    ride(place, *often("a", 3))
    report(place, "i", stage, closed=closed)
    assert ask_riders(place, NOW) == expected


def test_old_questions_are_forgotten(place: Workspace) -> None:
    ride(place, *often("a", 3))
    report(place, "i")
    ask_riders(place, NOW - 120 * DAY)
    ride(place, *often("a", 3))
    ask_riders(place, NOW)
    with place.database.reading() as connection:
        assert tasks.counts_of_issue(connection, "i")["asked"] == 1


def lately(rides: Sequence[tuple[str, timedelta]]) -> list[tuple[str, timedelta]]:
    """Keep the rides of the 28 days up to the last day on which anybody rode."""
    last = NOW - min(ago for _, ago in rides)
    until = min(NOW, datetime.combine(last, time(), UTC) + DAY)
    return [(rider, ago) for rider, ago in rides if NOW - ago >= until - 28 * DAY]


@pytest.mark.parametrize("seed", range(3))
def test_whoever_is_asked_is_found_by_plain_counting(place: Workspace, seed: int) -> None:
    random = np.random.default_rng(seed)
    rides = [
        (str(random.choice(list("abcdefgh"))), float(random.integers(1, 33 * 24)) * HOUR)
        for _ in range(30)
    ]
    ride(place, *rides)
    report(place, "i")
    report(place, "far", lat=BESIDE)
    ask_riders(place, NOW)
    counts = Counter(rider for rider, _ in lately(rides))
    usual = [rider for rider in sorted(counts) if counts[rider] >= 2]
    expected = sorted(usual, key=lambda rider: -counts[rider])[:3]
    assert names(place) == sorted(expected)
    assert names(place, "far") == []
    for task in asked(place):
        hours = {(NOW - ago).hour for rider, ago in lately(rides) if rider == task.rider}
        assert task.hours == sum(1 << (hour + 8) % 24 for hour in hours)


def test_a_clock_that_is_set_back_makes_nobody_be_asked_again_and_again(
    place: Workspace,
) -> None:
    ride(place, *often("a", 3))
    for issue_id, lat in (("i", HERE), ("far", BESIDE)):
        report(place, issue_id, Stage.REPORTED_BACK, lat=lat)
        said_done = Move(issue_id, 1, NOW, Stage.HANDLING, Stage.REPORTED_BACK, Mover.STAFF)
        with place.database.writing() as connection:
            cases.add_move(connection, said_done)
    counts = [ask_riders(place, NOW - HOUR + minute * HOUR / 6) for minute in range(6)]
    assert counts == [1, 0, 0, 0, 0, 0]
    (task,) = asked(place)
    with place.database.writing() as connection:
        tasks.answer(connection, task.task_id, Answer.UNSURE, NOW - HOUR / 2)
    assert ask_riders(place, NOW - HOUR / 3) == 0
    with place.database.reading() as connection:
        assert tasks.last_rounds(connection, ["far"], NOW)["far"].number == 1


def test_riders_are_asked_by_their_account_whatever_their_trips_are_called(
    place: Workspace, tmp_path: Path
) -> None:
    """Three trips, two of them before names changed; of whoever has no account nothing is asked."""
    rotate(place, "2026-11")
    change = datetime(2026, 10, 31, 16, tzinfo=UTC)
    days = [change - 2 * DAY, change - DAY, change + DAY]
    people = ("Wang", "Li", "Zhang")
    rides = rides_of(place, [(name, day) for name in people for day in days])
    place.lake.add(replace(rides, lon=rides.lon - WEST + EAST))
    place = replace(place, settings=replace(place.settings, usual_trips=3))
    account = {name: pseudonym(name, place.rider_key()) for name in people}
    for name in ("Wang", "Li"):
        add_key(place, Role.RIDER, None, NOW, rider=name)
    report(place, "i", reporter=account["Li"])
    assert ask_riders(place, NOW) == 1
    with place.database.reading() as connection:
        assert len(tasks.open_of_rider(connection, account["Wang"], NOW - DAY)) == 1
    # Without the key of its time a trip is nobody's, and nothing else is in the way.
    (tmp_path / "rider.key.2026-11").unlink()
    report(place, "j")
    assert ask_riders(place, NOW) == 0

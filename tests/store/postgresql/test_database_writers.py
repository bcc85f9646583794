"""Who writes one thing only writes beside others; who may write anything writes alone."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from geo_service.errors import NotReady
from geo_service.store import change_journal, city
from geo_service.store.change_journal import FACILITIES, changed_since, note_change
from geo_service.store.credit_schema import teams
from geo_service.store.database import Database

PATIENCE_S = 30.0
A_MOMENT_S = 0.3
"""Long enough to be sure that somebody waits, and would not else."""
THINGS = "abcd"
WRITERS, TURNS = 6, 40


@pytest.fixture
def other(address: str) -> Iterator[Database]:
    """The same database as another process has it."""
    with closing(Database(address)) as opened:
        yield opened


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        yield pool


class Turn:
    """Somebody who writes, and stops in the midst until told to go on."""

    def __init__(self, threads: ThreadPoolExecutor, database: Database, only: str) -> None:
        self.within, self.go_on = Event(), Event()
        self._done: Future[None] = threads.submit(self._take, database, only)

    def _take(self, database: Database, only: str) -> None:
        with database.writing(only) as connection:
            self.within.set()
            self.go_on.wait(PATIENCE_S)
            city.count_change(connection)

    def end(self) -> None:
        self.go_on.set()
        self._done.result(PATIENCE_S)


@pytest.mark.parametrize("who", ["the same process", "another"])
def test_different_things_are_written_at_once(
    database: Database, other: Database, threads: ThreadPoolExecutor, who: str
) -> None:
    first = Turn(threads, database, "a")
    second = Turn(threads, database if who == "the same process" else other, "b")
    assert first.within.wait(PATIENCE_S)
    assert second.within.wait(PATIENCE_S)
    first.end()
    second.end()
    with database.reading() as connection:
        assert city.changes(connection) == 2


@pytest.mark.parametrize(("one", "two"), [("a", "a"), ("a", ""), ("", "a"), ("", "")])
@pytest.mark.parametrize("who", ["the same process", "another"])
def test_the_same_thing_and_anything_are_written_one_after_the_other(
    database: Database,
    other: Database,
    threads: ThreadPoolExecutor,
    who: str,
    one: str,
    two: str,
) -> None:
    first = Turn(threads, database, one)
    assert first.within.wait(PATIENCE_S)
    second = Turn(threads, database if who == "the same process" else other, two)
    assert not second.within.wait(A_MOMENT_S)
    first.end()
    assert second.within.wait(PATIENCE_S)
    second.end()


@pytest.mark.parametrize(("one", "two"), [("", "a"), ("a", "a"), ("a", "")])
def test_who_waits_for_another_process_says_so_meanwhile(
    database: Database, other: Database, threads: ThreadPoolExecutor, one: str, two: str
) -> None:
    began, ended = Event(), Event()

    @contextmanager
    def while_waiting() -> Iterator[None]:
        began.set()
        yield
        ended.set()

    database.while_waiting = while_waiting
    first = Turn(threads, other, one)
    assert first.within.wait(PATIENCE_S)
    second = Turn(threads, database, two)
    assert began.wait(PATIENCE_S)
    assert not ended.wait(A_MOMENT_S)
    first.end()
    assert ended.wait(PATIENCE_S)
    second.end()


def test_who_waits_too_long_for_who_writes_anything_is_told(address: str) -> None:
    with (
        closing(Database(address)) as database,
        closing(Database(address, patience_s=0.1)) as hasty,
        database.writing(),
        pytest.raises(NotReady, match="Another command is writing"),
        hasty.writing("a"),
    ):
        pytest.fail("it was not its turn")


def test_nothing_is_lost_and_readers_are_told_of_all_in_order(
    database: Database, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each writer counts things up; who reads on from the last change always has what is there."""
    # So few that the journal forgets again and again meanwhile.
    monkeypatch.setattr(change_journal, "MOST_ROWS", 3 * change_journal.LOOKED_EVERY)
    with database.writing() as connection:
        rows = [{"team_id": thing, "name": "0", "name_en": ""} for thing in THINGS]
        connection.execute(insert(teams), rows)
    begin = Barrier(WRITERS + 2)

    def count_up(connection: Connection, thing: str) -> None:
        known = int(connection.scalars(select(teams.c.name).filter_by(team_id=thing)).one())
        connection.execute(update(teams).filter_by(team_id=thing).values(name=str(known + 1)))
        note_change(connection, FACILITIES, [thing])

    def write_things(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - nobody is to be kept from guessing
        begin.wait(PATIENCE_S)
        for _ in range(TURNS):
            thing = chance.choice(THINGS)
            with database.writing(f"thing {thing}") as connection:
                count_up(connection, thing)

    def write_all() -> None:
        begin.wait(PATIENCE_S)
        for _ in range(TURNS):
            with database.writing() as connection:
                before = standing(connection)
                for thing in THINGS:
                    count_up(connection, thing)
                assert standing(connection) == {thing: before[thing] + 1 for thing in THINGS}

    def read_on(until: Callable[[], bool]) -> int:
        begin.wait(PATIENCE_S)
        known: dict[str, int] = {}
        change, looked = -1, 0
        last = False
        while not last:
            last = until()
            with database.reading() as connection:
                now, there = city.changes(connection), standing(connection)
                touched = changed_since(connection, FACILITIES, change) if known else None
            fresh = set(THINGS) if touched is None else touched
            known |= {thing: there[thing] for thing in fresh}
            assert known == there
            change, looked = now, looked + 1
        return looked

    writers: list[Future[Any]] = [threads.submit(write_things, seed) for seed in range(WRITERS)]
    writers.append(threads.submit(write_all))
    reader = threads.submit(read_on, lambda: all(writer.done() for writer in writers))
    for writer in writers:
        writer.result(PATIENCE_S)
    assert reader.result(PATIENCE_S) > 1
    with database.reading() as connection:
        assert sum(standing(connection).values()) == WRITERS * TURNS + TURNS * len(THINGS)
        assert city.changes(connection) == WRITERS * TURNS + TURNS


def standing(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(teams.c.team_id, teams.c.name))
    return {team_id: int(name) for team_id, name in rows}

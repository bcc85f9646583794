from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event
from time import monotonic

import pytest
from sqlalchemy import event, text

from geo_service.errors import NotReady
from geo_service.store import change_listener, city
from geo_service.store.change_listener import ChangeListener
from geo_service.store.database import Database

PATIENCE_S = 30.0
NEVER_S = 3_600.0


@pytest.fixture
def other(address: str) -> Iterator[Database]:
    with closing(Database(address)) as opened:
        yield opened


@pytest.fixture
def listener(database: Database) -> Iterator[ChangeListener]:
    with closing(ChangeListener(database)) as opened:
        yield opened


@pytest.fixture
def only_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked for by the clock, so what shows was said."""
    monkeypatch.setattr(change_listener, "SURE_EVERY_S", NEVER_S)


def count(database: Database) -> None:
    with database.writing() as connection:
        city.count_change(connection)


def until_changed(listener: ChangeListener, stamp: int) -> int:
    deadline, pause = monotonic() + PATIENCE_S, Event()
    while listener.stamp() == stamp:
        assert monotonic() < deadline, "nobody said that it was committed"
        pause.wait(0.002)
    return listener.stamp()


def pid_of(listener: ChangeListener) -> int:
    line = listener._line
    assert line is not None
    return int(line._driver.info.backend_pid)


@pytest.mark.usefixtures("only_heard")
def test_what_another_one_commits_is_heard(listener: ChangeListener, other: Database) -> None:
    stamps = [listener.stamp()]
    for _ in range(20):
        count(other)
        stamps.append(until_changed(listener, stamps[-1]))
    assert stamps == sorted(set(stamps))


@pytest.mark.usefixtures("only_heard")
def test_what_another_process_commits_is_heard(
    listener: ChangeListener, count_elsewhere: Callable[[], None]
) -> None:
    stamp = listener.stamp()
    count_elsewhere()
    until_changed(listener, stamp)


@pytest.mark.usefixtures("only_heard")
def test_what_this_process_commits_shows_at_the_very_next_look(
    listener: ChangeListener, database: Database
) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE city DISABLE TRIGGER city_tells_of_change")
    for _ in range(20):
        stamp = listener.stamp()
        count(database)
        assert listener.stamp() != stamp


@pytest.mark.usefixtures("only_heard")
def test_looking_asks_nothing_of_the_server(listener: ChangeListener, database: Database) -> None:
    listener.stamp()
    asked: list[str] = []
    event.listen(
        database._engine, "before_cursor_execute", lambda *told: asked.append(str(told[2]))
    )
    assert {listener.stamp() for _ in range(1_000)} == {listener.stamp()}
    assert asked == []
    count(database)
    asked.clear()
    listener.stamp()
    assert any("changes" in one for one in asked)


def test_what_nobody_said_is_found_by_asking(
    listener: ChangeListener, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE city DISABLE TRIGGER city_tells_of_change")
    monkeypatch.setattr(change_listener, "SURE_EVERY_S", 0.0)
    stamp = listener.stamp()
    assert listener.stamp() == stamp
    count(other)
    assert listener.stamp() != stamp


@pytest.mark.usefixtures("only_heard")
def test_a_listener_whose_connection_is_ended_opens_another_and_holds_nothing_for_known(
    listener: ChangeListener, other: Database
) -> None:
    stamp, pid = listener.stamp(), pid_of(listener)
    with other.reading() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 10000)")
    stamp = until_changed(listener, stamp)
    assert listener.openings == 2
    assert pid_of(listener) != pid
    count(other)
    until_changed(listener, stamp)
    assert listener.openings == 2


@pytest.mark.usefixtures("only_heard")
def test_what_is_committed_while_the_connection_is_gone_shows(
    listener: ChangeListener, other: Database
) -> None:
    stamp = listener.stamp()
    with other.writing() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid_of(listener)}, 10000)")
        city.count_change(connection)
    until_changed(listener, stamp)
    with other.reading() as connection:
        assert listener._changes == city.changes(connection) == 1


def test_a_server_that_is_gone_is_told_in_plain_words() -> None:
    with closing(Database("postgresql+psycopg://127.0.0.1:1/city")) as database:
        listener = ChangeListener(database)
        for _ in range(2):
            with pytest.raises(NotReady, match="can't be reached"):
                listener.stamp()
        listener.close()


def test_closing_lets_go_and_looking_opens_again(
    listener: ChangeListener, database: Database, other: Database
) -> None:
    listener.stamp()
    pid = pid_of(listener)
    database.close()
    listener.close()
    there = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
    deadline, pause = monotonic() + PATIENCE_S, Event()
    with other.connect_beside() as connection:
        while connection.scalar(there, {"pid": pid}):
            assert monotonic() < deadline, "its connection is still there"
            pause.wait(0.01)
    listener.stamp()
    assert listener.openings == 2


def test_who_may_not_wait_asks_nothing(
    listener: ChangeListener, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_listener, "SURE_EVERY_S", NEVER_S)
    assert listener.stamp_at_once() is None
    assert listener.openings == 0
    stamp = listener.stamp()
    assert listener.stamp_at_once() == stamp
    count(database)
    assert listener.stamp_at_once() is None
    assert listener.stamp() != stamp
    with listener._lock:
        assert listener.stamp_at_once() is None

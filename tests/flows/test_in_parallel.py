"""Many things at once, in order, few at a time, and an end that leaves nothing running."""

import operator
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from geo_service.flows import in_parallel as subject
from geo_service.flows.in_parallel import Threads, cores, in_parallel

PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "cores", lambda: 2)


def threads() -> list[str]:
    """Name those that do not end.

    One whose start was interrupted is not waited for by the pool, but ends all the same.
    """
    found = [one for one in threading.enumerate() if one.name.startswith("overlay")]
    for one in found:
        one.join(PATIENCE_S)
    return [one.name for one in found if one.is_alive()]


def test_answers_come_in_order_of_the_things() -> None:
    second_done = threading.Event()

    def work(thing: int) -> int:
        if thing == 0:
            assert second_done.wait(PATIENCE_S)
        if thing == 1:
            second_done.set()
        return thing * thing

    assert list(in_parallel(work, range(20))) == [thing * thing for thing in range(20)]
    assert threads() == []


def test_nothing_is_worked_on_where_there_is_nothing() -> None:
    assert list(in_parallel(int, [])) == []


def test_as_many_are_worked_on_at_once_as_there_are_cores() -> None:
    together = threading.Barrier(2)

    def work(thing: int) -> int:
        together.wait(PATIENCE_S)
        return thing

    assert list(in_parallel(work, range(8))) == list(range(8))


def test_few_things_are_taken_before_their_answers_are() -> None:
    taken: list[int] = []

    def things() -> Iterator[int]:
        for thing in range(50):
            taken.append(thing)
            yield thing

    for answer in in_parallel(int, things()):
        assert len(taken) <= answer + 3
    assert len(taken) == 50


def test_things_are_taken_by_the_thread_that_asks() -> None:
    takers: set[threading.Thread] = set()

    def things() -> Iterator[int]:
        for thing in range(5):
            takers.add(threading.current_thread())
            yield thing

    list(in_parallel(int, things()))
    assert takers == {threading.current_thread()}


def test_what_the_work_raises_comes_where_its_answer_would() -> None:
    def work(thing: int) -> int:
        if thing == 3:
            raise ValueError("three")
        return thing

    answers = in_parallel(work, range(10))
    assert [next(answers) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(answers)
    assert threads() == []


def test_what_giving_the_things_raises_comes_too() -> None:
    def things() -> Iterator[int]:
        yield 0
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(in_parallel(int, things()))
    assert threads() == []


def test_who_stops_listening_leaves_nothing_running() -> None:
    answers = in_parallel(int, range(100))
    assert next(answers) == 0
    answers.close()  # type: ignore[attr-defined] # a generator
    assert threads() == []


def test_ctrl_c_waits_only_for_what_is_being_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    go_on = threading.Event()

    class Pool(ThreadPoolExecutor):
        """Work goes on as soon as its end is waited for."""

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT002 - as it is there
            go_on.set()
            super().shutdown(wait, cancel_futures=cancel_futures)

    def work(thing: int) -> None:
        begun.append(thing)
        if len(begun) == 2:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        assert go_on.wait(PATIENCE_S)

    monkeypatch.setattr(subject, "ThreadPoolExecutor", Pool)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(in_parallel(work, range(100)))
    finally:
        signal.signal(signal.SIGINT, before)
    assert sorted(begun) == [0, 1]
    assert threads() == []


def test_threads_are_given_what_things_have_in_common_too() -> None:
    assert Threads().are_here
    assert list(Threads().each(operator.sub, ((9, thing) for thing in range(4)))) == [9, 8, 7, 6]


def test_there_is_a_core() -> None:
    assert cores() >= 1

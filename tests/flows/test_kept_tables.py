"""Each table is made once, the ones asked for last are kept, and nobody waits for more than one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from gc import collect
from random import Random
from threading import Event, Lock
from typing import Any, cast
from weakref import ref

import pytest

from geo_service.flows.kept_tables import KeptTables, Key
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import ReadyTable
from geo_service.streets.sites import Sites

PATIENCE_S = 30.0
"""How long a thread waits for another before the test has failed."""


def new_sites() -> Sites:
    """Return facilities of which only the identity matters."""
    return Sites((), *cast("tuple[Any, Any, Any]", (None, None, None)))


HERE, THERE = new_sites(), new_sites()


def key_of(name: str, sites: Sites = HERE, measure: Measure = Measure.TIME) -> Key:
    return sites, measure, name.encode()


def new_table() -> ReadyTable:
    """Return a table of which only the identity matters."""
    return ReadyTable(*cast("tuple[Any, Any, Any, Any]", (None, HERE, None, None)))


def fill(tables: KeptTables, *keys: Key) -> list[ReadyTable]:
    return [tables.get_or_make(key, new_table) for key in keys]


def fail() -> ReadyTable:
    raise AssertionError("nothing was to be made")


class Maker:
    """Makes a table when told to go on, and counts how often it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.go_on, self.times = Event(), Event(), 0
        self._error = error

    def __call__(self) -> ReadyTable:
        self.times += 1
        self.begun.set()
        assert self.go_on.wait(PATIENCE_S)
        if self._error is not None:
            raise self._error
        return new_table()


class Gate:
    """A lock that counts who has gone through, and says when all have."""

    def __init__(self, everybody: int, opens: Event) -> None:
        self._lock, self._left, self._opens = Lock(), everybody, opens

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            self._opens.set()
        self._lock.release()


def asked_by_eight(tables: KeptTables, make: Maker) -> list[ReadyTable | BaseException]:
    """Ask from eight threads before a table is made, and return what each was told."""
    # Who has gone through the lock knows already that another thread makes it.
    tables._lock = cast("Any", Gate(9, make.go_on))
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(tables.get_or_make, key_of("a"), make) for _ in range(8)]
        assert make.begun.wait(PATIENCE_S)
        assert tables.get(key_of("a")) is None, "it is not ready, and nobody waits for it here"
        with tables._lock:
            pass
        return [each.exception(PATIENCE_S) or each.result() for each in asked]


def test_same_table_is_made_once_for_eight_threads() -> None:
    tables, make = KeptTables(), Maker()
    told = asked_by_eight(tables, make)
    assert make.times == 1
    assert all(each is told[0] for each in told)
    assert tables.get(key_of("a")) is told[0]
    assert tables.get_or_make(key_of("a"), fail) is told[0]


def test_error_reaches_all_who_wait_and_the_next_may_try_again() -> None:
    tables, error = KeptTables(), OSError("the disk is gone")
    make = Maker(error)
    told = asked_by_eight(tables, make)
    assert make.times == 1
    assert all(each is error for each in told)
    assert tables.get(key_of("a")) is None
    (table,) = fill(tables, key_of("a"))
    assert tables.get(key_of("a")) is table


def test_while_one_is_made_others_are_given_and_made() -> None:
    tables, make = KeptTables(), Maker()
    (kept,) = fill(tables, key_of("kept"))
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(tables.get_or_make, key_of("slow"), make)
        assert make.begun.wait(PATIENCE_S)
        assert tables.get(key_of("slow")) is None
        assert tables.get(key_of("kept")) is kept
        assert tables.get_or_make(key_of("kept"), fail) is kept
        (other,) = fill(tables, key_of("other"))
        assert tables.get(key_of("other")) is other
        make.go_on.set()
        assert slow.result(PATIENCE_S) is tables.get(key_of("slow"))


def test_so_many_are_kept_those_asked_for_last() -> None:
    tables = KeptTables(most=3)
    keys = [key_of(name) for name in "abcd"]
    made = fill(tables, *keys[:3])
    assert tables.get(keys[0]) is made[0], "asking this way counts"
    assert tables.get_or_make(keys[1], fail) is made[1], "and so does this way"
    fill(tables, keys[3])
    assert [tables.get(key) is not None for key in keys] == [True, True, False, True]


@pytest.mark.parametrize("most", [1, 2])
def test_table_in_the_making_is_never_forgotten_for_another(most: int) -> None:
    tables, make = KeptTables(most), Maker()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(tables.get_or_make, key_of("slow"), make)
        assert make.begun.wait(PATIENCE_S)
        fill(tables, *(key_of(name) for name in "abc"))
        second = threads.submit(tables.get_or_make, key_of("slow"), make)
        make.go_on.set()
        assert first.result(PATIENCE_S) is second.result(PATIENCE_S)
    assert make.times == 1
    assert tables.get(key_of("slow")) is first.result()


def test_key_is_facilities_measure_and_set() -> None:
    tables = KeptTables()
    keys = [
        key_of("a"),
        key_of("b"),
        key_of("a", THERE),
        key_of("a", measure=Measure.DISTANCE),
    ]
    made = fill(tables, *keys)
    assert len(set(map(id, made))) == len(keys)
    assert [tables.get(key) for key in keys] == made
    assert tables.get((HERE, Measure.TIME, bytes(bytearray(b"a")))) is made[0]


def test_only_tables_of_the_facilities_that_moved_are_dropped() -> None:
    tables = KeptTables()
    made = fill(tables, key_of("a"), key_of("a", THERE), key_of("b"), key_of("b", THERE))
    tables.drop(HERE)
    assert [tables.get(key_of(name)) for name in "ab"] == [None, None]
    assert [tables.get(key_of(name, THERE)) for name in "ab"] == made[1::2]
    tables.drop(new_sites())
    assert [tables.get(key_of(name, THERE)) for name in "ab"] == made[1::2]


def test_table_that_is_dropped_in_the_making_is_given_and_not_kept() -> None:
    tables, make, here = KeptTables(), Maker(), new_sites()
    with ThreadPoolExecutor(1) as threads:
        made = threads.submit(tables.get_or_make, key_of("a", here), make)
        assert make.begun.wait(PATIENCE_S)
        tables.drop(here)
        make.go_on.set()
        assert isinstance(made.result(PATIENCE_S), ReadyTable)
    assert tables.get(key_of("a", here)) is None
    fill(tables, key_of("a", here))
    assert tables.get(key_of("a", here)) is None, "whoever still asks is late"


def test_facilities_that_were_dropped_are_not_held() -> None:
    tables, here = KeptTables(), new_sites()
    fill(tables, key_of("a", here))
    tables.drop(here)
    gone = ref(here)
    del here
    collect()
    assert gone() is None


class Meddling(tuple[Any, ...]):
    """A key that does something whenever it is looked into."""

    __slots__ = ()
    meddle: Callable[[], object] = staticmethod(lambda: None)

    def __getitem__(self, row: Any) -> Any:  # noqa: ANN401 - as a tuple's own
        type(self).meddle()
        return super().__getitem__(row)


def test_others_are_given_theirs_while_some_are_dropped() -> None:
    """What another thread does between two steps of dropping is done here by a key."""
    tables = KeptTables()
    keys = [cast("Key", Meddling(key_of(name))) for name in "abc"]
    made = fill(tables, *keys)
    given: list[ReadyTable | None] = []
    Meddling.meddle = staticmethod(lambda: given.append(tables.get(keys[0])))
    try:
        tables.drop(THERE)
    finally:
        Meddling.meddle = staticmethod(lambda: None)
    assert given == [made[0]] * len(given)
    assert given


def test_thirty_two_are_kept_unless_another_number_is_named() -> None:
    tables = KeptTables()
    keys = [key_of(str(number)) for number in range(40)]
    made = fill(tables, *keys)
    assert [tables.get(key) for key in keys] == [None] * 8 + made[8:]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_kept_is_what_a_list_in_the_order_of_asking_would_hold(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - nothing secret
    tables, expected = KeptTables(most=5), list[Key]()
    keys = [key_of(name, sites) for name in "abcd" for sites in (new_sites(), new_sites())]
    for _ in range(600):
        key = random.choice(keys)
        happens = random.random()
        if happens < 0.03:
            moved, now = key[0], new_sites()
            tables.drop(moved)
            expected = [each for each in expected if each[0] is not moved]
            keys = [(now, *each[1:]) if each[0] is moved else each for each in keys]
        elif happens < 0.4:
            assert (tables.get(key) is not None) is (key in expected)
            expected.sort(key=lambda each: each == key)
        else:
            tables.get_or_make(key, fail if key in expected else new_table)
            expected = [*(each for each in expected if each != key), key][-5:]
        assert sorted(tables._kept, key=keys.index) == sorted(expected, key=keys.index)


def test_maker_that_is_stopped_leaves_nobody_waiting() -> None:
    tables, stop = KeptTables(), KeyboardInterrupt()
    told = asked_by_eight(tables, Maker(cast("Exception", stop)))
    assert all(each is stop for each in told)
    (table,) = fill(tables, key_of("a"))
    assert tables.get(key_of("a")) is table


def test_eight_threads_are_each_given_the_table_they_asked_for() -> None:
    """Few are kept, some are dropped, and some can't be made: none is another's, none is lost."""
    tables, made = KeptTables(most=2), dict[int, tuple[Key, ReadyTable]]()

    def ask(random: Random) -> int:
        failed = 0
        for _ in range(400):
            key = key_of(random.choice("abcde"), random.choice([HERE, THERE]))
            if random.random() < 0.02:
                tables.drop(key[0])
            fails = random.random() < 0.05

            def make(key: Key = key, *, fails: bool = fails) -> ReadyTable:
                if fails:
                    raise OSError("the disk is gone")
                table = new_table()
                made[id(table)] = key, table
                return table

            try:
                given = tables.get_or_make(key, make)
            except OSError:
                failed += 1
            else:
                assert made[id(given)] == (key, given)
        return failed

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(ask, Random(thread)) for thread in range(8)]  # noqa: S311 - nothing secret
        assert sum(one.result(PATIENCE_S) for one in asked)
    assert tables._promised == {}
    assert len(tables._kept) <= 2
    assert all(made[id(kept.table)][0] == key for key, kept in tables._kept.items())

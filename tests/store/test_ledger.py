from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import Connection, create_engine, delete, select, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.pool import StaticPool

from geo_service.domain.credit import Entry, Reason
from geo_service.store import ledger
from geo_service.store.credit_schema import ledger as table
from geo_service.store.database import Database
from geo_service.store.migrating import upgrade

REFUSED = (IntegrityError, ProgrammingError)
"""What the rule of SQLite raises, and PostgreSQL's."""

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
WRITERS = 8


def enter(connection: Connection, rider: str, points: int, source: str, offer_id: str = "") -> bool:
    reason = Reason.REDEEMED if offer_id else Reason.CHECK_ANSWERED
    return ledger.enter(
        connection,
        rider=rider,
        points=points,
        reason=reason,
        source=source,
        now=NOW,
        offer_id=offer_id,
    )


def test_what_is_entered_comes_back_newest_first(database: Database) -> None:
    with database.writing() as connection:
        assert enter(connection, "a", 10, "check:1")
        assert enter(connection, "b", 5, "check:2")
        assert enter(connection, "a", -4, "redemption:1", "tea")
    with database.reading() as connection:
        found = ledger.entries(connection, "a", None, 9)
        assert found == [
            Entry(3, "a", NOW, -4, Reason.REDEEMED, "redemption:1", "tea"),
            Entry(1, "a", NOW, 10, Reason.CHECK_ANSWERED, "check:1"),
        ]
        assert [ledger.balance_after(connection, entry) for entry in found] == [6, 10]
        assert ledger.find(connection, 3) == found[0]
        assert ledger.find_source(connection, "check:1") == found[1]
        assert ledger.find(connection, 9) is None
        assert ledger.find_source(connection, "check:") is None
        assert ledger.redeemed_by_offer(connection) == {"tea": 1}
        assert ledger.redeemed(connection, "tea") == 1
        assert ledger.redeemed(connection, "") == 0


def test_entries_come_in_pages(database: Database) -> None:
    with database.writing() as connection:
        for number in range(7):
            enter(connection, "ab"[number % 2], 1, f"check:{number}")
    with database.reading() as connection:
        pages, before = [], None
        while page := ledger.entries(connection, "a", before, 2):
            pages.append([entry.source for entry in page])
            before = page[-1].entry_id
    assert pages == [["check:6", "check:4"], ["check:2", "check:0"]]


def test_no_source_is_entered_twice_even_for_another(database: Database) -> None:
    with database.writing() as connection:
        assert enter(connection, "a", 10, "report:1")
        assert not enter(connection, "a", 10, "report:1")
        assert not enter(connection, "b", 99, "report:1")
        assert (ledger.balance(connection, "a"), ledger.balance(connection, "b")) == (10, 0)


def test_of_writers_at_the_same_time_one_enters(database: Database) -> None:
    ready = Barrier(WRITERS)

    def write(_: int) -> bool:
        ready.wait()
        with database.writing() as connection:
            return enter(connection, "a", 10, "report:1")

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sum(pool.map(write, range(WRITERS))) == 1
    with database.reading() as connection:
        assert ledger.balance(connection, "a") == 10


@pytest.mark.parametrize(
    "changed",
    [
        {"points": 1_000},
        {"source": "report:2"},
        {"reason": str(Reason.CORRECTED)},
        {"entered_at": NOW + timedelta(days=1)},
        {"offer_id": "tea"},
        {"entry_id": 9},
        {"rider": "b", "points": 1_000},
    ],
)
def test_the_database_refuses_to_change_an_entry(
    database: Database, changed: dict[str, object]
) -> None:
    with database.writing() as connection:
        enter(connection, "a", 10, "report:1")
    with pytest.raises(REFUSED, match="keeps every entry"), database.writing() as connection:
        connection.execute(update(table).values(changed))
    with database.reading() as connection:
        assert connection.execute(select(table.c.points, table.c.rider)).all() == [(10, "a")]


def test_the_database_refuses_to_take_an_entry_out(database: Database) -> None:
    with database.writing() as connection:
        enter(connection, "a", 10, "report:1")
    with pytest.raises(REFUSED, match="keeps every entry"), database.writing() as connection:
        connection.execute(delete(table))
    with database.reading() as connection:
        assert ledger.balance(connection, "a") == 10


def test_whose_an_entry_is_may_be_forgotten(database: Database) -> None:
    with database.writing() as connection:
        enter(connection, "a", 10, "report:1")
        connection.execute(update(table).values(rider=""))
        assert ledger.balance(connection, "a") == 0


RIDERS = st.sampled_from(["a", "b", "c"])


class LedgerBesideAList(RuleBasedStateMachine):
    """Awards, retries and redemptions in any order, beside a plain list of what was entered."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine("sqlite://", poolclass=StaticPool)
        self.connection = self.engine.connect()
        upgrade(self.connection)
        self.known: list[tuple[str, int, str, str]] = []

    def teardown(self) -> None:
        self.connection.close()
        self.engine.dispose()

    @rule(rider=RIDERS, points=st.integers(1, 20), number=st.integers(0, 12))
    def award(self, rider: str, points: int, number: int) -> None:
        source = f"check:{number}"
        new = all(source != entry[2] for entry in self.known)
        assert enter(self.connection, rider, points, source) is new
        if new:
            self.known.append((rider, points, source, ""))

    @precondition(lambda self: self.known)
    @rule(data=st.data(), rider=RIDERS)
    def retry(self, data: st.DataObject, rider: str) -> None:
        _, points, source, offer_id = data.draw(st.sampled_from(self.known))
        assert not enter(self.connection, rider, points, source, offer_id)

    @rule(rider=RIDERS, points=st.integers(1, 20), offer_id=st.sampled_from(["tea", "hat"]))
    def redeem(self, rider: str, points: int, offer_id: str) -> None:
        has = sum(entry[1] for entry in self.known if entry[0] == rider)
        assert ledger.balance(self.connection, rider) == has
        if has >= points:
            source = f"redemption:{len(self.known)}"
            assert enter(self.connection, rider, -points, source, offer_id)
            self.known.append((rider, -points, source, offer_id))

    @invariant()
    def balances_are_the_sums_and_never_below_nothing(self) -> None:
        for rider in ("a", "b", "c"):
            mine = [entry for entry in self.known if entry[0] == rider]
            assert ledger.balance(self.connection, rider) == sum(entry[1] for entry in mine) >= 0
            found = ledger.entries(self.connection, rider, None, 1_000)
            told = [(one.rider, one.points, one.source, one.offer_id) for one in found]
            assert told == mine[::-1]

    @invariant()
    def offers_are_counted_as_often_as_they_were_taken(self) -> None:
        taken = [entry[3] for entry in self.known if entry[3]]
        counted = {name: taken.count(name) for name in taken}
        assert ledger.redeemed_by_offer(self.connection) == counted
        assert ledger.redeemed(self.connection, "tea") == counted.get("tea", 0)


TestLedgerBesideAList = LedgerBesideAList.TestCase
TestLedgerBesideAList.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from geo_service.domain.credit import Reason
from geo_service.domain.offer import Offer
from geo_service.domain.role import Role
from geo_service.errors import ForbiddenMove, NoKey, NotAllowed, NotFound, WrongUsage
from geo_service.flows.redeem_offer import Redemption, redeem
from geo_service.flows.wiring import Workspace
from geo_service.store import ledger, offers
from geo_service.store.credit_schema import offers as offers_table
from geo_service.store.keys import Key

THREADS = 8
RIDERS = ("a", "b")


def rider_key(rider: str, now: datetime, role: Role = Role.RIDER) -> Key:
    return Key(f"key-{rider}", role, "", now, None, None, rider=rider)


def stock_up(workspace: Workspace, *records: Offer) -> None:
    with workspace.database.writing() as connection:
        offers.write(connection, records)


def give(workspace: Workspace, rider: str, points: int, source: str, now: datetime) -> None:
    with workspace.database.writing() as connection:
        ledger.enter(
            connection,
            rider=rider,
            points=points,
            reason=Reason.REPORT_CONFIRMED,
            source=source,
            now=now,
        )


def balance(workspace: Workspace, rider: str) -> int:
    with workspace.database.reading() as connection:
        return ledger.balance(connection, rider)


def offer(
    offer_id: str = "tea", points: int = 4, stock: int | None = None, until: datetime | None = None
) -> Offer:
    return Offer(offer_id, "茶", "Tea", "茶馆", "", points, stock, until)


@pytest.fixture
def shop(empty: Workspace, now: datetime) -> Workspace:
    """A shop gives tea for 4 points and one hat for 5; rider a has 10 points, b 4."""
    stock_up(empty, offer(), offer("hat", 5, stock=1))
    give(empty, "a", 10, "report:1", now)
    give(empty, "b", 4, "report:2", now)
    return empty


def test_an_offer_is_taken_for_its_points(shop: Workspace, now: datetime) -> None:
    taken = redeem(shop, rider_key("a", now), "tea", "k1", now)
    assert (taken.offer_id, taken.points, taken.balance) == ("tea", 4, 6)
    assert balance(shop, "a") == 6
    assert balance(shop, "b") == 4
    with shop.database.reading() as connection:
        entry = ledger.find(connection, taken.entry_id)
    assert entry is not None
    assert (entry.rider, entry.points, entry.reason) == ("a", -4, Reason.REDEEMED)
    assert (entry.offer_id, entry.entered_at) == ("tea", now)


def test_the_same_again_is_answered_the_same_and_costs_nothing(
    shop: Workspace, now: datetime
) -> None:
    key = rider_key("a", now)
    first = redeem(shop, key, "hat", "k1", now)
    give(shop, "a", 3, "report:3", now)
    stock_up(shop, offer("hat", 99, stock=1, until=now))
    assert redeem(shop, key, "hat", "k1", now + timedelta(days=9)) == first
    assert balance(shop, "a") == 8


def test_another_key_takes_another(shop: Workspace, now: datetime) -> None:
    taken = [redeem(shop, rider_key("a", now), "tea", key, now) for key in ("k1", "k1 ")]
    assert [one.balance for one in taken] == [6, 2]
    assert len({one.voucher for one in taken}) == 2


def test_two_riders_may_make_up_the_same_key(shop: Workspace, now: datetime) -> None:
    taken = [redeem(shop, rider_key(rider, now), "tea", "k1", now) for rider in RIDERS]
    assert [one.balance for one in taken] == [6, 0]


def test_a_key_used_for_another_offer_is_refused(shop: Workspace, now: datetime) -> None:
    redeem(shop, rider_key("a", now), "tea", "k1", now)
    with pytest.raises(WrongUsage, match="used before, for another offer"):
        redeem(shop, rider_key("a", now), "hat", "k1", now)
    assert balance(shop, "a") == 6


def test_too_few_points_are_told_how_many_are_missing(shop: Workspace, now: datetime) -> None:
    stock_up(shop, offer("cap", 11), offer("pen", 10))
    with pytest.raises(ForbiddenMove, match="1 more are needed"):
        redeem(shop, rider_key("a", now), "cap", "k1", now)
    assert balance(shop, "a") == 10
    # What was refused took nothing, so the key may be used again.
    assert redeem(shop, rider_key("a", now), "pen", "k1", now).balance == 0


def test_what_is_all_taken_is_refused(shop: Workspace, now: datetime) -> None:
    redeem(shop, rider_key("a", now), "hat", "k1", now)
    give(shop, "b", 9, "report:9", now)
    with pytest.raises(ForbiddenMove, match="been taken"):
        redeem(shop, rider_key("b", now), "hat", "k1", now)
    assert balance(shop, "b") == 13


def test_what_is_over_is_refused(shop: Workspace, now: datetime) -> None:
    stock_up(shop, offer("cap", 1, until=now + timedelta(seconds=1)))
    redeem(shop, rider_key("a", now), "cap", "k1", now)
    with pytest.raises(ForbiddenMove, match="over"):
        redeem(shop, rider_key("a", now), "cap", "k2", now + timedelta(seconds=1))


def test_what_is_not_there_is_not_found(shop: Workspace, now: datetime) -> None:
    with pytest.raises(NotFound, match="no such offer"):
        redeem(shop, rider_key("a", now), "yacht", "k1", now)


def test_only_riders_take_offers(shop: Workspace, now: datetime) -> None:
    with pytest.raises(NoKey):
        redeem(shop, None, "tea", "k1", now)
    for role in set(Role) - {Role.RIDER}:
        with pytest.raises(NotAllowed, match=role):
            redeem(shop, rider_key("a", now, role), "tea", "k1", now)
    with pytest.raises(NotAllowed, match="names no rider"):
        redeem(shop, rider_key("", now), "tea", "k1", now)


@pytest.mark.parametrize("sent", ["", "x" * 201, "a\nb", "钥匙", "a\x7f"])
def test_a_key_that_is_none_is_refused(shop: Workspace, now: datetime, sent: str) -> None:
    with pytest.raises(WrongUsage, match="Idempotency-Key"):
        redeem(shop, rider_key("a", now), "tea", sent, now)


def test_nothing_in_the_ledger_but_the_rider_tells_whose_an_entry_is(
    shop: Workspace, now: datetime
) -> None:
    pseudonym = "0123456789abcdef"
    give(shop, pseudonym, 10, "report:9", now)
    redeem(shop, rider_key(pseudonym, now), "tea", "k1", now)
    with shop.database.writing() as connection:
        connection.execute(text("UPDATE ledger SET rider = ''"))
        rows = connection.execute(text("SELECT * FROM ledger")).all()
    assert pseudonym not in repr(rows)
    with pytest.raises(ForbiddenMove, match="too few"):
        redeem(shop, rider_key(pseudonym, now), "tea", "k2", now)


def at_once(workspace: Workspace, keys: Sequence[Key], sent: Sequence[str], now: datetime) -> list:
    """Redeem a hat in as many threads as there are keys, all at the same time."""
    ready = Barrier(len(keys))

    def take(key: Key, idempotency_key: str) -> Redemption | ForbiddenMove:
        ready.wait()
        try:
            return redeem(workspace, key, "hat", idempotency_key, now)
        except ForbiddenMove as refused:
            return refused

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(take, keys, sent))


def test_of_riders_who_want_the_last_one_at_once_one_gets_it(
    shop: Workspace, now: datetime
) -> None:
    riders = [f"r{number}" for number in range(THREADS)]
    for rider in riders:
        give(shop, rider, 5, f"report:{rider}", now)
    answers = at_once(shop, [rider_key(rider, now) for rider in riders], ["k"] * THREADS, now)
    assert sum(isinstance(one, Redemption) for one in answers) == 1
    assert sorted(balance(shop, rider) for rider in riders) == [0] + [5] * (THREADS - 1)


def test_of_one_riders_phones_at_once_the_points_go_once(shop: Workspace, now: datetime) -> None:
    stock_up(shop, offer("hat", 6))
    sent = [f"k{number}" for number in range(THREADS)]
    answers = at_once(shop, [rider_key("a", now)] * THREADS, sent, now)
    assert sum(isinstance(one, Redemption) for one in answers) == 1
    assert balance(shop, "a") == 4


def test_retries_at_once_are_all_answered_the_same(shop: Workspace, now: datetime) -> None:
    answers = at_once(shop, [rider_key("a", now)] * THREADS, ["k"] * THREADS, now)
    assert len(set(answers)) == 1
    assert balance(shop, "a") == 5


def test_balances_are_the_ledgers_sum_while_others_write(shop: Workspace, now: datetime) -> None:
    stock_up(shop, offer("hat", 3, stock=10))

    def write(number: int) -> None:
        for step in range(8):
            rider = RIDERS[(number + step) % 2]
            if step % 2:
                give(shop, rider, 2, f"report:{number}-{step}", now)
                continue
            try:
                redeem(shop, rider_key(rider, now), "hat", f"{number}-{step}", now)
            except ForbiddenMove:
                continue

    def watch(_: int) -> None:
        for _ in range(20):
            with shop.database.reading() as connection:
                for rider in RIDERS:
                    told = sum(one.points for one in ledger.entries(connection, rider, None, 999))
                    assert ledger.balance(connection, rider) == told >= 0
                assert ledger.redeemed(connection, "hat") <= 10

    with ThreadPoolExecutor(6) as pool:
        for work in [pool.submit(write, number) for number in range(4)] + [
            pool.submit(watch, number) for number in range(2)
        ]:
            work.result()
    watch(0)
    with shop.database.reading() as connection:
        assert 0 < ledger.redeemed(connection, "hat") <= 10


steps = st.lists(
    st.tuples(
        st.sampled_from(RIDERS),
        st.sampled_from(["tea", "hat", "none"]) | st.integers(1, 6),
        st.integers(0, 5),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(steps=steps, stock=st.none() | st.integers(0, 3))
def test_what_is_taken_is_what_a_plain_account_would_allow(
    empty: Workspace, now: datetime, steps: list, stock: int | None
) -> None:
    """Each example has riders of its own, since a ledger forgets nothing."""
    with empty.database.writing() as connection:
        offers_before = connection.execute(text("SELECT COUNT(*) FROM ledger")).scalar()
        connection.execute(delete(offers_table))
    own = f"{offers_before}-"
    costs = {f"{own}tea": 4, f"{own}hat": 3}
    stock_up(empty, offer(f"{own}tea", 4), offer(f"{own}hat", 3, stock=stock))
    has = dict.fromkeys(RIDERS, 0)
    answered: dict[tuple[str, int], tuple[str, Redemption]] = {}
    taken = dict.fromkeys(costs, 0)
    for number, (rider, what, sent) in enumerate(steps):
        if isinstance(what, int):
            give(empty, own + rider, what, f"report:{own}{number}", now)
            has[rider] += what
            continue
        wanted, key = own + what, rider_key(own + rider, now)
        before = answered.get((rider, sent))
        left = wanted in costs and not (
            what == "hat" and stock is not None and taken[wanted] >= stock
        )
        if before is not None and before[0] == wanted:
            assert redeem(empty, key, wanted, str(sent), now) == before[1]
        elif before is not None:
            with pytest.raises(WrongUsage):
                redeem(empty, key, wanted, str(sent), now)
        elif left and has[rider] >= costs[wanted]:
            done = redeem(empty, key, wanted, str(sent), now)
            has[rider] -= costs[wanted]
            taken[wanted] += 1
            assert done.balance == has[rider]
            answered[rider, sent] = (wanted, done)
        else:
            with pytest.raises((ForbiddenMove, NotFound)):
                redeem(empty, key, wanted, str(sent), now)
        assert balance(empty, own + rider) == has[rider]

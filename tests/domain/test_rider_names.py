"""Names change with generations, and only whoever holds the keys knows a rider again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.rider import pseudonym
from geo_service.domain.rider_names import Generation, Secret, Span, TraceNames, trace_pseudonym
from geo_service.errors import NotReady

START = datetime(2026, 1, 1, tzinfo=UTC)
BASE = b"b" * 32


def names_changing_on(*days: int, without: int | None = None) -> TraceNames:
    generations = tuple(Generation(f"m{day}", START + timedelta(days=day), "") for day in days)
    return TraceNames(
        generations,
        tuple(Secret(None if day == without else b"%d" % day, f"key.m{day}") for day in days),
    )


@given(
    days=st.lists(st.integers(0, 30), unique=True, max_size=4).map(sorted),
    hour=st.integers(-100, 900),
)
def test_a_trip_is_of_the_generation_in_which_it_begins(days: list[int], hour: int) -> None:
    names, starts = names_changing_on(*days), START + timedelta(hours=hour)
    number = names.generation_of(starts)
    assert number == sum(START + timedelta(days=day) <= starts for day in days)
    since, until = names.span(number)
    assert since is None or since <= starts
    assert until is None or starts < until
    # The spans follow each other, and nothing lies between them.
    spans = [names.span(one) for one in range(len(days) + 1)]
    assert [one.until for one in spans[:-1]] == [one.since for one in spans[1:]]
    assert (spans[0].since, spans[-1].until) == (None, None)


def test_before_any_change_traces_bear_the_accounts_name() -> None:
    account = pseudonym("王", BASE)
    assert TraceNames().names(account) == (account,)
    assert TraceNames().name(account, 0) == account
    assert names_changing_on(5).name(account, 0) == account


@given(st.lists(st.text(min_size=1), min_size=1, max_size=20, unique=True))
def test_every_name_is_one_riders_and_of_one_time(riders: list[str]) -> None:
    names = names_changing_on(3, 9)
    accounts = [pseudonym(rider, BASE) for rider in riders]
    known = names.accounts(accounts)
    assert len(known) == 3 * len(riders)
    for account in accounts:
        every = names.names(account)
        assert every == tuple(names.name(account, number) for number in range(3))
        assert {known[one] for one in every} == {account}
        assert all(len(one) == 16 and int(one, 16) >= 0 for one in every)
    # Under another secret they are others, so a name tells nothing without it.
    assert trace_pseudonym(accounts[0], b"3") != trace_pseudonym(accounts[0], b"9")


def test_without_its_key_no_name_is_made() -> None:
    names = names_changing_on(3, 9, without=3)
    assert names.lost() == (1,)
    assert len(names.names("a")) == 2
    assert names.span(1) == Span(START + timedelta(days=3), START + timedelta(days=9))
    with pytest.raises(NotReady, match=r"m3 .*not here") as refused:
        names.name("a", 1)
    assert refused.value.where == "key.m3"
    assert "Put it back" in refused.value.remedy
    assert names.name("a", 2) == trace_pseudonym("a", b"9")

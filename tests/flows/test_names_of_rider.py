from datetime import UTC, datetime, timedelta

from rotating import add_rides, rotate

from geo_service.domain.rider import pseudonym
from geo_service.domain.rider_names import Span
from geo_service.flows.names_of_rider import account_of, all_names, is_of_one_time
from geo_service.flows.wiring import Workspace

CHANGE = datetime(2026, 9, 30, 16, tzinfo=UTC)


def test_every_name_leads_to_the_account_and_back(empty: Workspace) -> None:
    account = pseudonym("Wang", empty.rider_key())
    assert all_names(empty, account) == ((account,), ())
    rotate(empty, "2026-09", "2026-10")
    names = all_names(empty, account).names
    assert names == empty.trace_names().names(account)
    # Nobody is known yet.
    assert [account_of(empty, name) for name in names] == list(names)
    add_rides(empty, [("Wang", CHANGE - timedelta(days=90)), ("Wang", CHANGE)])
    assert [account_of(empty, name) for name in names] == [account] * 3
    assert [is_of_one_time(empty, name) for name in names] == [False, False, True]


def test_times_are_untold_only_where_there_are_trips(empty: Workspace) -> None:
    rotate(empty, "2026-10")
    account = pseudonym("Wang", empty.rider_key())
    add_rides(empty, [("Li", CHANGE - timedelta(days=1))])
    file = empty.settings.rider_key_file.with_name("rider.key.2026-10")
    kept = file.read_text()
    file.unlink()
    assert all_names(empty, account) == ((account,), ())
    file.write_text(kept)
    add_rides(empty, [("Li", CHANGE)])
    file.unlink()
    assert all_names(empty, account) == ((account,), (Span(CHANGE, None),))

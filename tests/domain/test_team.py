from datetime import UTC, datetime, timedelta

from geo_service.domain.team import Membership

START, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_a_membership_holds_from_its_beginning_until_before_its_end() -> None:
    ended = Membership("t", "r", START, END)
    assert [ended.holds(at) for at in (START - TICK, START, END - TICK, END)] == [
        False,
        True,
        True,
        False,
    ]
    assert Membership("t", "r", START).holds(END + timedelta(days=9999))

from datetime import UTC, datetime, timedelta

import pytest

from geo_service.domain.issue import Issue

START = datetime(2025, 3, 5, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def issue(
    closed_at: datetime | None = None,
    reopened: tuple[tuple[datetime, datetime | None], ...] = (),
) -> Issue:
    return Issue("i", "standing_water", 112.0, 32.0, START, closed_at, reopened=reopened)


@pytest.mark.parametrize(
    ("hours", "is_open"), [(-1, False), (0, True), (1, True), (2, False), (3, False)]
)
def test_it_is_open_from_its_report_until_just_before_its_close(hours: int, is_open: bool) -> None:
    assert issue(START + 2 * HOUR).is_open(START + hours * HOUR) is is_open


def test_without_a_close_it_stays_open() -> None:
    assert issue().is_open(START + timedelta(days=9999))
    assert issue().open_intervals == ((START, None),)


def test_closed_when_reported_it_was_never_open() -> None:
    assert not issue(START).is_open(START)


@pytest.mark.parametrize(
    ("hours", "is_open"), [(0, True), (1, False), (2, True), (3, False), (4, True), (999, True)]
)
def test_a_reopened_issue_has_several_intervals(hours: int, is_open: bool) -> None:
    again = ((START + 2 * HOUR, START + 3 * HOUR), (START + 4 * HOUR, None))
    one = issue(START + HOUR, again)
    assert one.is_open(START + hours * HOUR) is is_open
    assert one.open_intervals == ((START, START + HOUR), *again)


@pytest.mark.parametrize(
    ("one", "still_open"),
    [
        (issue(), True),
        (issue(START + HOUR), False),
        (issue(START + HOUR, ((START + 2 * HOUR, None),)), True),
        (issue(START + HOUR, ((START + 2 * HOUR, START + 3 * HOUR),)), False),
    ],
)
def test_it_is_still_open_if_its_last_opening_has_no_end(one: Issue, still_open: bool) -> None:
    assert one.still_open is still_open

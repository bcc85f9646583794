"""When an issue was open, as one cell tells it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.issue import Issue
from geo_service.errors import RefusedData
from geo_service.flows.collections.issues import intervals_text
from geo_service.ingest.open_intervals import read_intervals
from geo_service.ingest.times import Clock

BEGUN = datetime(2026, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ANY_TIME = Clock()


@pytest.mark.parametrize(
    ("text", "life"),
    [
        ("2026-10-01T00:00Z/..", (None, ())),
        ("2026-10-01T08:00+08:00/2026-10-02T00:00Z", (BEGUN + DAY, ())),
        (
            "2026-10-01T00:00Z/2026-10-02T00:00Z; 2026-10-03T00:00Z/..",
            (BEGUN + DAY, ((BEGUN + 2 * DAY, None),)),
        ),
    ],
)
def test_intervals_are_read(text: str, life: tuple) -> None:
    assert read_intervals(text, BEGUN, ANY_TIME) == life


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-10-01T00:00Z", "from/to"),
        ("2026-10-01T00:00Z/..;", "from/to"),
        ("2026-10-01T00:00/..", "with a zone"),
        ("x/..", "ISO 8601"),
        ("0001-01-01T00:00+14:00/..", "ISO 8601"),
        ("../2026-10-02T00:00Z", "ISO 8601"),
        ("2026-10-02T00:00Z/..", "when it was reported"),
        ("2026-10-01T00:00Z/..;2026-10-03T00:00Z/..", "one after the other"),
        ("2026-10-01T00:00Z/2026-10-04T00:00Z;2026-10-03T00:00Z/..", "one after the other"),
        ("2026-10-01T00:00Z/2026-11-04T00:00Z", "into the future"),
    ],
)
def test_what_can_not_be_is_refused(text: str, why: str) -> None:
    with pytest.raises(RefusedData, match=why):
        read_intervals(text, BEGUN, Clock(now=BEGUN + 9 * DAY))


@given(
    steps=st.lists(st.timedeltas(timedelta(0), timedelta(days=99)), min_size=1, max_size=6),
)
def test_what_is_written_is_read(steps: list[timedelta]) -> None:
    moments: list[datetime | None] = [BEGUN]
    for step in steps:
        moments.append(moments[-1] + step)
    if len(moments) % 2:
        moments.append(None)
    pairs = tuple(zip(moments[::2], moments[1::2], strict=True))
    issue = Issue("i", "c", 0, 0, BEGUN, closed_at=pairs[0][1], reopened=pairs[1:])
    read = read_intervals(intervals_text(issue), BEGUN, ANY_TIME)
    assert read == (issue.closed_at, issue.reopened)

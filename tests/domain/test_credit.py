from datetime import UTC, datetime

import pytest

from geo_service.domain.credit import Entry, Reason


@pytest.mark.parametrize(
    ("reason", "source", "subject"),
    [
        (Reason.REPORT_CONFIRMED, "report:a:b/c", "a:b/c"),
        (Reason.CHECK_ANSWERED, "check:task-1", "task-1"),
        (Reason.CHECKED_IN, "visit:osm:node/1:20000:ABCDEFGHIJ", "osm:node/1"),
        (Reason.REDEEMED, "redemption:ABCDEF", "tea"),
        (Reason.CORRECTED, "correction:7", "7"),
    ],
)
def test_an_entry_tells_what_it_was_for(reason: Reason, source: str, subject: str) -> None:
    entry = Entry(1, "a", datetime(2026, 10, 1, tzinfo=UTC), 1, reason, source, "tea")
    assert entry.subject == subject

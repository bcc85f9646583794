"""A page that Boston's server really answered with."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo_service.ingest.open311 import parse_open311
from geo_service.ingest.open311_records import saved_records

pytestmark = pytest.mark.real


def test_boston_s_page_is_read_whole(shared_data: Path) -> None:
    path = shared_data / "issues" / "boston_open311_page.json"
    records = saved_records(path)
    batch = parse_open311(records, file=path.name, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert batch.read == len(records) == 1000
    assert batch.refusals == ()
    assert {issue.category for issue in batch.records} == {"Illegal Parking"}
    assert sum(issue.still_open for issue in batch.records) == 12
    first = batch.records[0]
    assert first.issue_id == "101003120720"
    assert first.reported_at == datetime(2019, 11, 25, 2, 35, 23, tzinfo=UTC)
    assert first.closed_at == datetime(2019, 11, 25, 14, 33, 28, tzinfo=UTC)
    assert first.more["service_code"] == "4f389210e75084437f0001e5"
    assert all(issue.approved for issue in batch.records)

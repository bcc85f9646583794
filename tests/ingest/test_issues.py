from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo_service.domain.refusal import Batch
from geo_service.errors import MissingColumn, WrongUsage
from geo_service.geometry.extent import Extent
from geo_service.ingest.issues import read_issues

HEAD = "id,category,lon,lat,reported_at,closed_at"
BOSTON = {"category": "type", "reported_at": "opened", "closed_at": "closed"}


def only_reason(batch: Batch[Any]) -> str:
    assert batch.records == []
    assert len(batch.refusals) == 1
    return batch.refusals[0].reason


def test_every_column_arrives(write: Callable[[str, str | bytes], Path], now: datetime) -> None:
    path = write(
        "issues.csv",
        "issue_id,category,description,lon,lat,reported_at,closed_at,approved,street\n"
        "7,standing_water,路口积水,112.1,32.0,2025-01-01T08:00:00+08:00,1735700000,no,天元路\n",
    )
    (issue,) = read_issues(path, now=now).records
    assert (issue.issue_id, issue.category) == ("7", "standing_water")
    assert issue.description == "路口积水"
    assert issue.reported_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert issue.closed_at == datetime.fromtimestamp(1_735_700_000, UTC)
    assert not issue.approved
    assert issue.more == {"street": "天元路"}


def test_without_a_close_it_is_open_and_without_a_word_approved(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    path = write("issues.csv", f"{HEAD}\na,积水,112,32,2025-01-01T00:00Z,\n")
    (issue,) = read_issues(path, now=now).records
    assert issue.closed_at is None
    assert issue.approved
    assert issue.category == "积水"


def test_closed_before_reported_is_refused(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    path = write("i.csv", f"{HEAD}\na,x,112,32,2025-01-02T00:00:00Z,2025-01-01T23:59:59Z\n")
    assert only_reason(read_issues(path, now=now)) == (
        "It was closed (2025-01-01T23:59:59Z) before it was reported (2025-01-02T00:00:00Z)."
    )


def test_closed_when_reported_is_accepted(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    path = write("i.csv", f"{HEAD}\na,x,112,32,2025-01-02T00:00:00Z,2025-01-02T00:00:00Z\n")
    assert len(read_issues(path, now=now).records) == 1


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (
            "2025-01-01 08:00:00,",
            (
                "Its reported_at '2025-01-01 08:00:00' bears no time zone: say which is meant, as "
                "in --time-zone Asia/Shanghai."
            ),
        ),
        (
            "2025-07-01T00:00:00Z,",
            (
                "Its reported_at '2025-07-01T00:00:00Z' lies in the future (it is "
                "2025-06-01T12:00:00Z now)."
            ),
        ),
        (
            "2025-01-01T00:00Z,2025-07-01T00:00Z",
            (
                "Its closed_at '2025-07-01T00:00Z' lies in the future (it is 2025-06-01T12:00:00Z "
                "now)."
            ),
        ),
        (
            "1735700000000,",
            (
                "Its reported_at '1735700000000' lies in the future (it is 2025-06-01T12:00:00Z "
                "now). It looks like milliseconds; give Unix seconds."
            ),
        ),
        (
            "01/02/2025 8:00 AM,",
            (
                "Its reported_at '01/02/2025 8:00 AM' can't be read: write ISO 8601, as in "
                "2025-03-01T08:05:00+08:00, or Unix seconds."
            ),
        ),
        (",", "It has no reported_at."),
    ],
)
def test_a_time_that_can_not_be_is_refused(
    write: Callable[[str, str | bytes], Path], now: datetime, told: str, reason: str
) -> None:
    path = write("i.csv", f"{HEAD}\na,x,112,32,{told}\n")
    assert only_reason(read_issues(path, now=now)) == reason


def test_a_time_a_little_in_the_future_is_another_clock(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    soon = (now + timedelta(seconds=299)).isoformat()
    path = write("i.csv", f"{HEAD}\na,x,112,32,{soon},\n")
    assert len(read_issues(path, now=now).records) == 1
    assert len(read_issues(path, now=now, future_slack_s=298).records) == 0


def test_the_time_zone_of_the_load_is_for_times_without_one(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    path = write(
        "i.csv",
        f"{HEAD}\na,x,112,32,2025-01-01 08:00:00,2025-01-01T03:00:00Z\n",
    )
    (issue,) = read_issues(path, now=now, time_zone="Asia/Shanghai").records
    assert issue.reported_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert issue.closed_at == datetime(2025, 1, 1, 3, tzinfo=UTC)


def test_an_unknown_time_zone_is_wrong_usage(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    path = write("i.csv", f"{HEAD}\na,x,112,32,2025-01-01 08:00:00,\n")
    with pytest.raises(WrongUsage, match="There is no time zone 'Mars/Olympus'"):
        read_issues(path, now=now, time_zone="Mars/Olympus")


def test_missing_columns_are_named_with_those_that_are_there(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    path = write("i.csv", "case,type,lon,lat,opened\n1,x,112,32,2025-01-01T00:00Z\n")
    with pytest.raises(MissingColumn) as error:
        read_issues(path, now=now)
    assert str(error.value) == (
        "i.csv: There is no column 'category', 'reported_at'. There are: case, type, lon, lat, "
        "opened. Say which is meant with --columns category=type,reported_at=opened."
    )


def test_no_category_is_refused(write: Callable[[str, str | bytes], Path], now: datetime) -> None:
    path = write("i.csv", f"{HEAD}\na, ,112,32,2025-01-01T00:00Z,\n")
    assert only_reason(read_issues(path, now=now)) == "It says no category."


@pytest.mark.parametrize(
    ("category", "reason"),
    [
        ("*", "Its category is '*', which stands for all others in deadlines."),
        ("c" * 201, "Its category is longer than 200 characters."),
        ("a\u200b", "Its category holds characters that can't be printed."),
    ],
)
def test_category_that_no_table_could_hold_is_refused(
    write: Callable[[str, str | bytes], Path], now: datetime, category: str, reason: str
) -> None:
    path = write("i.csv", f"{HEAD}\na,{category},112,32,2025-01-01T00:00Z,\n")
    assert only_reason(read_issues(path, now=now)) == reason


def test_an_approval_that_is_neither_yes_nor_no_is_refused(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    path = write("i.csv", f"{HEAD},approved\na,x,112,32,2025-01-01T00:00Z,,later\n")
    assert (
        only_reason(read_issues(path, now=now)) == "Its approved is 'later'; write true or false."
    )


def test_swapped_and_far_positions_are_refused(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    path = write(
        "i.csv",
        f"{HEAD}\na,x,32,112,2025-01-01T00:00Z,\nb,x,10,50,2025-01-01T00:00Z,\n",
    )
    batch = read_issues(path, now=now, near=Extent(112, 31.9, 112.2, 32.1))
    assert "look swapped" in batch.refusals[0].reason
    assert "km from the streets" in batch.refusals[1].reason


def test_a_missing_id_is_made_of_what_the_issue_says(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    head = "category,lon,lat,reported_at"
    path = write(
        "i.csv",
        f"{head}\nx,112,32,2025-01-01T00:00Z\nx,112,32,2025-01-01T00:01Z\n"
        "x,112,32,2025-01-01T08:00+08:00\n",
    )
    batch = read_issues(path, now=now)
    first, second = (one.issue_id for one in batch.records)
    assert first.startswith("i-")
    assert first != second
    assert [one.reason for one in batch.refusals] == [
        "It says the same as record 1, and neither has an id."
    ]


@pytest.mark.real
def test_bostons_five_thousand(shared_data: Path, now: datetime) -> None:
    path = shared_data / "issues" / "boston311_2015_sample5000.csv"
    batch = read_issues(path, columns=BOSTON, time_zone="America/New_York", now=now)
    assert (batch.read, len(batch.records), len(batch.refusals)) == (5000, 4993, 7)
    assert all("before it was reported" in one.reason for one in batch.refusals)
    first = batch.records[0]
    assert first.reported_at == datetime(2015, 1, 1, 13, 53, 51, tzinfo=UTC)
    assert first.closed_at is None


@pytest.mark.real
def test_boston_without_a_time_zone_is_refused_record_by_record(
    shared_data: Path, now: datetime
) -> None:
    path = shared_data / "issues" / "boston311_2015_sample5000.csv"
    batch = read_issues(path, columns=BOSTON, now=now)
    assert len(batch.refusals) == 5000
    assert "say which is meant, as in --time-zone" in batch.refusals[0].reason


@pytest.mark.real
@pytest.mark.slow
def test_all_of_boston_from_parquet(shared_data: Path, now: datetime) -> None:
    path = shared_data / "issues" / "boston311_2015.parquet"
    batch = read_issues(path, columns=BOSTON, time_zone="America/New_York", now=now)
    assert (batch.read, len(batch.refusals)) == (121_145, 197)
    assert batch.warnings == (
        (
            "1 local times were twice in America/New_York, because the clocks went back; the first "
            "is taken."
        ),
    )


@pytest.mark.parametrize("name", ["description", "note"])
def test_a_text_too_long_to_be_one_is_refused(
    write: Callable[[str, str | bytes], Path], now: datetime, name: str
) -> None:
    text = "x" * 10_001
    path = write("i.csv", f"{HEAD},{name}\na,x,112,32,2025-01-01T00:00:00Z,,{text}\n")
    assert only_reason(read_issues(path, now=now)).startswith(f"Its {name} has 10,001 characters")

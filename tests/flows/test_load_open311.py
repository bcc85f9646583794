import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo_service.domain.category import Category
from geo_service.domain.lifecycle import Stage
from geo_service.errors import NotReady, RefusedRecords, WrongUsage
from geo_service.flows import load_open311 as flow
from geo_service.flows.load_open311 import ServerOptions, load_open311
from geo_service.flows.loading import LoadOptions
from geo_service.flows.wiring import Workspace
from geo_service.ingest.open311_server import Fetched
from geo_service.store import cases, categories, issues

OPTIONS = LoadOptions()
ADDRESS = "http://city.example/open311/v2"


def a_request(number: int, **changes: object) -> dict[str, object]:
    return {
        "service_request_id": number,
        "status": "open",
        "service_name": "Standing water",
        "service_code": "006",
        "requested_datetime": "2026-11-01T00:00:00Z",
        "updated_datetime": "2026-11-02T00:00:00Z",
        "lat": 32.0401,
        "long": 112.145,
        **changes,
    }


def saved(folder: Path, *records: object) -> list[str]:
    path = folder / "answer.json"
    path.write_text(json.dumps(records))
    return [str(path)]


def test_requests_become_issues_with_cases_and_categories(
    workspace: Workspace, tmp_path: Path, now: datetime
) -> None:
    with workspace.database.writing() as connection:
        categories.write(connection, [Category("standing_water", "积水", "Standing water")])
    files = saved(tmp_path, a_request(1), a_request(2, status="closed", service_name="Graffiti"))
    report = load_open311(workspace, files, OPTIONS, now)
    assert (report.what, report.read, report.loaded, report.refused) == ("issues", 2, 2, 0)
    with workspace.database.reading() as connection:
        first, second = (cases.find(connection, issue_id) for issue_id in ("1", "2"))
        known = [one.category for one in categories.read_all(connection)]
    assert first is not None
    assert second is not None
    assert (first.stage, first.issue.category) == (Stage.FILED, "standing_water")
    assert first.issue.more["service_code"] == "006"
    assert (second.stage, second.issue.category) == (Stage.CLOSED, "Graffiti")
    assert second.issue.closed_at == datetime(2026, 11, 2, tzinfo=UTC)
    assert known == ["Graffiti", "standing_water"]


def test_what_is_loaded_again_is_replaced(
    workspace: Workspace, tmp_path: Path, now: datetime
) -> None:
    load_open311(workspace, saved(tmp_path, a_request(1)), OPTIONS, now)
    closed = saved(tmp_path, a_request(1, status="closed"))
    assert load_open311(workspace, closed, OPTIONS, now).replaced == 1
    with workspace.database.reading() as connection:
        case = cases.find(connection, "1")
    assert case is not None
    assert not case.is_open


def test_all_or_nothing_and_the_refused_are_listed(
    workspace: Workspace, tmp_path: Path, now: datetime
) -> None:
    files = saved(tmp_path, a_request(1), a_request(2, long=100.0))
    with pytest.raises(RefusedRecords, match="km from the streets"):
        load_open311(workspace, files, OPTIONS, now)
    with workspace.database.reading() as connection:
        assert issues.read_all(connection) == []
    report = load_open311(workspace, files, replace(OPTIONS, skip_refused=True), now)
    assert (report.loaded, report.refused) == (1, 1)
    assert report.refused_list is not None


def test_a_server_is_asked_for_the_span_and_its_warnings_are_passed_on(
    workspace: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fetch(address: str, *, since: datetime, until: datetime, api_key: str) -> Fetched:
        asked.append((address, since, until, api_key))
        return Fetched([a_request(1)], ["only some"])

    monkeypatch.setattr(flow, "fetch_requests", fetch)
    report = load_open311(workspace, [ADDRESS], OPTIONS, now)
    assert (report.loaded, report.warnings) == (1, ("only some",))
    begin, end = now - timedelta(days=9), now - timedelta(days=2)
    load_open311(workspace, [ADDRESS], OPTIONS, now, server=ServerOptions("k", begin, end))
    load_open311(workspace, [ADDRESS], OPTIONS, now, server=ServerOptions(until=end))
    assert asked == [
        (ADDRESS, now - timedelta(days=90), now, ""),
        (ADDRESS, begin, end, "k"),
        (ADDRESS, end - timedelta(days=90), end, ""),
    ]


def test_a_server_that_is_not_reached_changes_nothing(
    workspace: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(*_: object, **__: object) -> Fetched:
        raise NotReady("It is away.")

    monkeypatch.setattr(flow, "fetch_requests", fetch)
    with pytest.raises(NotReady, match="away"):
        load_open311(workspace, [ADDRESS], OPTIONS, now)


def test_columns_and_replacing_by_a_span_make_no_sense(workspace: Workspace, now: datetime) -> None:
    with pytest.raises(WrongUsage, match="names its fields itself"):
        load_open311(workspace, ["x"], replace(OPTIONS, columns={"id": "x"}), now)
    with pytest.raises(WrongUsage, match="never the whole truth"):
        load_open311(workspace, [ADDRESS], replace(OPTIONS, replace=True), now)

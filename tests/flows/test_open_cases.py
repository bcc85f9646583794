import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import shapely

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.progress import Wanted, confirmed
from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.flows.load_issues import load_issues
from geo_service.flows.loading import LoadOptions
from geo_service.flows.manage_keys import add_key
from geo_service.flows.progress_issue import approve_issue, progress_issue
from geo_service.flows.report_issue import report_issue
from geo_service.flows.wiring import Workspace
from geo_service.geometry.unit import unit_of
from geo_service.store import areas, cases, issues
from geo_service.store import keys as stored_keys
from geo_service.store.keys import Key

REPORTED = "2026-10-01T08:00:00+08:00"
CLOSED = "2026-10-02T08:00:00+08:00"


@pytest.fixture
def city(workspace: Workspace) -> Workspace:
    west = shapely.to_wkb(shapely.box(112.13, 32.03, 112.145, 32.05))
    with workspace.database.writing() as connection:
        areas.write(
            connection,
            [Area("west", "西", "west-body", west)],
            [
                Body("top", "街道", Level.STREET_COMMITTEE),
                Body("west-body", "社区", Level.COMMUNITY, parent_id="top"),
            ],
        )
    return workspace


@pytest.fixture
def staff(city: Workspace, now: datetime) -> Key:
    _, token = add_key(city, Role.STAFF, None, now)
    with city.database.reading() as connection:
        key = stored_keys.find(connection, token, now)
    assert key is not None
    return key


def load(
    workspace: Workspace, now: datetime, *rows: dict[str, object], replace: bool = False
) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"category": "water", "reported_at": REPORTED, **row},
            "geometry": {"type": "Point", "coordinates": row.pop("at", [112.141, 32.0401])},
        }
        for row in rows
    ]
    path = Path(workspace.settings.workspace) / "issues.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    load_issues(workspace, [path], LoadOptions(replace=replace), now)


def stages(workspace: Workspace) -> dict[str, Stage]:
    with workspace.database.reading() as connection:
        known = issues.read_all(connection)
        found = cases.find_many(connection, [issue.issue_id for issue in known])
    assert [case.issue for case in found] == known, "every issue has its case"
    assert all(case.is_open == case.issue.still_open for case in found)
    assert all(case.unit == unit_of(case.issue.lon, case.issue.lat) for case in found)
    return {case.issue.issue_id: case.stage for case in found}


def moves(workspace: Workspace, issue_id: str) -> list[tuple[Stage, Stage, Mover]]:
    with workspace.database.reading() as connection:
        return [(one.stage, one.to, one.by) for one in cases.history(connection, issue_id)]


def test_every_issue_of_a_file_gets_a_case_of_its_stage_and_place(
    city: Workspace, now: datetime
) -> None:
    load(
        city,
        now,
        {"id": "open"},
        {"id": "hidden", "approved": False},
        {"id": "over", "closed_at": CLOSED},
        {"id": "east", "at": [112.149, 32.0401]},
    )
    assert stages(city) == {
        "open": Stage.FILED,
        "hidden": Stage.COLLECTED,
        "over": Stage.CLOSED,
        "east": Stage.FILED,
    }
    with city.database.reading() as connection:
        bodies = {
            case.issue.issue_id: (case.area_id, case.body_id)
            for case in cases.read_open(connection)
        }
    assert bodies["open"] == ("west", "west-body")
    assert bodies["east"] == ("", "top")
    assert moves(city, "open") == [(Stage.FILED, Stage.FILED, Mover.SYSTEM)]


def test_a_file_that_says_the_same_leaves_staff_s_work_alone(
    city: Workspace, staff: Key, now: datetime
) -> None:
    load(city, now, {"id": "i"})
    for to in (Stage.DISPATCHED, Stage.HANDLING):
        progress_issue(city, staff, "i", Wanted(to), now)
    before = moves(city, "i")
    load(city, now + timedelta(hours=1), {"id": "i", "description": "更清楚 clearer"})
    assert stages(city) == {"i": Stage.HANDLING}
    assert moves(city, "i") == before


def test_a_file_that_closes_or_reopens_is_believed_and_says_so(
    city: Workspace, staff: Key, now: datetime
) -> None:
    load(city, now, {"id": "i"})
    progress_issue(city, staff, "i", Wanted(Stage.DISPATCHED), now)
    load(city, now, {"id": "i", "closed_at": CLOSED})
    assert stages(city) == {"i": Stage.CLOSED}
    load(city, now, {"id": "i"})
    assert stages(city) == {"i": Stage.REOPENED}
    assert moves(city, "i")[-2:] == [
        (Stage.DISPATCHED, Stage.CLOSED, Mover.SYSTEM),
        (Stage.CLOSED, Stage.REOPENED, Mover.SYSTEM),
    ]


def test_a_file_loaded_each_night_undoes_nothing_that_was_done_by_day(
    city: Workspace, staff: Key, now: datetime
) -> None:
    load(city, now, {"id": "done"}, {"id": "hidden"}, {"id": "again", "closed_at": CLOSED})
    progress_issue(city, staff, "done", Wanted(Stage.REJECTED, "没有 nothing there"), now)
    approve_issue(city, "hidden", staff, now, approved=False)
    progress_issue(city, staff, "again", Wanted(Stage.REOPENED, "还在 still there"), now)
    with city.database.reading() as connection:
        before = issues.read_all(connection)
    for night in range(1, 3):
        load(
            city,
            now + timedelta(days=night),
            {"id": "done"},
            {"id": "hidden"},
            {"id": "again", "closed_at": CLOSED},
        )
        with city.database.reading() as connection:
            assert issues.read_all(connection) == before
        assert stages(city) == {
            "done": Stage.REJECTED,
            "hidden": Stage.FILED,
            "again": Stage.REOPENED,
        }
    # What it says anew is believed: it was closed there too, and is open there once more.
    load(city, now, {"id": "done", "closed_at": CLOSED})
    load(city, now, {"id": "done"}, {"id": "hidden", "approved": False})
    load(city, now, {"id": "hidden", "approved": True})
    assert stages(city)["done"] is Stage.REOPENED
    with city.database.reading() as connection:
        assert {one.issue_id: one.approved for one in issues.read_all(connection)}["hidden"]


def test_what_people_have_seen_since_is_not_forgotten(city: Workspace, now: datetime) -> None:
    load(city, now, {"id": "i"})
    with city.database.writing() as connection:
        case = cases.find(connection, "i")
        assert case is not None
        cases.change(connection, confirmed(case, now))
    load(city, now, {"id": "i", "confirmed_at": CLOSED})
    with city.database.reading() as connection:
        (issue,) = issues.read_all(connection)
    assert issue.confirmed_at == now


def test_a_file_that_is_the_whole_truth_is_so_of_what_files_told(
    city: Workspace, now: datetime
) -> None:
    load(city, now, {"id": "i"})
    report = Report("water", 112.141, 32.0401, "积水")
    mine = report_issue(city, report, key=None, now=now).case.issue.issue_id
    load(city, now, {"id": "j"}, replace=True)
    assert set(stages(city)) == {"j", mine}


def test_an_issue_that_a_file_moves_is_answered_for_there(city: Workspace, now: datetime) -> None:
    load(city, now, {"id": "i"})
    load(city, now, {"id": "i", "at": [112.149, 32.0401]})
    assert stages(city) == {"i": Stage.FILED}
    with city.database.reading() as connection:
        (case,) = cases.read_open(connection)
    assert (case.area_id, case.body_id) == ("", "top")
    assert len(moves(city, "i")) == 2


def test_what_is_replaced_is_gone_with_its_case(city: Workspace, now: datetime) -> None:
    load(city, now, {"id": "i"}, {"id": "j"})
    load(city, now, {"id": "j"}, {"id": "k"}, replace=True)
    assert set(stages(city)) == {"j", "k"}
    assert moves(city, "i") == []

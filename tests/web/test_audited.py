"""Writes over HTTP stand in the audit log, reads don't."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
import pytest
from PIL import Image

from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.show_audit import audit_log
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import keys as stored
from geo_service.store.acting import A_RIDER

REPORT = {"service_code": "standing_water", "lat": "32.041", "long": "112.142", "description": "水"}
FACILITY = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [112.134, 32.034]},
    "properties": {"kind": "water_point", "name": "水"},
}
LINE = {
    "type": "LineString",
    "coordinates": [[112.132, 32.038], [112.142, 32.038]],
}


@pytest.fixture
def key_ids(reporting_settings: Settings) -> dict[str, str]:
    """Return the ids of keys that are valid, by role."""
    with open_workspace(reporting_settings) as workspace, workspace.database.reading() as reader:
        return {
            str(key.role): key.key_id
            for key in stored.read_all(reader)
            if not key.expires_at and not key.revoked_at
        }


@pytest.fixture
def written(reporting_settings: Settings) -> Callable[[], list[tuple[str, ...]]]:
    """Return a function that says who wrote what, without when, since it was asked last."""
    seen = 0

    def since() -> list[tuple[str, ...]]:
        nonlocal seen
        with open_workspace(reporting_settings) as workspace, audit_log(workspace) as log:
            told = [tuple(entry[1:]) for entry in log.entries]
        fresh, seen = told[seen:], len(told)
        return fresh

    since()
    return since


Written = Callable[[], list[tuple[str, ...]]]


def test_each_write_says_whose_it_is_and_of_what(
    reporting_door: httpx.Client, bearer: Callable, key_ids: dict[str, str], written: Written
) -> None:
    door, staff = reporting_door, bearer("staff")
    put = door.put("/facilities/well/1", json=FACILITY, headers=staff)
    assert put.status_code == 201
    assert written() == [(key_ids["staff"], "save_facility", "facility", "well/1")]
    state = {"observed_at": "2026-11-18T02:00:00Z", "free": 1}
    assert door.put("/facilities/well/1/state", json=state, headers=staff).is_success
    assert written() == [(key_ids["staff"], "report_facility_state", "facility", "well/1")]
    assert door.delete("/facilities/well/1", headers=staff).is_success
    assert written() == [(key_ids["staff"], "delete_facility", "facility", "well/1")]
    made = door.post("/open311/v2/requests.json", data=REPORT).json()[0]["service_request_id"]
    assert written() == [("", "post_open311_request", "issue", made)]
    assert door.post(f"/issues/{made}/moves", json={"to": "filed"}, headers=staff).is_success
    assert written() == [(key_ids["staff"], "move_issue", "issue", made)]
    form = {"approved": "false"}
    assert door.post(f"/desk/{made}/approved", data=form, headers=staff).status_code == 303
    assert written() == [(key_ids["staff"], "set_issue_approval_on_desk", "issue", made)]


def test_what_is_done_where_photos_are_drawn_is_told_of_too(
    reporting_door: httpx.Client, bearer: Callable, key_ids: dict[str, str], written: Written
) -> None:
    held = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(held, "JPEG")
    files = {"media": ("a.jpg", held.getvalue(), "image/jpeg")}
    made = reporting_door.post(
        "/open311/v2/requests.json",
        data={**REPORT, "description": "带照片"},
        files=files,
        headers=bearer("staff"),
    )
    assert made.status_code == 201
    issue_id = made.json()[0]["service_request_id"]
    assert written() == [(key_ids["staff"], "post_open311_request", "issue", issue_id)]
    form = {**REPORT, "description": "表单", "another": "1"}
    sent = reporting_door.post("/report", data=form, files=files)
    assert sent.status_code == 303, sent.text
    (entry,) = written()
    assert entry[:3] == ("", "send_report_form", "issue")


def test_reads_refusals_and_what_was_sent_before_are_not(
    reporting_door: httpx.Client, bearer: Callable, written: Written
) -> None:
    door, staff = reporting_door, bearer("staff")
    form = {**REPORT, "description": "两次"}
    first, again = [door.post("/open311/v2/requests.json", data=form).json() for _ in range(2)]
    assert first == again
    assert len(written()) == 1
    for path in ("/", "/planner", "/issues/issue-1", "/facilities/nearest?lat=32.04&lon=112.14"):
        assert door.get(path, headers=staff).is_success
    route = {"type": "Feature", "geometry": LINE, "properties": {}}
    assert door.post("/routes/issues", json=route).is_success
    assert door.put("/facilities/none/state", json={}, headers=staff).is_error
    assert door.delete("/facilities/none", headers=staff).status_code == 404
    assert door.post("/open311/v2/requests.json", data={}).status_code == 400
    assert door.get("/issues/issue-1", headers={"X-HTTP-Method-Override": "DELETE"}).is_success
    assert written() == []


def test_a_rider_s_own_things_are_told_of_without_their_names(
    reporting_door: httpx.Client,
    reporting_settings: Settings,
    now: datetime,
    written: Written,
) -> None:
    with open_workspace(reporting_settings) as workspace:
        key_id, token = add_key(workspace, Role.RIDER, None, now, rider="王小明")
    rider = {"Authorization": f"Bearer {token}"}
    text = reporting_door.get("/consent", headers=rider).json()
    body = {"version": text["version"]}
    assert reporting_door.put("/consent", json=body, headers=rider).is_success
    start = datetime(2026, 11, 17, 1, tzinfo=UTC)
    trip = {
        "type": "Feature",
        "geometry": {
            "type": "LineString",
            "coordinates": [[round(112.131 + i * 0.00025, 6), 32.034] for i in range(20)],
        },
        "properties": {
            "times": [(start + timedelta(seconds=5 * i)).isoformat() for i in range(20)]
        },
    }
    sent = reporting_door.post("/traces", json=trip, headers=rider)
    assert sent.status_code == 200, sent.text
    trip_id = sent.json()["trips"][0]["trip_id"]
    told = written()
    # Beside the rows of trips a key's id would say whose they are, under whatever names.
    assert {entry[:2] for entry in told} == {(key_id, "give_consent"), (A_RIDER, "send_traces")}
    assert reporting_door.delete(f"/traces/{trip_id}", headers=rider).is_success
    told += written()
    assert told[-1][:2] == (A_RIDER, "delete_own_trace")
    # Kept trips are not told to be gone; gone ones are, and not by whose key.
    for address, gone in (("/consent", False), ("/consent?traces=delete", True)):
        assert reporting_door.put("/consent", json=body, headers=rider).is_success
        assert reporting_door.post("/traces", json=trip, headers=rider).is_success
        told += written()
        assert reporting_door.delete(address, headers=rider).is_success
        done = written()
        assert done[0][:2] == (key_id, "withdraw_consent")
        assert {entry[:2] for entry in done[1:]} == (
            {(A_RIDER, "delete_own_traces")} if gone else set()
        )
        told += done
    assert reporting_door.put("/consent", json=body, headers=rider).is_success
    assert reporting_door.post("/traces", json=trip, headers=rider).is_success
    told += written()
    # The rider's page has one door for all of it.
    for form in ({"do": "delete-all"}, {"do": "withdraw"}):
        assert reporting_door.post("/me", data=form, headers=rider).status_code == 303
        told += written()
    assert told[-2][:2] == (A_RIDER, "delete_own_traces")
    assert told[-1][:2] == (key_id, "change_own_page")
    assert not any(trip_id in part or "王小明" in part for entry in told for part in entry)
    assert all(entry[2:] == ("", "") for entry in told)


def test_staff_who_report_on_the_page_do_it_as_anybody_does(
    reporting_door: httpx.Client, keys: dict[str, str], written: Written
) -> None:
    port = reporting_door.base_url.port
    reporting_door.cookies.set(f"geo_service_key_{port}", keys["staff"])
    form = {**REPORT, "description": "路过", "another": "1"}
    assert reporting_door.post("/report", data=form).status_code == 303
    assert [entry[0] for entry in written()] == [""]

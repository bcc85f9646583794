import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from geo_service.domain.facility import State
from geo_service.domain.role import Role
from geo_service.errors import RefusedFields
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.web.facility_states import read_state

Bearer = Callable[[str], dict[str, str]]
OURS, THEIRS = "/facilities/ours", "/facilities/theirs"
OPERATOR = "铁塔 Swap & Co"
REPEATED = "nobody-would-write-this"


@pytest.fixture
def own_door(
    own_settings: Settings, serve_city: Callable[..., Any], bearer: Bearer, now: datetime
) -> Iterator[httpx.Client]:
    """Serve a city in which two operators have a cabinet each, and one has none."""
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        for path, operator in ((OURS, OPERATOR), (THEIRS, OPERATOR.lower()), ("/facilities/x", "")):
            body = {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [112.134, 32.034]},
                "properties": {"kind": "charging_cabinet", "operator": operator},
            }
            assert client.put(path, json=body, headers=bearer("staff")).status_code == 201
        yield client


@pytest.fixture
def operator(own_settings: Settings, now: datetime) -> dict[str, str]:
    """Return the header that shows an operator's key."""
    with open_workspace(own_settings) as workspace:
        _, token = add_key(workspace, Role.OPERATOR, None, now, operator=f" {OPERATOR} ")
    return {"Authorization": f"Bearer {token}"}


def state_at(moment: datetime, **counts: object) -> dict[str, object]:
    return {"observed_at": moment.isoformat(), **counts}


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {fault["field"]: fault["detail"] for fault in answer.json()["errors"]}


def test_an_operator_reports_and_the_next_look_sees_it(
    own_door: httpx.Client, operator: dict[str, str], now: datetime
) -> None:
    body = state_at(now, charged=4, empty=0, out_of_order=False)
    answer = own_door.put(f"{OURS}/state", json=body, headers=operator)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    state = {
        "observed_at": "2026-11-18T02:00:00Z",
        "charged": 4,
        "empty": 0,
        "free": None,
        "out_of_order": False,
    }
    assert answer.json() == {"id": "ours", "kept": True, "state": state, "notes": []}
    assert own_door.get(OURS).json()["properties"]["state"] == state


def test_the_next_question_about_the_nearest_sees_it(
    own_door: httpx.Client, bearer: Bearer, now: datetime
) -> None:
    question = {"lat": "32.034", "lon": "112.134", "usable": "true", "kind": "charging_cabinet"}
    path = "/facilities/cabinet-fresh/state"

    def usable() -> set[str]:
        answer = own_door.get("/facilities/nearest", params={**question, "k": "9"})
        return {one["id"] for one in answer.json()["features"]}

    before = usable()
    for counts, present in (({"empty": 0}, False), ({"empty": 1}, True)):
        body = state_at(now, **counts)
        assert own_door.put(path, json=body, headers=bearer("staff")).json()["kept"]
        assert usable() == before - ({"cabinet-fresh"} if not present else set())
    assert "cabinet-fresh" in before


def test_an_older_one_is_ignored_and_said_so(
    own_door: httpx.Client, operator: dict[str, str], now: datetime
) -> None:
    path = f"{OURS}/state"
    own_door.put(path, json=state_at(now, free=1), headers=operator)
    older = state_at(now - timedelta(microseconds=1), free=2)
    answer = own_door.put(path, json=older, headers=operator)
    assert answer.status_code == 200
    assert answer.json()["kept"] is False
    assert answer.json()["state"]["free"] == 1
    assert "2026-11-18T02:00:00Z" in answer.json()["notes"][0]
    assert own_door.get(OURS).json()["properties"]["state"]["free"] == 1
    again = own_door.put(path, json=state_at(now, free=3), headers=operator)
    assert (again.json()["kept"], again.json()["state"]["free"]) == (True, 3)


ROLES = [
    ("rider", OURS, 403),
    ("analyst", OURS, 403),
    ("staff", OURS, 200),
    ("admin", OURS, 200),
    ("staff", "/facilities/x", 200),
    ("staff", "/facilities/none", 404),
    ("operator", OURS, 403),
    ("operator", "/facilities/x", 403),
    ("expired", OURS, 401),
    ("revoked", OURS, 401),
]


def test_who_may_report_of_what(
    own_door: httpx.Client, bearer: Bearer, operator: dict[str, str], now: datetime
) -> None:
    """The city's own operator's key names no operator."""
    table = [(bearer(role), path, status, role) for role, path, status in ROLES]
    table += [
        (operator, OURS, 200, "its operator"),
        (operator, THEIRS, 403, "another"),
        (operator, "/facilities/x", 403, "nobody's"),
        (operator, "/facilities/none", 404, "none"),
        ({}, OURS, 401, "nobody"),
    ]
    for headers, path, status, who in table:
        answer = own_door.put(f"{path}/state", json=state_at(now, free=1), headers=headers)
        assert answer.status_code == status, (who, path, answer.text)
        if status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
    nameless = own_door.put(f"{OURS}/state", json=state_at(now), headers=bearer("operator"))
    assert "names no operator" in nameless.json()["detail"]
    for path in (THEIRS, "/facilities/x"):
        assert own_door.get(path).json()["properties"]["state"] in (None, _reported(now))


def _reported(now: datetime) -> dict[str, object]:
    return {
        "observed_at": now.isoformat().replace("+00:00", "Z"),
        "charged": None,
        "empty": None,
        "free": 1,
        "out_of_order": False,
    }


def test_who_may_not_is_not_told_what_is_wrong(own_door: httpx.Client, bearer: Bearer) -> None:
    assert own_door.put(f"{OURS}/state", content=b"{").status_code == 401
    rider = own_door.put(f"{OURS}/state", content=b"{", headers=bearer("rider"))
    assert rider.status_code == 403


@pytest.mark.parametrize(("late_s", "status"), [(301, 200), (302, 422)])
def test_clocks_may_differ_a_little(
    own_door: httpx.Client, bearer: Bearer, now: datetime, late_s: int, status: int
) -> None:
    body = state_at(now + timedelta(seconds=late_s), free=1)
    answer = own_door.put(f"{OURS}/state", json=body, headers=bearer("staff"))
    assert answer.status_code == status
    if status == 422:
        assert "future" in faults(answer)["observed_at"]
        assert own_door.get(OURS).json()["properties"]["state"] is None


@pytest.mark.parametrize(
    "told", ["2026-11-18T10:00:00+08:00", "20261118T020000Z", 1794967200, 1794967200.0]
)
def test_times_are_read_with_their_zone_or_as_seconds(told: object) -> None:
    read = read_state({"observed_at": told})
    assert read == State(datetime(2026, 11, 18, 2, tzinfo=UTC))
    assert read.observed_at.tzinfo is UTC


def test_parts_of_seconds_are_kept() -> None:
    assert read_state({"observed_at": 1794967200.25}).observed_at.microsecond == 250_000


@pytest.mark.parametrize("count", [0, 1, 100_000, 7.0, None])
def test_counts_are_whole_numbers_or_nothing(count: object) -> None:
    read = read_state({"observed_at": 0, "charged": count, "empty": count, "free": count})
    assert (read.charged, read.empty, read.free) == (count, count, count)
    assert all(type(one) is not float for one in (read.charged, read.empty, read.free))


WRONG: list[tuple[dict[str, object], set[str]]] = [
    ({"observed_at": None}, {"observed_at"}),
    ({"observed_at": "2026-11-18T02:00:00"}, {"observed_at"}),
    ({"observed_at": "1795053600"}, {"observed_at"}),
    ({"observed_at": 1795053600000}, {"observed_at"}),
    ({"observed_at": 1e300}, {"observed_at"}),
    ({"observed_at": -1e300}, {"observed_at"}),
    ({"observed_at": "0001-01-01T00:00:00+14:00"}, {"observed_at"}),
    ({"observed_at": True}, {"observed_at"}),
    ({"observed_at": [0]}, {"observed_at"}),
    ({"charged": -1}, {"charged"}),
    ({"charged": 100_001}, {"charged"}),
    ({"empty": 1.5}, {"empty"}),
    ({"free": "3"}, {"free"}),
    ({"free": True}, {"free"}),
    ({"free": 10**39}, {"free"}),
    ({"out_of_order": 1}, {"out_of_order"}),
    ({"out_of_order": None}, {"out_of_order"}),
    ({"out_of_order": "true"}, {"out_of_order"}),
    ({REPEATED: 1, "other": REPEATED}, {REPEATED, "other"}),
    ({"charged": REPEATED, "free": [REPEATED]}, {"charged", "free"}),
]


@pytest.mark.parametrize(("members", "named"), WRONG)
def test_each_member_that_is_wrong_is_named(members: dict[str, object], named: set[str]) -> None:
    with pytest.raises(RefusedFields) as refused:
        read_state({"observed_at": 0, **members})
    assert refused.value.faults.keys() == named
    assert not any(REPEATED in words for words in refused.value.faults.values())


def test_the_moment_is_required_and_unknown_members_are_cut_short() -> None:
    with pytest.raises(RefusedFields) as refused:
        read_state({"x" * 5000: 1})
    assert refused.value.faults["observed_at"] == "It is required."
    assert refused.value.faults.keys() == {"observed_at", "x" * 64}


def test_wrong_members_reach_whoever_reports(
    own_door: httpx.Client, operator: dict[str, str]
) -> None:
    body = {"observed_at": "now", "charged": REPEATED, "full": 3}
    refused = own_door.put(f"{OURS}/state", json=body, headers=operator)
    assert faults(refused).keys() == {"observed_at", "charged", "full"}
    assert REPEATED not in refused.text


def test_a_state_is_plain_json(door: httpx.Client, bearer: Bearer) -> None:
    headers = {**bearer("staff"), "Content-Type": "application/geo+json"}
    path = "/facilities/station/state"
    assert (
        door.put(path, content=json.dumps({"observed_at": 0}), headers=headers).status_code == 415
    )
    twice = b'{"observed_at": 0, "observed_at": 1}'
    headers["Content-Type"] = "application/json"
    assert door.put(path, content=twice, headers=headers).status_code == 400
    refused = door.put(path, params={"datum": "bd09"}, content=b"{}", headers=headers)
    assert faults(refused).keys() == {"datum"}

"""``/tasks``: a rider's own questions, and nothing about anybody else."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import pytest

from geo_service.domain.role import Role
from geo_service.domain.verification import Task
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import keys as stored_keys
from geo_service.store import ledger
from geo_service.store import tasks as stored_tasks

WAY = [[112.13, 32.038], [112.144, 32.038]]
"""Along the city's fifth street, past five issues, of which the fifth is private."""
ALL = ["issue-1", "issue-2", "issue-3", "issue-4", "issue-5"]
TEN, FAR = 1 << 10, 1 << 20
"""The clock says ten; the issues 1, 3 and 5 are passed then, the others in the evening."""


@dataclass(frozen=True)
class Asked:
    """A served city in which two riders are asked, and the headers that show their keys."""

    door: httpx.Client
    mine: dict[str, str]
    other: dict[str, str]
    other_rider: str


def shows(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def asked(own_settings: Settings, serve_city: Callable, now: datetime) -> Iterator[Asked]:
    with open_workspace(own_settings) as workspace:
        tokens = [
            add_key(workspace, Role.RIDER, None, now, rider=f"rider-secret-{number}")[1]
            for number in range(2)
        ]
        with workspace.database.writing() as connection:
            riders = [
                key.rider
                for token in tokens
                if (key := stored_keys.find(connection, token, now)) is not None
            ]
            week = now + timedelta(days=7)
            tasks = [
                Task(f"t-{name}-{at}", f"issue-{at}", 1, rider, hours, now, week)
                for name, rider in zip(("mine", "other"), riders, strict=True)
                for at, hours in enumerate((TEN, FAR, TEN, FAR, TEN), start=1)
            ]
            stored_tasks.add(connection, tasks)
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as door:
        yield Asked(door, shows(tokens[0]), shows(tokens[1]), riders[1])


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "no-store"
    return [one["properties"]["issue_id"] for one in answer.json()["features"]]


def faults(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {fault["field"] for fault in answer.json()["errors"]}


def test_a_rider_sees_the_own_tasks_at_this_hour(asked: Asked) -> None:
    answer = asked.door.get("/tasks", headers=asked.mine)
    assert ids(answer) == ["issue-1", "issue-3", "issue-5"]
    one = answer.json()["features"][0]
    assert one["id"] == one["properties"]["task_id"] == "t-mine-1"
    assert one["geometry"] == {"type": "Point", "coordinates": [112.133, 32.03805]}
    assert one["properties"]["points"] == 2
    assert one["properties"]["question"]["zh"].endswith("还在吗？")
    assert one["properties"]["description"] == "积水"
    assert "along_m" not in one["properties"]


def test_what_staff_have_not_approved_is_asked_but_not_described(asked: Asked) -> None:
    answer = asked.door.get("/tasks", headers=asked.mine)
    assert "私密" not in answer.text
    assert "description" not in answer.json()["features"][-1]["properties"]


def test_nothing_about_other_riders_is_told(asked: Asked) -> None:
    for answer in (
        asked.door.get("/tasks", headers=asked.mine),
        asked.door.post("/tasks/along", json=line(), headers=asked.mine),
        asked.door.post("/tasks/t-mine-1/answer", json={"answer": "there"}, headers=asked.mine),
    ):
        assert answer.status_code == 200
        for secret in ("t-other", asked.other_rider, "rider-secret", '"rider"'):
            assert secret not in answer.text


def line(coordinates: object = WAY) -> dict[str, object]:
    return {"type": "LineString", "coordinates": coordinates}


def test_tasks_along_a_planned_route_come_in_riding_order(asked: Asked) -> None:
    there = asked.door.post("/tasks/along", json=line(), headers=asked.mine)
    assert ids(there) == ALL
    metres = [one["properties"]["along_m"] for one in there.json()["features"]]
    assert metres == sorted(metres)
    assert there.json()["features"][0]["properties"]["off_m"] == pytest.approx(5.5, abs=0.1)
    feature = {"type": "Feature", "properties": {}, "geometry": line(WAY[::-1])}
    back = asked.door.post("/tasks/along", json=feature, headers=asked.mine)
    assert ids(back) == ALL[::-1]
    elsewhere = line([[112.13, 32.03], [112.144, 32.03]])
    assert ids(asked.door.post("/tasks/along", json=elsewhere, headers=asked.mine)) == []


def test_a_ride_follows_the_streets(asked: Asked) -> None:
    """From one end of the fifth street to the other all lie on the way; across it none."""
    ends = {"lat": 32.038, "lon": 112.13, "to_lat": 32.038, "to_lon": 112.144}
    answer = asked.door.get("/tasks", params=ends, headers=asked.mine)
    assert (ids(answer), answer.json()["notes"]) == (ALL, [])
    back = {"lat": 32.038, "lon": 112.144, "to_lat": 32.038, "to_lon": 112.13}
    assert ids(asked.door.get("/tasks", params=back, headers=asked.mine)) == ALL[::-1]
    # The straight line would lead past the third issue, the streets lead round its block.
    across = {"lat": 32.0361, "lon": 112.137, "to_lat": 32.0399, "to_lon": 112.137}
    met = asked.door.get("/tasks", params=across, headers=asked.mine)
    assert (ids(met), met.json()["notes"]) == ([], [])


def test_without_streets_near_the_ride_is_straight_and_says_so(asked: Asked) -> None:
    far = {"lat": 32.0, "lon": 112.135, "to_lat": 32.07, "to_lon": 112.135}
    answer = asked.door.get("/tasks", params=far, headers=asked.mine)
    assert ids(answer) == ["issue-2"]
    assert "straight line" in answer.json()["notes"][0]


def test_all_ends_of_a_ride_are_needed(asked: Asked) -> None:
    half = {"lat": 32.03, "lon": 112.13, "to_lat": 32.03}
    assert faults(asked.door.get("/tasks", params=half, headers=asked.mine)) == {"to_lon"}
    assert faults(asked.door.get("/tasks?radius_m=0", headers=asked.mine)) == {"radius_m"}
    assert faults(asked.door.get("/tasks?rider=x", headers=asked.mine)) == {"rider"}


def test_an_answer_is_kept_once(asked: Asked, own_settings: Settings) -> None:
    def say(said: str) -> httpx.Response:
        return asked.door.post("/tasks/t-mine-1/answer", json={"answer": said}, headers=asked.mine)

    first = say("gone")
    assert first.json() == {
        "task_id": "t-mine-1",
        "issue_id": "issue-1",
        "answer": "gone",
        "answered_at": "2026-11-18T02:00:01Z",
        "points": 2,
    }
    assert say("gone").content == first.content
    assert say("there").status_code == 409
    assert ids(asked.door.get("/tasks", headers=asked.mine)) == ["issue-3", "issue-5"]
    with open_workspace(own_settings) as workspace, workspace.database.reading() as connection:
        entry = ledger.find_source(connection, "check:t-mine-1")
        assert entry is not None
        assert (entry.points, ledger.balance(connection, entry.rider)) == (2, 2)


def test_anothers_task_is_not_there(asked: Asked) -> None:
    said = {"answer": "gone"}
    others = asked.door.post("/tasks/t-other-1/answer", json=said, headers=asked.mine)
    none = asked.door.post("/tasks/t-none/answer", json=said, headers=asked.mine)
    assert (others.status_code, none.status_code) == (404, 404)
    assert others.content == none.content


@pytest.mark.parametrize(
    "body", [{}, {"answer": "maybe"}, {"answer": None}, {"answer": "gone", "rider": "x"}]
)
def test_another_answer_is_refused(asked: Asked, body: dict[str, object]) -> None:
    refused = asked.door.post("/tasks/t-mine-1/answer", json=body, headers=asked.mine)
    assert refused.status_code == 422
    assert "maybe" not in refused.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/tasks", None),
        ("POST", "/tasks/along", line()),
        ("POST", "/tasks/t-mine-1/answer", {"answer": "gone"}),
    ],
)
def test_only_a_riders_key_opens_them(
    asked: Asked, bearer: Callable, method: str, path: str, body: object
) -> None:
    statuses = {
        name: asked.door.request(method, path, json=body, headers=headers).status_code
        for name, headers in [
            ("none", {}),
            *((role, bearer(role)) for role in ("expired", "staff", "analyst", "admin")),
        ]
    }
    assert statuses == {"none": 401, "expired": 401, "staff": 403, "analyst": 403, "admin": 403}


def test_where_a_rider_goes_is_written_down_nowhere(
    asked: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="geo_service")
    secret = 112.137_131
    ends = {"lat": 32.038, "lon": secret, "to_lat": 32.038, "to_lon": 112.144}
    told = [
        asked.door.get("/tasks", params=ends, headers=asked.mine).text,
        asked.door.post(
            "/tasks/along", json=line([[secret, 32.038], WAY[1]]), headers=asked.mine
        ).text,
        asked.door.get("/tasks", params={**ends, "lat": 99}, headers=asked.mine).text,
    ]
    assert str(secret) not in "".join(told)
    assert str(secret) not in caplog.text

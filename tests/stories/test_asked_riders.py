"""Riders of the demo district find out on their way that a problem is gone."""

import shutil
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import shapely
import uvicorn

from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.progress import Wanted
from geo_service.domain.role import Role
from geo_service.flows.ask_riders import ask_riders
from geo_service.flows.manage_keys import add_key
from geo_service.flows.progress_issue import apply_move, changing
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import cases, ledger
from geo_service.store import keys as stored_keys
from geo_service.store import tasks as stored_tasks
from geo_service.store.keys import Key
from geo_service.web.app import make_served_app
from geo_service.web.server import DISCRETION

NOON = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
"""After the demo's five weeks of traces."""
ISSUE = "issue-003"
RIDERS = [f"rider-{number:02}" for number in range(1, 61)]


class Street:
    """The demo district with a server, a clock, and a key for every rider."""

    def __init__(self, workspace: Workspace, door: httpx.Client, clock: list[datetime]) -> None:
        self.workspace, self.door, self.clock = workspace, door, clock
        self.staff, _ = self._key(Role.STAFF)
        self.keys = {name: self._key(Role.RIDER, name) for name in RIDERS}

    def _key(self, role: Role, name: str = "") -> tuple[str, Key]:
        _, token = add_key(self.workspace, role, None, NOON, rider=name)
        with self.workspace.database.reading() as connection:
            key = stored_keys.find(connection, token, NOON)
        assert key is not None
        return token, key

    def go_to(self, stage: Stage) -> None:
        with changing(self.workspace, ISSUE) as (connection, case):
            wanted = Wanted(stage, body_id="body-branch" if stage is Stage.DISPATCHED else "")
            apply_move(connection, self.workspace, case, wanted, by=Mover.STAFF, now=self.clock[0])

    def tasks(self, name: str) -> dict[str, str]:
        """Return the tasks of the hours from now to tomorrow, by issue."""
        found = {}
        for hour in range(24):
            self.clock[0] = NOON + timedelta(hours=hour)
            for one in self.get("/tasks", self.keys[name][0])["features"]:
                found[one["properties"]["issue_id"]] = one["id"]
        return found

    def get(self, path: str, token: str) -> dict:
        answer = self.door.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def say(self, name: str, task_id: str, said: str) -> int:
        token = self.keys[name][0]
        answer = self.door.post(
            f"/tasks/{task_id}/answer",
            json={"answer": said},
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.status_code

    def usual_riders(self) -> set[str]:
        """Find by hand who passed the issue on three trips or more in four weeks."""
        trips: dict[str, int] = {}
        with self.workspace.database.reading() as connection:
            case = cases.find(connection, ISSUE)
        assert case is not None
        for fixes in self.workspace.lake.read(NOON - timedelta(days=28), NOON):
            for trip in range(fixes.trips):
                rows = slice(fixes.offsets[trip], fixes.offsets[trip + 1])
                north = (fixes.lat[rows] - case.issue.lat) * 110_900
                east = (fixes.lon[rows] - case.issue.lon) * 94_400
                line = shapely.linestrings(east, north)
                if shapely.distance(line, shapely.Point(0, 0)) < 25.2:
                    rider = fixes.rider_ids[fixes.rider[trip]]
                    trips[rider] = trips.get(rider, 0) + 1
        known_as = {key.rider: name for name, (_, key) in self.keys.items()}
        return {known_as[rider] for rider, times in trips.items() if times >= 3}


@pytest.fixture
def street(built_demo: Path, tmp_path: Path) -> Iterator[Street]:
    folder = shutil.copytree(built_demo, tmp_path / "workspace")
    # Only this story asks riders, and only when it says so.
    settings = Settings(
        workspace=folder, rider_key_file=built_demo.parent / "rider.key", upkeep_s=0.0
    )
    clock = [NOON]
    workspace = open_workspace(settings)
    listening = socket.create_server(("127.0.0.1", 0))
    app = make_served_app(workspace, clock=lambda: clock[0])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, **DISCRETION))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx.Client(base_url=address, timeout=60) as door:
            yield Street(workspace, door, clock)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def test_riders_who_pass_find_that_it_is_gone(street: Street) -> None:
    for stage in (Stage.DISPATCHED, Stage.HANDLING, Stage.REPORTED_BACK):
        street.go_to(stage)
    assert ask_riders(street.workspace, NOON) > 0
    asked = {name: street.tasks(name) for name in RIDERS}
    addressed = [name for name in RIDERS if ISSUE in asked[name]]
    assert 3 <= len(addressed) <= 10
    assert set(addressed) <= street.usual_riders()
    # Who does not pass sees nothing of it.
    stranger = next(name for name in RIDERS if name not in addressed)
    first, second, third, *others = addressed
    task_of = {name: asked[name][ISSUE] for name in addressed}
    street.clock[0] = NOON + timedelta(days=1)
    assert street.say(stranger, task_of[first], "gone") == 404
    assert street.say(second, task_of[first], "gone") == 404
    for name in (first, second):
        assert street.say(name, task_of[name], "gone") == 200
    told = street.get(f"/issues/{ISSUE}", street.staff)["properties"]
    assert told["stage"] == "reported_back"
    assert told["asked"] == {"asked": len(addressed), "there": 0, "gone": 2, "unsure": 0}
    assert street.say(third, task_of[third], "gone") == 200
    told = street.get(f"/issues/{ISSUE}", street.staff)["properties"]
    assert told["stage"] == "closed"
    assert told["moves"][-1]["by"] == "riders"
    assert told["moves"][-1]["why"].startswith("3 位路过骑手确认已消失")
    if others:
        assert street.say(others[0], task_of[others[0]], "gone") == 409
    with street.workspace.database.reading() as connection:
        balances = [
            ledger.balance(connection, street.keys[name][1].rider)
            for name in (first, second, third, stranger)
        ]
    assert balances == [2, 2, 2, 0]


def test_staff_never_see_whom_was_asked(street: Street) -> None:
    street.go_to(Stage.DISPATCHED)
    ask_riders(street.workspace, NOON)
    asked = {name: street.tasks(name) for name in RIDERS}
    addressed = [name for name in RIDERS if ISSUE in asked[name]]
    for name in addressed[:3]:
        assert street.say(name, asked[name][ISSUE], "there") == 200
    headers = {"Authorization": f"Bearer {street.staff}"}
    page = street.door.get(f"/issues/{ISSUE}", headers=headers).text
    assert "3 位路过骑手确认仍在" in page
    pseudonyms = [key.rider for _, key in street.keys.values()]
    assert not [name for name in [*pseudonyms, *RIDERS] if name in page]
    assert not [task for tasks in asked.values() for task in tasks.values() if task in page]
    assert street.door.get("/tasks", headers=headers).status_code == 403


def test_a_quarter_of_an_hour_later_nobody_is_asked_again(street: Street) -> None:
    asked = ask_riders(street.workspace, NOON)
    assert asked > 0
    assert ask_riders(street.workspace, NOON + timedelta(minutes=15)) == 0
    with street.workspace.database.reading() as connection:
        counts = [
            stored_tasks.counts_of_issue(connection, case.issue.issue_id)["asked"]
            for case in cases.find_many(connection, [f"issue-{n:03}" for n in range(1, 61)])
        ]
    assert sum(counts) == asked
    assert max(counts) == street.workspace.settings.ask_riders

"""Several processes of one command answer as one, whichever of them is asked."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from own_process import free_port, wait_for_port
from PIL import Image

from geo_service.domain.facility import Facility
from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.web.commons import FOLDER_NAME, IN_MEMORY
from geo_service.web.server import environment_of

WORKERS = 3
PLACE = {"lat": "32.041", "long": "112.142"}
REPORT = {**PLACE, "service_code": "standing_water"}
REPORTS_AN_HOUR = 4
PATIENCE_S = 60.0

pytestmark = pytest.mark.slow


class Serving:
    """A command with several workers, of which one at a time can be asked.

    Parameters
    ----------
    process : int
        The command's.
    port : int
        Where it listens.
    """

    def __init__(self, process: int, port: int) -> None:
        self.process = process
        self._address = f"http://127.0.0.1:{port}"

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text()
        return [int(one) for one in children.split() if _answers(int(one))]

    def ask(self, method: str, path: str, **more: object) -> httpx.Response:
        """Ask over a connection of its own, of whoever takes it."""
        with httpx.Client(base_url=self._address, timeout=PATIENCE_S) as client:
            return client.request(method, path, **more)  # type: ignore[arg-type]

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Have the others stand still for a moment, so that this one takes all connections."""
        others = [one for one in self.workers() if one != worker]
        _signal(others, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(others, signal.SIGCONT)

    def ask_each(self, method: str, path: str, **more: object) -> list[httpx.Response]:
        """Ask one worker after the other the same."""
        answers = []
        for worker in self.workers():
            with self.only(worker):
                answers.append(self.ask(method, path, **more))
        return answers


def _answers(process: int) -> bool:
    # Python's watcher over its processes' names is a child too.
    with suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def _signal(processes: Sequence[int], number: signal.Signals) -> None:
    for one in processes:
        with suppress(ProcessLookupError):
            os.kill(one, number)


def eventually(said: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not said():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def settings(reporting_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return those of a city with so many stations that its map asks for them later."""
    folder = tmp_path_factory.mktemp("workers") / "workspace"
    shutil.copytree(reporting_settings.workspace, folder)
    settings = replace(reporting_settings, workspace=folder, reports_per_hour=REPORTS_AN_HOUR)
    stations = [
        Facility(f"many-{row}", "rest_station", 112.14 + row / 1e5, 32.04, name=f"驿站 {row}")
        for row in range(600)
    ]
    with open_workspace(settings) as workspace, workspace.database.writing() as connection:
        stored_facilities.write(connection, stations)
    return settings


@pytest.fixture(scope="module")
def serving(settings: Settings) -> Iterator[Serving]:
    port = free_port()
    command = ["serve", "--port", str(port), "--workers", str(WORKERS)]
    process = subprocess.Popen(
        [sys.executable, "-m", "geo_service", *command],
        env={**os.environ, **environment_of(settings)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, lambda: process.poll() is None)
        serving = Serving(process.pid, port)
        eventually(lambda: len(serving.workers()) == WORKERS)
        for worker in serving.workers():
            with serving.only(worker):
                assert serving.ask("GET", "/health/ready").status_code == 200
        yield serving
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
    assert not list(IN_MEMORY.glob(f"{FOLDER_NAME}{process.pid}-*"))


def test_a_state_reported_to_one_is_told_by_all(serving: Serving, settings: Settings) -> None:
    with open_workspace(settings) as workspace:
        _, key = add_key(workspace, Role.STAFF, None, datetime.now(UTC))
    asked = "/facilities/nearest?lat=32.041&lon=112.142&kind=charging_cabinet&k=5"
    for worker, charged in zip(serving.workers(), (4, 5, 6), strict=True):
        state = {"observed_at": datetime.now(UTC).isoformat(), "charged": charged, "empty": 1}
        with serving.only(worker):
            written = serving.ask(
                "PUT",
                "/facilities/cabinet-fresh/state",
                json=state,
                headers={"Authorization": f"Bearer {key}"},
            )
            assert written.is_success, written.text
        for answer in serving.ask_each("GET", asked):
            found = {
                one["properties"]["id"]: one["properties"] for one in answer.json()["features"]
            }
            assert found["cabinet-fresh"]["usable"] == "yes"
            assert found["cabinet-fresh"]["state_age_s"] < PATIENCE_S
        for answer in serving.ask_each("GET", "/facilities/cabinet-fresh"):
            assert answer.json()["properties"]["state"]["charged"] == charged


def test_parts_of_a_map_that_one_drew_are_given_by_all(serving: Serving) -> None:
    for worker in serving.workers():
        with serving.only(worker):
            page = serving.ask("GET", "/planner").text
        part = re.search(r"/maps/parts/\w+/[\w-]+", page)
        assert part is not None
        answers = serving.ask_each("GET", part[0])
        assert [one.status_code for one in answers] == [200] * WORKERS
        assert len({one.content for one in answers}) == 1


def test_photos_of_a_form_that_one_refused_are_held_for_all(serving: Serving) -> None:
    file = BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG")
    media = [("media", ("a.jpg", file.getvalue(), "image/jpeg"))]
    refused = serving.ask("POST", "/report/photos", data=PLACE, files=media)
    held = re.findall(r'name="held" value="([^"]+)"', refused.text)
    assert len(held) == 1
    for again in serving.ask_each("POST", "/report/photos", data={**PLACE, "held": held}):
        assert re.findall(r'name="held" value="([^"]+)"', again.text) == held


def test_reports_are_counted_together_and_so_are_requests(serving: Serving) -> None:
    statuses = []
    for number in range(REPORTS_AN_HOUR + WORKERS):
        with serving.only(serving.workers()[number % WORKERS]):
            form = {**REPORT, "description": f"第 {number} 个"}
            statuses.append(serving.ask("POST", "/open311/v2/requests.json", data=form).status_code)
    assert statuses == [201] * REPORTS_AN_HOUR + [429] * WORKERS

    def told(of_all: bytes) -> bool:
        return all(of_all in one.content for one in serving.ask_each("GET", "/metrics"))

    line = 'method="POST",path="/open311/v2/requests.{format}",status="%s"} %d.0'
    eventually(lambda: told((line % ("2xx", REPORTS_AN_HOUR)).encode()))
    eventually(lambda: told((line % ("4xx", WORKERS)).encode()))


def test_one_that_is_killed_is_replaced_while_the_others_answer(serving: Serving) -> None:
    killed = serving.workers()[0]
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: killed not in serving.workers())
    for _ in range(20):
        assert serving.ask("GET", "/facilities/nearest?lat=32.041&lon=112.142").status_code == 200
    eventually(lambda: len(serving.workers()) == WORKERS)
    for answer in serving.ask_each("GET", "/health/ready"):
        assert answer.status_code == 200

"""A server is killed at random moments of reporting; every acknowledged report is there once."""

import os
import random
import shutil
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from own_process import free_port, served

from geo_service.flows.wiring import open_workspace
from geo_service.settings import PREFIX, Settings

KILLS = int(os.environ.get("KILLS", "5"))
"""How many times; ``scripts/faults`` asks for 50."""
SENDERS = 4
PATIENCE_S = 60.0
PATH = "/open311/v2/requests.json"


@contextmanager
def serving(settings: Settings, port: int) -> Iterator[int]:
    environ = {
        f"{PREFIX}WORKSPACE": str(settings.workspace),
        f"{PREFIX}RIDER_KEY_FILE": str(settings.rider_key_file),
        f"{PREFIX}UPKEEP_S": "0",
        f"{PREFIX}REPORTS_PER_HOUR": "0",
    }
    command = [sys.executable, "-m", "geo_service", "serve", "--port", str(port)]
    with served(command, port, environ) as process:
        yield process


class Sender:
    """Sends reports one after the other, as fast as they are acknowledged."""

    def __init__(self, port: int, name: str) -> None:
        self._port, self._name = port, name
        self.acknowledged: dict[str, str] = {}
        """The key of each report that was answered, and the id it was told."""
        self.unanswered = ""

    def send_until_killed(self) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=30) as client:
            for number in range(100_000):
                key = f"{self._name}-{number}"
                try:
                    self.acknowledged[key] = send(client, key)
                except httpx.HTTPError:
                    self.unanswered = key
                    return


def send(client: httpx.Client, key: str) -> str:
    form = {
        "service_code": "standing_water",
        "lat": "32.0381",
        "long": "112.1382",
        "description": f"报告 {key}",
    }
    answer = client.post(PATH, data=form, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return str(answer.json()[0]["service_request_id"])


def stored(settings: Settings) -> Counter[tuple[str, str]]:
    """Count what the database holds: description and id of every report."""
    with open_workspace(settings) as workspace, workspace.database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT description, issues.issue_id FROM issues"
            " JOIN cases ON cases.issue_id = issues.issue_id"
            " JOIN case_moves ON case_moves.issue_id = issues.issue_id AND number = 1"
            " WHERE description LIKE '报告%'"
        ).all()
    return Counter((row[0], row[1]) for row in rows)


@pytest.mark.slow
def test_every_acknowledged_report_is_there_once(small_city: Settings, tmp_path: Path) -> None:
    settings = replace(small_city, workspace=tmp_path / "city", rider_key_file=tmp_path / "key")
    shutil.copytree(small_city.workspace, settings.workspace)
    chance = random.Random(20261128)  # noqa: S311 - moments to kill at, no secrets
    promised: dict[str, str] = {}
    for kill in range(KILLS):
        port = free_port()
        senders = [Sender(port, f"{kill}-{number}") for number in range(SENDERS)]
        with serving(settings, port) as process:
            threads = [threading.Thread(target=one.send_until_killed) for one in senders]
            for thread in threads:
                thread.start()
            threading.Event().wait(chance.uniform(0.05, 0.8))
            os.kill(process, signal.SIGKILL)
            for thread in threads:
                thread.join(PATIENCE_S)
        for sender in senders:
            promised.update(sender.acknowledged)
        # What was not answered is sent again, twice: it is one issue, kept before or only now.
        again = free_port()
        with (
            serving(settings, again),
            httpx.Client(base_url=f"http://127.0.0.1:{again}", timeout=30) as client,
        ):
            for sender in senders:
                if sender.unanswered:
                    first, second = (send(client, sender.unanswered) for _ in range(2))
                    assert first == second
                    promised[sender.unanswered] = first
    expected = Counter((f"报告 {key}", issue_id) for key, issue_id in promised.items())
    assert stored(settings) == expected
    assert len(expected) > KILLS

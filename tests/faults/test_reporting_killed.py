"""A server is killed at random moments of reporting; every acknowledged report is there once."""

import os
import random
import shutil
import signal
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from killed_work import serving
from own_process import free_port

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

KILLS = int(os.environ.get("KILLS", "5"))
"""How many times; ``scripts/faults`` asks for 100."""
SENDERS = 4
PATIENCE_S = 60.0
PATH = "/open311/v2/requests.json"


class Sender:
    """Sends reports one after the other, as fast as they are acknowledged."""

    def __init__(self, port: int, name: str) -> None:
        self._port, self._name = port, name
        self.acknowledged: dict[str, str] = {}
        """The key of each report that was answered, and the id it was told."""
        self.unanswered = ""

    def send_until_killed(self, begun: threading.Event) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=30) as client:
            for number in range(100_000):
                key = f"{self._name}-{number}"
                try:
                    self.acknowledged[key] = send(client, key)
                    begun.set()
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
    settings = replace(settings, upkeep_s=0.0)
    shutil.copytree(small_city.workspace, settings.workspace)
    chance = random.Random(20261128)  # noqa: S311 - moments to kill at, no secrets
    promised: dict[str, str] = {}
    unanswered: list[str] = []
    for kill in range(KILLS + 1):
        port = free_port()
        senders = [Sender(port, f"{kill}-{number}") for number in range(SENDERS)]
        with serving(settings, port) as process:
            # What was not answered is sent again, twice: it is one issue, kept before or only now.
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                for key in unanswered:
                    first, second = (send(client, key) for _ in range(2))
                    assert first == second
                    promised[key] = first
            if kill == KILLS:
                break
            begun = threading.Event()
            threads = [
                threading.Thread(target=one.send_until_killed, args=(begun,)) for one in senders
            ]
            for thread in threads:
                thread.start()
            assert begun.wait(PATIENCE_S)
            threading.Event().wait(chance.uniform(0, 0.4))
            os.kill(process, signal.SIGKILL)
            for thread in threads:
                thread.join(PATIENCE_S)
        unanswered = [sender.unanswered for sender in senders if sender.unanswered]
        for sender in senders:
            promised.update(sender.acknowledged)
    expected = Counter((f"报告 {key}", issue_id) for key, issue_id in promised.items())
    assert stored(settings) == expected
    assert len(expected) > KILLS

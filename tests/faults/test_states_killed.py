"""A server is killed at random moments of state updates: the last one acknowledged is known."""

import os
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from killed_work import serving
from own_process import free_port
from whole_city import NOW

from geo_service.domain.facility import Facility, State
from geo_service.domain.role import Role
from geo_service.flows.examine_workspace import examine
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities
from geo_service.store.change_journal import FACILITIES, changed_since
from geo_service.store.city import changes

KILLS = int(os.environ.get("KILLS", "5"))
"""How many times; ``scripts/faults`` asks for 100."""
CABINETS = 4
PATIENCE_S = 60.0


def state_of(number: int) -> State:
    """Return what a cabinet observes as its so-many-th; no two of one cabinet are the same."""
    return State(NOW + timedelta(seconds=number), free=number, empty=number + 1)


class Cabinet:
    """Reports one state after the other, as fast as they are acknowledged."""

    def __init__(self, facility_id: str, key: str) -> None:
        self.facility_id, self._key = facility_id, key
        self.sent = self.acknowledged = 0
        self.found = 0
        """What was known of it the last time somebody looked."""

    def report_until_killed(self, port: int, begun: threading.Event) -> None:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                while True:
                    self.report(client)
                    begun.set()
        except httpx.HTTPError:
            pass

    def report(self, client: httpx.Client) -> None:
        self.sent += 1
        state = state_of(self.sent)
        answer = client.put(
            f"/facilities/{self.facility_id}/state",
            json={
                "observed_at": state.observed_at.isoformat(),
                "free": state.free,
                "empty": state.empty,
            },
            headers={"Authorization": f"Bearer {self._key}"},
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["kept"], answer.text
        self.acknowledged = self.sent

    def look(self, state: State | None) -> None:
        """See that nothing acknowledged is lost and nothing is known that was not sent."""
        self.found = 0 if state is None else state.free or 0
        assert self.found in range(self.acknowledged, self.sent + 1)
        assert state == (state_of(self.found) if self.found else None)


@pytest.mark.slow
def test_the_last_state_acknowledged_is_known(copy_city: Callable[..., Settings]) -> None:
    settings = replace(copy_city("city"), upkeep_s=0.0)
    chance = random.Random(20261204)  # noqa: S311 - moments to kill at, no secrets
    names = [f"c{number}" for number in range(CABINETS)]
    with open_workspace(settings) as workspace:
        key = add_key(workspace, Role.STAFF, None, NOW)[1]
        with workspace.database.writing() as connection:
            known = [Facility(name, "charging_cabinet", 112.144, 32.0401) for name in names]
            facilities.write(connection, known)
            before = changes(connection)
    cabinets = [Cabinet(name, key) for name in names]
    midway = 0
    for _ in range(KILLS):
        port = free_port()
        with serving(settings, port) as process:
            begun = threading.Event()
            threads = [
                threading.Thread(target=one.report_until_killed, args=(port, begun))
                for one in cabinets
            ]
            for thread in threads:
                thread.start()
            assert begun.wait(PATIENCE_S)
            threading.Event().wait(chance.uniform(0, 0.3))
            os.kill(process, signal.SIGKILL)
            for thread in threads:
                thread.join(PATIENCE_S)
        with open_workspace(settings) as workspace:
            with workspace.database.reading() as connection:
                known = facilities.find_many(connection, names)
                noted = changed_since(connection, FACILITIES, before)
            for cabinet, facility in zip(cabinets, known, strict=True):
                cabinet.look(facility.state)
                assert (facility.state is None) or cabinet.facility_id in (noted or ())
            assert examine(workspace).findings == ()
        midway += any(one.sent > one.acknowledged for one in cabinets)
        # What was not answered is sent once more, or followed by what is observed next; nothing
        # older than what is known, which would be told apart as late.
        for cabinet in cabinets:
            oldest = max(cabinet.acknowledged, cabinet.found - 1)
            cabinet.sent -= chance.randint(0, cabinet.sent - oldest)
    assert midway
    assert all(cabinet.acknowledged for cabinet in cabinets)

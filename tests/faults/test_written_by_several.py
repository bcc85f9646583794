"""Several processes write to one workspace at once: each waits its turn, and nothing is lost."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from city_rows import rows_of
from killed_work import FORKED, have_server, serving
from own_process import free_port
from whole_city import NOW
from works import PLACES, file_of, load

from geo_service.domain.role import Role
from geo_service.errors import NotReady
from geo_service.flows.examine_workspace import examine
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import address_in, open_workspace
from geo_service.settings import Settings
from geo_service.store.database import Database

PATIENCE_S = 120.0
STATES = 30
NEAREST = "/facilities/nearest?lat=32.04&lon=112.145&k=3"


def named(file: Path, name: str) -> Path:
    """Copy a file to load, its records under other ids."""
    told = json.loads(file.read_text())
    for feature in told["features"]:
        feature["properties"]["id"] = f"{name}-{feature['properties']['id']}"
    other = file.with_stem(f"{file.stem}-{name}")
    other.write_text(json.dumps(told))
    return other


@pytest.mark.slow
def test_two_servers_and_three_loads_at_once_lose_nothing(
    copy_city: Callable[[str], Settings], tmp_path: Path
) -> None:
    settings = replace(copy_city("city"), upkeep_s=0.0)
    with open_workspace(settings) as workspace:
        key = add_key(workspace, Role.STAFF, None, NOW)[1]
    before = rows_of(settings)
    plain = file_of("facilities", tmp_path)
    files = [("facilities", named(plain, name)) for name in "ab"]
    files.append(("traces", file_of("traces", tmp_path)))
    have_server()
    loads = [FORKED.Process(target=load, args=(settings, *one), daemon=True) for one in files]
    acknowledged: list[str] = []
    ports = [free_port(), free_port()]
    ended = threading.Event()

    def report(port: int) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
            for number in range(STATES):
                moment = (NOW + timedelta(seconds=number)).isoformat()
                state = {"observed_at": moment, "free": number}
                assert client.put("/facilities/cabinet/state", json=state).status_code == 200
                said = f"{port} {number}"
                answer = client.post(
                    "/open311/v2/requests.json",
                    data={
                        "service_code": "standing_water",
                        "lat": "32.0401",
                        "long": "112.145",
                        "description": said,
                    },
                    headers={"Idempotency-Key": said},
                )
                assert answer.status_code == 201, answer.text
                acknowledged.append(said)

    def read(port: int) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            while not ended.is_set():
                answers.append(client.get(NEAREST).status_code)

    answers: list[int] = []
    with serving(settings, ports[0]), serving(settings, ports[1]):
        reader = threading.Thread(target=read, args=(ports[0],))
        writers = [threading.Thread(target=report, args=(port,)) for port in ports]
        for one in (reader, *loads, *writers):
            one.start()
        for one in (*loads, *writers):
            one.join(PATIENCE_S)
        ended.set()
        reader.join(PATIENCE_S)
    assert [process.exitcode for process in loads] == [0, 0, 0]
    assert set(answers) == {200}
    assert sorted(acknowledged) == sorted(f"{port} {n}" for port in ports for n in range(STATES))
    after = rows_of(settings)
    assert after["facilities"].total() == before["facilities"].total() + 2 * PLACES
    assert after["issues"].total() == before["issues"].total() + 2 * STATES
    # Five of the trips were there already, under these ids, and are replaced.
    assert after["trips"].total() == len(json.loads(files[2][1].read_text())["features"])
    with open_workspace(settings) as workspace:
        assert examine(workspace).sound


def test_who_waits_too_long_for_another_is_told_and_readers_wait_for_nobody(
    copy_city: Callable[[str], Settings],
) -> None:
    settings = copy_city("city")
    hasty = Database(address_in(settings.workspace), patience_s=0.05)
    with open_workspace(settings) as workspace, workspace.database.writing() as first:
        first.exec_driver_sql("UPDATE city SET note = 'of the first'")
        with (
            pytest.raises(NotReady, match=r"Another command is writing.*Try again"),
            hasty.writing() as second,
        ):
            second.exec_driver_sql("UPDATE city SET note = 'of the second'")
        with hasty.reading() as reader:
            assert reader.exec_driver_sql("SELECT note FROM city").scalar() == "注"
    with hasty.reading() as reader:
        assert reader.exec_driver_sql("SELECT note FROM city").scalar() == "of the first"
    hasty.close()

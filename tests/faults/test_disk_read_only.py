"""The disk is mounted read-only: what there is is answered, and each write says why it can't be."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from city_rows import rows_of
from killed_work import serving
from own_process import free_port
from whole_city import NOW, empty_tables
from works import LOADS, file_of

from geo_service.cli.main import main
from geo_service.domain.role import Role
from geo_service.errors import NotReady
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import PREFIX, Settings
from geo_service.store.change_watch import ChangeWatch

STATE = {"observed_at": "2026-11-20T04:00:00Z", "free": 7}
REPORT = {
    "service_code": "standing_water",
    "lat": "32.0401",
    "long": "112.145",
    "description": "满",
}
PAGES = (
    "/facilities/nearest?lat=32.04&lon=112.145",
    "/facilities/cabinet",
    "/",
    "/planner",
    "/report",
    "/desk",
    "/releases/2026-10",
    "/ogc/collections/facilities/items",
    "/open311/v2/requests.json",
    "/health/ready",
)


@pytest.fixture
def read_only(
    hurt_city: Settings,
    mount_disk: Callable[[int], Path],
    make_read_only: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Settings, str]:
    """Return a city on a disk that can only be read, and a key of its staff."""
    folder = mount_disk(6000) / "city"
    shutil.copytree(hurt_city.workspace, folder)
    settings = replace(hurt_city, workspace=folder, upkeep_s=0.0)
    with open_workspace(settings) as workspace:
        key = add_key(workspace, Role.STAFF, None, NOW)[1]
    make_read_only(folder.parent)
    monkeypatch.setenv(f"{PREFIX}WORKSPACE", str(folder))
    monkeypatch.setenv(f"{PREFIX}RIDER_KEY_FILE", str(settings.rider_key_file))
    return settings, key


def test_a_server_answers_and_says_that_nothing_can_be_written(
    read_only: tuple[Settings, str], hurt_city: Settings
) -> None:
    settings, key = read_only
    port = free_port()
    headers = {"Authorization": f"Bearer {key}"}
    with (
        serving(settings, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client,
    ):
        for page in PAGES:
            assert client.get(page).status_code == 200, page
        for answer in (
            client.put("/facilities/cabinet/state", json=STATE),
            client.post("/open311/v2/requests.json", data=REPORT),
            client.delete("/facilities/cabinet"),
        ):
            assert answer.status_code == 503, answer.text
            assert "written" in answer.text
            assert "read-only" in answer.text
            assert str(settings.workspace) not in answer.text
        for page in PAGES:
            assert client.get(page).status_code == 200, page
    keys, before = rows_of(settings), rows_of(hurt_city)
    assert keys["keys"].total() == before["keys"].total() + 1
    assert keys | {"keys": before["keys"]} == before


@pytest.mark.parametrize("what", LOADS)
def test_a_load_is_refused_and_doctor_works(
    what: str,
    read_only: tuple[Settings, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings, _ = read_only
    assert main(["load", what, str(file_of(what, tmp_path))]) == 1
    told = capsys.readouterr().err
    assert "can't be written" in told
    assert "read-only" in told.lower()
    assert str(settings.workspace) in told
    assert "mounted read-only" in caplog.text
    assert main(["doctor"]) == 0
    assert main(["nearest", "32.04", "112.145"]) == 0


def test_what_was_committed_before_a_crash_is_read_though_the_log_was_not_emptied(
    copy_city: Callable[..., Settings],
    mount_disk: Callable[[int], Path],
    make_read_only: Callable[[Path], None],
) -> None:
    settings, folder = copy_city("killed"), mount_disk(6000) / "city"
    with open_workspace(settings) as workspace:
        with workspace.database.writing() as connection:
            connection.exec_driver_sql("UPDATE city SET note = 'the log holds it'")
        # As a killed process leaves it: what was written last lies in the log.
        shutil.copytree(settings.workspace, folder)
    assert list(folder.glob("*-wal"))
    make_read_only(folder.parent)
    with open_workspace(replace(settings, workspace=folder)) as workspace:
        assert empty_tables(workspace) == []
        with workspace.database.reading() as connection:
            asked = connection.exec_driver_sql("SELECT note FROM city")
            assert asked.scalar() == "the log holds it"
        watch = ChangeWatch(workspace.database)
        assert watch.stamp() == watch.stamp()
        with (
            pytest.raises(NotReady, match="can't be written"),
            workspace.database.writing() as connection,
        ):
            connection.exec_driver_sql("UPDATE city SET note = ''")

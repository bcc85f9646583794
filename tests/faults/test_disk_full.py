"""The disk is full: each write says so and leaves nothing half, reads go on, and with room the same
write works."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from city_rows import Rows, rows_of
from killed_work import serving
from own_process import free_port
from PIL import Image
from whole_city import NOW
from works import LOADS, file_of

from geo_service.cli.main import main
from geo_service.domain.role import Role
from geo_service.flows.examine_workspace import examine
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import PREFIX, Settings

KILOBYTES = 6000
NEAREST = "/facilities/nearest?lat=32.04&lon=112.145"


@pytest.fixture
def on_disk(
    hurt_city: Settings, mount_disk: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Return a city on a disk of its own, which commands find in their environment."""
    folder = mount_disk(KILOBYTES) / "city"
    shutil.copytree(hurt_city.workspace, folder)
    settings = replace(hurt_city, workspace=folder, upkeep_s=0.0)
    monkeypatch.setenv(f"{PREFIX}WORKSPACE", str(folder))
    monkeypatch.setenv(f"{PREFIX}RIDER_KEY_FILE", str(settings.rider_key_file))
    return settings


@contextmanager
def filled(settings: Settings) -> Iterator[None]:
    """Have no room on the disk while the block runs."""
    filler = settings.workspace.parent / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(filler.parent).free)
    try:
        yield
    finally:
        filler.unlink()


def picture() -> bytes:
    drawn = BytesIO()
    Image.effect_noise((300, 300), 90).convert("RGB").save(drawn, "JPEG")
    return drawn.getvalue()


def report(client: httpx.Client) -> httpx.Response:
    form = {"service_code": "standing_water", "lat": "32.0401", "long": "112.145"}
    form["description"] = "满"
    return client.post(
        "/open311/v2/requests.json",
        data=form,
        files={"media": ("a.jpg", picture())},
        headers={"Idempotency-Key": "once"},
    )


def put_state(client: httpx.Client) -> httpx.Response:
    state = {"observed_at": "2026-11-20T04:00:00Z", "free": 7}
    return client.put("/facilities/cabinet/state", json=state)


def test_a_server_says_so_and_reads_go_on(on_disk: Settings) -> None:
    with open_workspace(on_disk) as workspace:
        key = add_key(workspace, Role.STAFF, None, NOW)[1]
    port = free_port()
    headers = {"Authorization": f"Bearer {key}"}
    address = f"http://127.0.0.1:{port}"
    with (
        serving(on_disk, port),
        httpx.Client(base_url=address, headers=headers, timeout=30) as client,
    ):
        before = rows_of(on_disk)
        asked = client.get(NEAREST)
        with filled(on_disk):
            for write in (report, put_state):
                answer = write(client)
                assert answer.status_code == 503, answer.text
                assert "full" in answer.text or "No space left" in answer.text, answer.text
                assert "ake room" in answer.text
                assert str(on_disk.workspace) not in answer.text
            again = client.get(NEAREST)
            assert again.status_code == 200
            assert ids(again) == ids(asked) == ["cabinet"]
            for page in ("/", "/planner", "/desk", "/health/ready", "/open311/v2/requests.json"):
                assert client.get(page).status_code == 200, page
            assert rows_of(on_disk) == before
        assert report(client).status_code == 201
        assert put_state(client).json()["kept"]
    assert_one_more_photo(before, rows_of(on_disk))
    with open_workspace(on_disk) as workspace:
        assert examine(workspace).findings == ()


def ids(answer: httpx.Response) -> list[str]:
    return [feature["id"] for feature in answer.json()["features"]]


def assert_one_more_photo(before: Rows, after: Rows) -> None:
    for name in ("issues", "photos", "photo files"):
        assert after[name].total() == before[name].total() + 1


@pytest.mark.parametrize("words", [*(("load", what) for what in LOADS), ("release", "2026-09")])
def test_a_command_says_so_and_leaves_nothing_half(
    words: tuple[str, str],
    on_disk: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = [*words, *([str(file_of(words[1], tmp_path))] if words[0] == "load" else [])]
    before = rows_of(on_disk)
    with filled(on_disk):
        assert main(command) == 1
        told = capsys.readouterr().err
        assert "full" in told or "No space left" in told, told
        assert str(on_disk.workspace) in told
    # Where somebody has the city open, as a server has, commands can read it on a full disk too.
    with open_workspace(on_disk) as workspace, workspace.database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM city")
        with filled(on_disk):
            assert main(command) == 1
            told = capsys.readouterr().err
            assert "full" in told or "No space left" in told, told
            assert main(["nearest", "32.04", "112.145"]) == 0
            assert main(["doctor"]) == 0
            assert capsys.readouterr().err.count("of no use") == 0
    assert rows_of(on_disk) == before
    assert main(command) == 0
    assert rows_of(on_disk) != before
    with open_workspace(on_disk) as workspace:
        assert examine(workspace).sound

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from geo_service.errors import NotReady
from geo_service.settings import Basemap, Settings
from geo_service.web.server import environment_of, log_config, serve


def test_settings_come_back_from_the_environment(settings: Settings) -> None:
    ours = replace(settings, max_snap_m=321.5, release_riders=11, basemap=Basemap.AMAP)
    assert Settings.from_environ(environment_of(ours)) == ours


def test_without_a_workspace_it_says_so_before_anything_is_started(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no workspace"):
        serve(Settings(workspace=tmp_path / "none"), host="127.0.0.1", port=1, workers=1)


def test_our_log_stands_beside_the_servers() -> None:
    loggers = log_config()["loggers"]
    assert {"uvicorn", "geo_service"} <= set(loggers)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_command_serves_the_workspace_and_stops_when_told(settings: Settings, workers: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(
        [sys.executable, "-m", "geo_service", *words],
        env={**os.environ, **environment_of(settings)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = []
    try:
        for line in process.stderr:
            said.append(line)
            if "startup complete" in line:
                break
        # It listens a moment after it has said so.
        with httpx.Client(transport=httpx.HTTPTransport(retries=6), timeout=60) as client:
            answer = client.get(f"http://127.0.0.1:{port}/health/ready?secret=1")
        assert answer.status_code == 200
    finally:
        process.terminate()
        _, rest = process.communicate(timeout=30)
    log = "".join(said) + rest
    assert "GET /health/ready 200" in log
    assert "secret" not in log
    assert "Traceback" not in log


def test_a_process_may_have_as_many_files_open_as_it_has_connections() -> None:
    script = (
        "import resource\n"
        "from geo_service.web.server import allow_files\n"
        "_, granted = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, min(granted, 500)))\n"
        "for wanted in (200, 100, 4000):\n"
        "    allow_files(wanted)\n"
        "    print(*resource.getrlimit(resource.RLIMIT_NOFILE))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert told.stdout.split("\n")[:3] == ["200 500", "200 500", "500 500"]

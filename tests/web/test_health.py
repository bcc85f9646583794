from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx

from geo_service.domain.opening import Calendar
from geo_service.flows.start_workspace import start_workspace
from geo_service.settings import Settings


def test_live_and_ready(door: httpx.Client) -> None:
    assert door.get("/health/live").json() == {"status": "live"}
    assert door.get("/health/ready").json() == {"status": "ready"}


def test_without_streets_it_lives_and_is_not_ready(
    serve_city: Callable, tmp_path: Path, now: datetime
) -> None:
    settings = Settings(workspace=tmp_path / "empty")
    start_workspace(settings, Calendar()).close()
    with serve_city(settings, lambda: now) as door:
        assert door.get("/health/live").status_code == 200
        refused = door.get("/health/ready")
        assert refused.status_code == 503
        assert "no streets" in refused.json()["detail"]
        assert str(tmp_path) not in refused.text
        assert int(refused.headers["retry-after"]) > 0
        page = door.get("/", headers={"Accept-Language": "en", "Accept": "text/html"})
        assert page.status_code == 503
        assert "not ready yet" in page.text
        assert door.get("/planner").status_code == 200

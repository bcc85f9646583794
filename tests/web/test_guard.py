import logging

import httpx
import pytest

EVERYWHERE = [
    "/",
    "/planner",
    "/facilities/nearest?lat=32.0341&lon=112.1341",
    "/facilities/nearest",
    "/nothing",
    "/docs",
    "/openapi.json",
    "/assets/rider.js",
    "/assets/swagger/swagger-ui.css",
    "/health/live",
    "/overlay/issues",
]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_is_guarded(door: httpx.Client, path: str) -> None:
    headers = door.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "script-src 'unsafe" not in headers["content-security-policy"]
    assert "server" not in headers


def test_log_holds_the_path_and_never_the_query(
    door: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        door.get("/facilities/nearest?lat=32.0341&lon=112.1341")
        door.get("/planner?key=gs_secret")
        door.get("/facilities/nearest?lat=nan")
        door.get("/facilities/a%0AGET%20/b 200")
    ours = [entry for entry in caplog.records if entry.name.startswith("geo_service")]
    said = [entry.getMessage() for entry in ours]
    assert any(entry.startswith("GET /facilities/nearest 200 ") for entry in said)
    assert any(entry.startswith("GET /facilities/a%0AGET%20/b%20200 404 ") for entry in said)
    assert not any("32.03" in entry or "secret" in entry or "?" in entry for entry in said)

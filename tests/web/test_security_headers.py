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
def test_every_answer_bears_the_headers(door: httpx.Client, path: str) -> None:
    headers = door.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "script-src 'unsafe" not in headers["content-security-policy"]
    assert "server" not in headers

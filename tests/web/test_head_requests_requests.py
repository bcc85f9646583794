import httpx
import pytest


@pytest.mark.parametrize("path", ["/", "/planner", "/health/live", "/releases", "/openapi.json"])
def test_head_is_answered_as_get_without_the_body(door: httpx.Client, path: str) -> None:
    got, headed = door.get(path), door.head(path)
    assert headed.status_code == got.status_code == 200
    assert headed.content == b""
    assert headed.headers["content-type"] == got.headers["content-type"]


def test_head_has_no_more_rights_than_get(door: httpx.Client) -> None:
    assert door.head("/overlay/issues").status_code == 401
    assert door.head("/maps/passes.html").status_code == 401

from collections.abc import Callable

import httpx
import pytest

Bearer = Callable[[str], dict[str, str]]

PATH = "/overlay/issues"


@pytest.mark.parametrize("role", ["analyst", "admin"])
def test_analysts_and_administrators_come_in(door: httpx.Client, bearer: Bearer, role: str) -> None:
    assert door.get(PATH, headers=bearer(role)).status_code == 200


@pytest.mark.parametrize("role", ["rider", "operator", "staff"])
def test_other_roles_are_told_that_they_may_not(
    door: httpx.Client, bearer: Bearer, role: str
) -> None:
    refused = door.get(PATH, headers=bearer(role))
    assert refused.status_code == 403
    assert "analyst" in refused.json()["detail"]
    assert "www-authenticate" not in refused.headers


def test_without_a_key_the_answer_is_401(door: httpx.Client) -> None:
    refused = door.get(PATH)
    assert refused.status_code == 401
    assert refused.json()["type"] == "/problems/no-key"
    assert refused.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", ["expired", "revoked"])
def test_keys_that_have_ended_are_told_so(
    door: httpx.Client, bearer: Bearer, keys: dict[str, str], name: str
) -> None:
    refused = door.get(PATH, headers=bearer(name))
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert keys[name] not in refused.text


@pytest.mark.parametrize(
    "header", ["Bearer nothing", "Bearer", "Basic YTpi", "gs_xyz", "Bearer " + "x" * 5000]
)
def test_headers_that_hold_no_key_are_refused(door: httpx.Client, header: str) -> None:
    refused = door.get(PATH, headers={"Authorization": header})
    assert refused.status_code == 401
    assert "xxx" not in refused.text


def test_scheme_is_read_in_any_case(door: httpx.Client, keys: dict[str, str]) -> None:
    header = {"Authorization": f"bearer  {keys['analyst']}"}
    assert door.get(PATH, headers=header).status_code == 200


def test_cookie_opens_pages_and_nothing_else(door: httpx.Client, keys: dict[str, str]) -> None:
    cookie = {"Cookie": f"geo_service_key_{door.base_url.port}={keys['analyst']}"}
    assert door.get("/maps/passes.html", headers=cookie).status_code == 200
    refused = door.get(PATH, headers=cookie)
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers, "the key is good where it counts"


def test_key_in_the_address_opens_no_door_but_the_planners(
    door: httpx.Client, keys: dict[str, str]
) -> None:
    assert door.get(PATH, params={"key": keys["analyst"]}).status_code == 401

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import areas

Bearer = Callable[[str], dict[str, str]]
REPORT = {"service_code": "standing_water", "lat": "32.0352", "long": "112.1372"}


@pytest.fixture
def own_door(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> Iterator[httpx.Client]:
    import shapely  # noqa: PLC0415 - for one square

    square = shapely.to_wkb(shapely.box(112.12, 32.02, 112.16, 32.06))
    with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
        areas.write(
            connection,
            [Area("a", "商圈", "body", square)],
            [Body("body", "商圈党委", Level.BUSINESS_DISTRICT_COMMITTEE, "District committee")],
        )
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        yield client


@pytest.fixture
def riders(own_settings: Settings, now: datetime) -> list[dict[str, str]]:
    """Return the headers of two riders."""
    with open_workspace(own_settings) as workspace:
        tokens = [add_key(workspace, Role.RIDER, None, now)[1] for _ in range(2)]
    return [{"Authorization": f"Bearer {token}"} for token in tokens]


def reported(door: httpx.Client, headers: dict[str, str], **more: str) -> str:
    answer = door.post("/open311/v2/requests.json", data=REPORT | more, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()[0]["service_request_id"])


def test_staff_take_an_issue_to_its_end_and_the_reporter_rates_it(
    own_door: httpx.Client, bearer: Bearer, riders: list[dict[str, str]]
) -> None:
    issue_id = reported(own_door, riders[0])
    path = f"/issues/{issue_id}/moves"
    assert own_door.get(f"/issues/{issue_id}").status_code == 404
    for to in ("filed", "dispatched", "handling", "reported_back", "closed"):
        answer = own_door.post(path, json={"to": to, "why": f"于是 {to}"}, headers=bearer("staff"))
        assert answer.status_code == 200, answer.text
        assert answer.json()["properties"]["stage"] == to
    rated = own_door.post(path, json={"to": "rated", "rating": 5}, headers=riders[0])
    assert rated.status_code == 200, rated.text
    assert rated.json()["properties"]["rating"] == 5
    seen = own_door.get(f"/issues/{issue_id}", headers=bearer("staff")).json()["properties"]
    assert [move["to"] for move in seen["moves"]] == [
        "collected",
        "filed",
        "dispatched",
        "handling",
        "reported_back",
        "closed",
        "rated",
    ]
    assert [move["by"] for move in seen["moves"]] == ["reporter", *["staff"] * 5, "reporter"]
    assert seen["moves"][1]["key_id"].startswith("key-")
    assert seen["moves"][0]["key_id"] is None
    assert seen["body"]["body_id"] == "body"


def test_everybody_sees_less_than_the_reporter_and_the_reporter_less_than_staff(
    own_door: httpx.Client, bearer: Bearer, riders: list[dict[str, str]]
) -> None:
    issue_id = reported(own_door, riders[0])
    own_door.post(
        f"/issues/{issue_id}/moves", json={"to": "filed", "why": "内部"}, headers=bearer("staff")
    )
    public = own_door.get(f"/issues/{issue_id}")
    own = own_door.get(f"/issues/{issue_id}", headers=riders[0])
    other = own_door.get(f"/issues/{issue_id}", headers=riders[1])
    staff = own_door.get(f"/issues/{issue_id}", headers=bearer("staff"))
    assert public.json() == other.json()
    assert "内部" not in public.text
    assert "next" not in public.json()["properties"]
    assert "内部" in own.text
    assert own.json()["properties"]["next"] == []
    assert "key-" not in own.text
    assert staff.json()["properties"]["next"] == ["dispatched", "rejected", "merged"]
    assert set(staff.json()["properties"]["asked"]) >= {"asked"}


def test_no_answer_names_a_rider(
    own_door: httpx.Client,
    own_settings: Settings,
    bearer: Bearer,
    riders: list[dict[str, str]],
) -> None:
    issue_id = reported(own_door, riders[0])
    own_door.put(f"/issues/{issue_id}/approved", json={"approved": True}, headers=bearer("staff"))
    own_door.post(f"/issues/{issue_id}/supporters", headers=riders[1])
    with open_workspace(own_settings) as workspace, workspace.database.reading() as connection:
        names = connection.exec_driver_sql("SELECT rider FROM keys WHERE rider <> ''").scalars()
        pseudonyms = set(names)
    assert len(pseudonyms) >= 2
    for headers in ({}, *riders, bearer("staff"), bearer("analyst")):
        for path in (
            f"/issues/{issue_id}",
            "/issues/near?service_code=standing_water&lat=32.0352&long=112.1372",
        ):
            told = own_door.get(path, headers=headers).text
            assert not any(name in told for name in pseudonyms)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"to": "closed"}, 409, "to"),
        ({"to": "rejected"}, 422, "why"),
        ({"to": "nowhere"}, 422, "to"),
        ({}, 422, "to"),
        ({"to": "filed", "odd": 1}, 422, "odd"),
        ({"to": 7}, 422, "to"),
        ({"to": "filed", "why": "\x07"}, 422, "why"),
        ({"to": "filed", "why": "x" * 2001}, 422, "why"),
        ({"to": "filed", "body_id": "nobody"}, 422, "body_id"),
        ({"to": "filed", "photo_id": "nothing"}, 422, "photo_id"),
        ({"to": "merged", "merged_into": "nothing"}, 422, "merged_into"),
        ({"to": "rated", "rating": True}, 422, "rating"),
        ({"to": "filed", "rating": 3}, 422, "rating"),
    ],
)
def test_a_move_that_can_not_be_made_is_refused_with_its_field(
    own_door: httpx.Client,
    bearer: Bearer,
    riders: list[dict[str, str]],
    body: dict[str, object],
    status: int,
    field: str,
) -> None:
    issue_id = reported(own_door, riders[0])
    answer = own_door.post(f"/issues/{issue_id}/moves", json=body, headers=bearer("staff"))
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert [fault["field"] for fault in problem["errors"]] == [field]
    assert problem["detail"]
    seen = own_door.get(f"/issues/{issue_id}", headers=bearer("staff")).json()["properties"]
    assert (seen["stage"], len(seen["moves"])) == ("collected", 1)


def test_another_rider_s_key_moves_rates_and_reopens_nothing(
    own_door: httpx.Client, bearer: Bearer, riders: list[dict[str, str]]
) -> None:
    issue_id = reported(own_door, riders[0])
    path = f"/issues/{issue_id}/moves"
    nowhere = own_door.post("/issues/none/moves", json={"to": "filed"}, headers=riders[1])
    assert nowhere.status_code == 404
    for headers, status in (({}, 401), (riders[1], 404), (bearer("analyst"), 404)):
        answer = own_door.post(path, json={"to": "filed"}, headers=headers)
        assert answer.status_code == status, answer.text
    # Nobody learns whether there is an issue that not everybody may see.
    assert own_door.post(path, json={"to": "filed"}, headers=riders[1]).json() == nowhere.json()
    hidden = own_door.post(f"/issues/{issue_id}/supporters", headers=riders[1])
    assert hidden.status_code == 404
    own_door.put(f"/issues/{issue_id}/approved", json={"approved": True}, headers=bearer("staff"))
    for headers in (riders[1], bearer("analyst")):
        answer = own_door.post(path, json={"to": "filed"}, headers=headers)
        assert answer.status_code == 403, answer.text


def test_under_one_key_a_move_is_made_once(
    own_door: httpx.Client, bearer: Bearer, riders: list[dict[str, str]]
) -> None:
    issue_id = reported(own_door, riders[0])
    headers = {**bearer("staff"), "Idempotency-Key": "a-move"}
    for _ in range(3):
        answer = own_door.post(f"/issues/{issue_id}/moves", json={"to": "filed"}, headers=headers)
        assert answer.status_code == 200
        assert len(answer.json()["properties"]["moves"]) == 2
    other = own_door.post(f"/issues/{issue_id}/moves", json={"to": "dispatched"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"


def test_an_issue_that_one_may_not_see_is_named_nowhere_beside_it(
    own_door: httpx.Client, bearer: Bearer, riders: list[dict[str, str]]
) -> None:
    first = reported(own_door, riders[0])
    second = reported(own_door, riders[1], description="也积水")
    done = own_door.post(
        f"/issues/{second}/moves",
        json={"to": "merged", "merged_into": first},
        headers=bearer("staff"),
    )
    assert done.json()["properties"]["merged_into"] == first
    for issue_id, other in ((first, second), (second, first)):
        own_door.put(
            f"/issues/{issue_id}/approved", json={"approved": True}, headers=bearer("staff")
        )
        for headers in ({}, riders[0], riders[1]):
            sees_other = own_door.get(f"/issues/{other}", headers=headers).status_code == 200
            told = own_door.get(f"/issues/{issue_id}", headers=headers)
            assert told.status_code == 200
            assert (other in told.text) is sees_other
        assert other in own_door.get(f"/issues/{issue_id}", headers=bearer("staff")).text
        own_door.put(
            f"/issues/{issue_id}/approved", json={"approved": False}, headers=bearer("staff")
        )


def test_an_issue_is_shown_hidden_and_supported(
    own_door: httpx.Client, bearer: Bearer, riders: list[dict[str, str]]
) -> None:
    issue_id = reported(own_door, riders[0])
    for approved in (True, False, True):
        done = own_door.put(
            f"/issues/{issue_id}/approved", json={"approved": approved}, headers=bearer("staff")
        )
        assert done.json()["properties"]["approved"] is approved
        seen = own_door.get(f"/issues/{issue_id}")
        assert seen.status_code == (200 if approved else 404)
    for _ in range(2):
        answer = own_door.post(f"/issues/{issue_id}/supporters", headers=riders[1])
        assert answer.json() == {"issue_id": issue_id, "supporters": 1}
    own = own_door.post(f"/issues/{issue_id}/supporters", headers=riders[0])
    assert own.status_code == 409
    for headers in (riders[0], {}):
        assert own_door.put(
            f"/issues/{issue_id}/approved", json={"approved": True}, headers=headers
        ).status_code in (401, 403)


def test_open_issues_near_a_place_are_offered_nearest_first(
    own_door: httpx.Client, bearer: Bearer, riders: list[dict[str, str]]
) -> None:
    far = reported(own_door, riders[0], lat="32.03535")
    near = reported(own_door, riders[1], lat="32.03525")
    hidden = reported(own_door, riders[0], description="hidden")
    beyond = reported(own_door, riders[0], lat="32.0360")
    for issue_id in (far, near, beyond):
        own_door.put(
            f"/issues/{issue_id}/approved", json={"approved": True}, headers=bearer("staff")
        )
    place = {"service_code": "standing_water", "lat": "32.0352", "long": "112.1372"}
    offered = own_door.get("/issues/near", params=place).json()["features"]
    assert [feature["id"] for feature in offered] == [near, far]
    assert hidden not in str(offered)
    assert [round(feature["properties"]["distance_m"]) for feature in offered] == [6, 17]
    wrong = own_door.get("/issues/near", params={**place, "service_code": "dragons"})
    assert wrong.status_code == 422


def test_the_work_list_is_in_order_of_deadlines_and_comes_in_pages(
    own_door: httpx.Client, bearer: Bearer, riders: list[dict[str, str]]
) -> None:
    mine = {reported(own_door, riders[0], description=f"第 {number} 个") for number in range(7)}
    seen: list[str] = []
    after = ""
    while True:
        page = own_door.get(
            "/issues", params={"limit": 3, "after": after}, headers=bearer("staff")
        ).json()
        seen += [feature["id"] for feature in page["features"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert len(seen) == len(set(seen)) == 12
    assert mine < set(seen)
    collected = own_door.get("/issues", params={"stage": "collected"}, headers=bearer("staff"))
    # The city's own issue that nobody approved is collected as well.
    assert {feature["id"] for feature in collected.json()["features"]} == mine | {"issue-5"}
    for name in ("analyst", "rider", "operator"):
        assert own_door.get("/issues", headers=bearer(name)).status_code == 403
    assert own_door.get("/issues").status_code == 401
    wrong = own_door.get("/issues", params={"after": "x", "stage": "odd"}, headers=bearer("staff"))
    assert wrong.status_code == 422

from collections.abc import Callable

import httpx
import pytest

Bearer = Callable[[str], dict[str, str]]
TwoRiders = list[dict[str, str]]
Report = Callable[..., str]


def test_staff_take_an_issue_to_its_end_and_the_reporter_rates_it(
    governed_door: httpx.Client, bearer: Bearer, two_riders: TwoRiders, report: Report
) -> None:
    issue_id = report(two_riders[0])
    path = f"/issues/{issue_id}/moves"
    assert governed_door.get(f"/issues/{issue_id}").status_code == 404
    for to in ("filed", "dispatched", "handling", "reported_back", "closed"):
        answer = governed_door.post(
            path, json={"to": to, "why": f"于是 {to}"}, headers=bearer("staff")
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["properties"]["stage"] == to
    rated = governed_door.post(path, json={"to": "rated", "rating": 5}, headers=two_riders[0])
    assert rated.status_code == 200, rated.text
    assert rated.json()["properties"]["rating"] == 5
    seen = governed_door.get(f"/issues/{issue_id}", headers=bearer("staff")).json()["properties"]
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
    governed_door: httpx.Client,
    bearer: Bearer,
    two_riders: TwoRiders,
    report: Report,
    body: dict[str, object],
    status: int,
    field: str,
) -> None:
    issue_id = report(two_riders[0])
    answer = governed_door.post(f"/issues/{issue_id}/moves", json=body, headers=bearer("staff"))
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert [fault["field"] for fault in problem["errors"]] == [field]
    assert problem["detail"]
    seen = governed_door.get(f"/issues/{issue_id}", headers=bearer("staff")).json()["properties"]
    assert (seen["stage"], len(seen["moves"])) == ("collected", 1)


def test_another_rider_s_key_moves_rates_and_reopens_nothing(
    governed_door: httpx.Client, bearer: Bearer, two_riders: TwoRiders, report: Report
) -> None:
    issue_id = report(two_riders[0])
    path = f"/issues/{issue_id}/moves"
    nowhere = governed_door.post("/issues/none/moves", json={"to": "filed"}, headers=two_riders[1])
    assert nowhere.status_code == 404
    for headers, status in (({}, 401), (two_riders[1], 404), (bearer("analyst"), 404)):
        answer = governed_door.post(path, json={"to": "filed"}, headers=headers)
        assert answer.status_code == status, answer.text
    # Nobody learns whether there is an issue that not everybody may see.
    assert (
        governed_door.post(path, json={"to": "filed"}, headers=two_riders[1]).json()
        == nowhere.json()
    )
    hidden = governed_door.post(f"/issues/{issue_id}/supporters", headers=two_riders[1])
    assert hidden.status_code == 404
    governed_door.put(
        f"/issues/{issue_id}/approved", json={"approved": True}, headers=bearer("staff")
    )
    for headers in (two_riders[1], bearer("analyst")):
        answer = governed_door.post(path, json={"to": "filed"}, headers=headers)
        assert answer.status_code == 403, answer.text


def test_under_one_key_a_move_is_made_once(
    governed_door: httpx.Client, bearer: Bearer, two_riders: TwoRiders, report: Report
) -> None:
    issue_id = report(two_riders[0])
    headers = {**bearer("staff"), "Idempotency-Key": "a-move"}
    for _ in range(3):
        answer = governed_door.post(
            f"/issues/{issue_id}/moves", json={"to": "filed"}, headers=headers
        )
        assert answer.status_code == 200
        assert len(answer.json()["properties"]["moves"]) == 2
    other = governed_door.post(
        f"/issues/{issue_id}/moves", json={"to": "dispatched"}, headers=headers
    )
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"


def test_an_issue_is_shown_hidden_and_supported(
    governed_door: httpx.Client, bearer: Bearer, two_riders: TwoRiders, report: Report
) -> None:
    issue_id = report(two_riders[0])
    for approved in (True, False, True):
        done = governed_door.put(
            f"/issues/{issue_id}/approved", json={"approved": approved}, headers=bearer("staff")
        )
        assert done.json()["properties"]["approved"] is approved
        seen = governed_door.get(f"/issues/{issue_id}")
        assert seen.status_code == (200 if approved else 404)
    for _ in range(2):
        answer = governed_door.post(f"/issues/{issue_id}/supporters", headers=two_riders[1])
        assert answer.json() == {"issue_id": issue_id, "supporters": 1}
    own = governed_door.post(f"/issues/{issue_id}/supporters", headers=two_riders[0])
    assert own.status_code == 409
    for headers in (two_riders[0], {}):
        assert governed_door.put(
            f"/issues/{issue_id}/approved", json={"approved": True}, headers=headers
        ).status_code in (401, 403)
